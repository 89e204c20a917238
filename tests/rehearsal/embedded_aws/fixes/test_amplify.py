"""Amplify: apps, branches, domains and tags, which moto lacks."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud

SUBDOMAINS = [{"prefix": "", "branchName": "main"}, {"prefix": "www", "branchName": "main"}]


def app_with_branch(cloud: Cloud, branch: str = "main") -> tuple[Any, str]:
    amplify = cloud.client("amplify")
    app_id = amplify.create_app(name=cloud.name)["app"]["appId"]
    amplify.create_branch(appId=app_id, branchName=branch)
    return amplify, str(app_id)


def test_app_keeps_what_it_was_given_but_no_token(either: Cloud) -> None:
    amplify = either.client("amplify")
    rule = {"source": "/<*>", "target": "/index.html", "status": "200"}
    with either.fixed():
        made = amplify.create_app(
            name=either.name,
            accessToken="secret",
            customRules=[rule],
            environmentVariables={"A": "1"},
            tags={"System": "demo"},
        )["app"]
        app = amplify.get_app(appId=made["appId"])["app"]
        assert (app["name"], app["platform"], app["environmentVariables"]) == (either.name, "WEB", {"A": "1"})
        assert (app["customRules"], app["tags"]) == ([rule], {"System": "demo"})
        assert app["appArn"] == f"arn:aws:amplify:{either.region}:{either.account}:apps/{app['appId']}"
        assert "secret" not in str(app)


def test_app_is_changed_listed_and_deleted(cloud: Cloud) -> None:
    amplify = cloud.client("amplify")
    app_id = amplify.create_app(name="first")["app"]["appId"]
    assert amplify.update_app(appId=app_id, name="second")["app"]["name"] == "second"
    assert [app["name"] for app in amplify.list_apps()["apps"]] == ["second"]
    amplify.delete_app(appId=app_id)
    assert amplify.list_apps()["apps"] == []
    with pytest.raises(ClientError, match="NotFoundException"):
        amplify.get_app(appId=app_id)


def test_apps_of_another_account_or_region_are_not_seen(cloud: Cloud) -> None:
    cloud.client("amplify").create_app(name=cloud.name)
    assert cloud.client("amplify", "us-east-1").list_apps()["apps"] == []
    assert cloud.aws.client("amplify", cloud.region, "000000000001").list_apps()["apps"] == []


def test_branch_with_a_slash_is_made_changed_and_deleted(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud, "feature/x")
    branch = amplify.get_branch(appId=app_id, branchName="feature/x")["branch"]
    assert (branch["stage"], branch["enableAutoBuild"], branch["displayName"]) == ("NONE", True, "feature-x")
    amplify.update_branch(appId=app_id, branchName="feature/x", stage="BETA", enableAutoBuild=False)
    changed = amplify.list_branches(appId=app_id)["branches"]
    assert [(b["stage"], b["enableAutoBuild"]) for b in changed] == [("BETA", False)]
    amplify.delete_branch(appId=app_id, branchName="feature/x")
    assert amplify.list_branches(appId=app_id)["branches"] == []


def test_second_branch_of_the_same_name_is_refused(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud)
    with cloud.refused("BadRequestException"):
        amplify.create_branch(appId=app_id, branchName="main")


def test_repository_is_connected_only_before_the_first_branch(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud)
    connection = {"repository": "https://github.com/example/web", "accessToken": "secret"}
    with cloud.refused("BadRequestException", "manually deployed branch still exists"):
        amplify.update_app(appId=app_id, **connection)
    amplify.delete_branch(appId=app_id, branchName="main")
    assert amplify.update_app(appId=app_id, **connection)["app"]["repository"] == connection["repository"]
    amplify.create_branch(appId=app_id, branchName="main")
    amplify.update_app(appId=app_id, **connection)


def test_domain_is_available_at_once_and_names_its_records(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud)
    name = f"{cloud.name}.example.com"
    amplify.create_domain_association(appId=app_id, domainName=name, subDomainSettings=SUBDOMAINS)
    domain = amplify.get_domain_association(appId=app_id, domainName=name)["domainAssociation"]
    assert domain["domainStatus"] == "AVAILABLE"
    assert [s["subDomainSetting"] for s in domain["subDomains"]] == SUBDOMAINS
    assert all(" CNAME " in s["dnsRecord"] and s["verified"] for s in domain["subDomains"])
    assert name in domain["certificateVerificationDNSRecord"]
    assert domain["certificate"]["type"] == "AMPLIFY_MANAGED"


def test_domain_takes_other_branches_and_a_certificate_and_is_deleted(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud)
    name, arn = f"{cloud.name}.example.com", "arn:aws:acm:us-east-1:123456789012:certificate/a"
    amplify.create_domain_association(appId=app_id, domainName=name, subDomainSettings=SUBDOMAINS)
    domain = amplify.update_domain_association(
        appId=app_id,
        domainName=name,
        subDomainSettings=SUBDOMAINS[:1],
        certificateSettings={"type": "CUSTOM", "customCertificateArn": arn},
    )["domainAssociation"]
    assert (len(domain["subDomains"]), domain["certificate"]["customCertificateArn"]) == (1, arn)
    assert "certificateVerificationDNSRecord" not in domain
    amplify.delete_domain_association(appId=app_id, domainName=name)
    assert amplify.list_domain_associations(appId=app_id)["domainAssociations"] == []


def test_domain_needs_its_branch_and_keeps_it(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud)
    name = f"{cloud.name}.example.com"
    with cloud.refused("NotFoundException", "other"):
        amplify.create_domain_association(
            appId=app_id, domainName=name, subDomainSettings=[{"prefix": "", "branchName": "other"}]
        )
    amplify.create_domain_association(appId=app_id, domainName=name, subDomainSettings=SUBDOMAINS)
    with cloud.refused("BadRequestException", "domain"):
        amplify.delete_branch(appId=app_id, branchName="main")


def test_apps_and_branches_are_tagged_and_untagged(cloud: Cloud) -> None:
    amplify, app_id = app_with_branch(cloud, "feature/x")
    app = amplify.get_app(appId=app_id)["app"]["appArn"]
    branch = amplify.get_branch(appId=app_id, branchName="feature/x")["branch"]["branchArn"]
    for arn in (app, branch):
        amplify.tag_resource(resourceArn=arn, tags={"A": "1", "B": "2"})
        amplify.untag_resource(resourceArn=arn, tagKeys=["A"])
        assert amplify.list_tags_for_resource(resourceArn=arn)["tags"] == {"B": "2"}
    with cloud.refused("ResourceNotFoundException"):
        amplify.list_tags_for_resource(resourceArn=f"{app}x")
