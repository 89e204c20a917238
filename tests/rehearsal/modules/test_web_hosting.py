"""A site on the embedded AWS: made, connected by its operator, given its branches and domains, and taken down."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.modules.web_hosting import WebHosting
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import applied

REPOSITORY = "https://github.com/example/web"
TOKEN = "not-for-the-state"


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_a_site_is_connected_outside_terraform_and_then_served(cloud: Cloud, tmp_path: Path) -> None:
    amplify = cloud.client("amplify")
    with applied(cloud, tmp_path, "web_hosting") as site:
        site.call({**WebHosting.example, "repository_connected": False})
        app_id = site.init_and_apply()["app_id"]
        assert amplify.list_branches(appId=app_id)["branches"] == []

        amplify.update_app(appId=app_id, repository=REPOSITORY, accessToken=TOKEN)
        assert not site.terraform.plan().has_changes

        site.call(WebHosting.example)
        outputs = site.apply()
        assert outputs["app_id"] == app_id
        assert outputs["branch_urls"] == {"main": f"https://main.{outputs['default_domain']}"}
        assert len(outputs["dns_records"]["example.com"]) == 3
        app = amplify.get_app(appId=app_id)["app"]
        assert app["repository"] == REPOSITORY
        assert app["tags"] == {"System": "example"}
        # As Amplify does after the first build.
        amplify.update_branch(appId=app_id, branchName="main", framework="React")
        assert not site.terraform.plan().has_changes
        domain = amplify.get_domain_association(appId=app_id, domainName="example.com")["domainAssociation"]
        assert {s["subDomainSetting"]["prefix"] for s in domain["subDomains"]} == {"", "www"}
        state = (site.directory / "terraform.tfstate").read_text(encoding="utf-8")
        assert TOKEN not in state
    assert amplify.list_apps()["apps"] == []


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_a_site_rendered_on_the_server_has_its_log(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "web_hosting") as site:
        site.call(
            {
                "name": "example-rendered",
                "repository_connected": True,
                "platform": "WEB_COMPUTE",
                "single_page_app": False,
                "build_spec": "version: 1\n",
                "branches": {"feature/x": {"stage": "BETA", "description": "Of one feature", "auto_build": False}},
                "domains": {"example.org": {"subdomains": {"x": "feature/x"}, "wait_for_verification": True}},
                "redirects": [{"source": "/old", "target": "/new", "condition": "<US>"}],
                "headers": {},
            }
        )
        outputs = site.init_and_apply()
        app = cloud.client("amplify").get_app(appId=outputs["app_id"])["app"]
        role = cloud.client("iam").get_role(RoleName="example-rendered-amplify")["Role"]
        assert (app["platform"], app["iamServiceRoleArn"]) == ("WEB_COMPUTE", role["Arn"])
        (group,) = cloud.client("logs").describe_log_groups()["logGroups"]
        assert group["logGroupName"] == f"/aws/amplify/{outputs['app_id']}"
    assert cloud.client("logs").describe_log_groups()["logGroups"] == []
