"""The static sites of an environment: an Amplify app each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.hcl.expression import Expr
from generator.hcl.module import Variable
from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.template import literal
from generator.modules.web_hosting import WebHosting
from generator.systems.inputs import given, identifier
from generator.systems.manifest.hosting import Site
from generator.systems.root import filled

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot


def sites(root: EnvironmentRoot) -> dict[str, ModuleCall]:
    """Declare the apps by the names of their sites, with the outputs that an operator needs."""
    return {name: _site(root, name, site) for name, site in root.environment.hosting.items()}


def _site(root: EnvironmentRoot, name: str, site: Site) -> ModuleCall:
    label = identifier(name)
    connected = _connected(name).declare(root)
    inputs: dict[str, object] = {
        "name": f"{root.prefix}-{name}",
        "repository_connected": connected,
        "branches": {branch: of.model_dump() for branch, of in site.branches.items()},
        "build_spec": None if site.build_spec is None else literal(site.build_spec),
        "environment_variables": _variables(root, site) or None,
        "single_page_app": site.single_page_app,
    }
    if site.subdomains:
        inputs["domains"] = {str(root.domain): {"subdomains": dict(site.subdomains)}}
    call = call_module(root, f"site_{label}", WebHosting, given(inputs))
    root.output(f"site_{label}_app_id", call.app_id, f"ID of the Amplify app of {name}, to connect its repository.")
    root.output(f"site_{label}_urls", call.branch_urls, f"Where each branch of {name} is served.")
    if site.subdomains:
        root.output(f"site_{label}_dns_records", call.dns_records, f"DNS records that the domain of {name} needs.")
    return call


def _connected(name: str) -> Variable:
    return Variable(
        "bool",
        f"Whether the Amplify app of {name} has its repository, or has its builds uploaded; until then it has no "
        "branches. Terraform does not connect it: the token would be in its state.",
        default=False,
    ).named(f"site_{identifier(name)}_repository_connected")


def _variables(root: EnvironmentRoot, site: Site) -> dict[str, str]:
    values = dict(root.placeholders)
    if root.load_balancer is not None:
        values["load_balancer"] = Expr("module.load_balancer.dns_name")
    return {name: filled(template, values) for name, template in site.variables.items()}
