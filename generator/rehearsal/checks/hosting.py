"""Static sites: their Amplify apps, branches and where they are served."""

from __future__ import annotations

from collections.abc import Iterator

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest.hosting import Site


def checks(live: Live) -> Iterator[Check]:
    for name, wanted in live.environment.hosting.items():
        yield from _site(live, name, wanted)


def _site(live: Live, name: str, wanted: Site) -> Iterator[Check]:
    amplify, label = live.client("amplify"), f"site {name}"
    app_id = live.outputs[f"site_{name.replace('-', '_')}_app_id"]
    app = amplify.get_app(appId=app_id)["app"]
    yield Check(f"{label}: is called", app["name"], f"{live.prefix}-{name}")
    yield Check(f"{label}: has its repository", bool(app.get("repository")), True, stub=True)
    branches = {b["branchName"]: b for b in amplify.list_branches(appId=app_id)["branches"]}
    found = {branch: (of["stage"], of["enableAutoBuild"]) for branch, of in branches.items()}
    expected = {branch: (of.stage, of.auto_build) for branch, of in wanted.branches.items()}
    yield Check(f"{label}: branches", found, expected)
    values = dict(live.environment.values)
    if any(service.http is not None for service in live.environment.services.values()):
        values["load_balancer"] = live.load_balancer["DNSName"]
    variables = {key: template.render(values) for key, template in wanted.variables.items()}
    yield Check(f"{label}: builds know", app.get("environmentVariables", {}), variables)
    everything = [rule for rule in app.get("customRules", []) if rule["target"] == "/index.html"]
    yield Check(f"{label}: index.html answers what is no file", bool(everything), wanted.single_page_app)
    domains = amplify.list_domain_associations(appId=app_id)["domainAssociations"]
    served = {
        (domain["domainName"], part["subDomainSetting"]["prefix"]): part["subDomainSetting"]["branchName"]
        for domain in domains
        for part in domain["subDomains"]
    }
    domain = live.environment.values.get("domain", "")
    expected_places = {(domain, prefix): branch for prefix, branch in wanted.subdomains.items()}
    yield Check(f"{label}: served at", served, expected_places, stub=bool(wanted.subdomains))
