"""Amplify: moto has none of it.

- Apps, branches, domain associations and their tags, as far as Terraform and an operator's `update-app` need them.
- UpdateApp with a repository: AWS refuses to connect an app that has a branch from before.
- A domain is available at once: there is no DNS to wait for.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from moto import backend_index, backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

Record = dict[str, Any]

URL_BASE = r"https?://amplify\.(.+)\.amazonaws\.com"
# What AWS answers for what a request left out. Source: read of the botocore model's required members.
APP = {
    "description": "",
    "repository": "",
    "platform": "WEB",
    "environmentVariables": {},
    "enableBranchAutoBuild": False,
    "enableBranchAutoDeletion": False,
    "enableBasicAuth": False,
    "enableAutoBranchCreation": False,
    "cacheConfig": {"type": "AMPLIFY_MANAGED"},
}
BRANCH = {
    "description": "",
    "stage": "NONE",
    "framework": "",
    "environmentVariables": {},
    "enableAutoBuild": True,
    "enableNotification": False,
    "enableBasicAuth": False,
    "enablePullRequestPreview": False,
    "ttl": "5",
    "customDomains": [],
    "activeJobId": "",
    "totalNumberOfJobs": "0",
}
TOKENS = ("accessToken", "oauthToken")


class BadRequestException(ServiceException):
    code = "BadRequestException"


class NotFoundException(ServiceException):
    code = "NotFoundException"


class ResourceNotFoundException(ServiceException):
    code = "ResourceNotFoundException"


class AmplifyBackend(BaseBackend):
    """The apps of one account and region; an app's branches and domains stand below its id."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.apps: dict[str, Record] = {}
        self.branches: dict[str, dict[str, Record]] = {}
        self.domains: dict[str, dict[str, Record]] = {}

    @property
    def _url_module(self) -> SimpleNamespace:
        # moto finds the paths of a service in its package's `urls`; this service has no package.
        return SimpleNamespace(url_bases=[URL_BASE], url_paths={"{0}/.*$": AmplifyResponse.dispatch})

    def create_app(self, request: Record) -> Record:
        app_id = f"d{uuid.uuid4().hex[:13]}"
        app = APP | {
            "appId": app_id,
            "appArn": f"arn:{self.partition}:amplify:{self.region_name}:{self.account_id}:apps/{app_id}",
            "defaultDomain": f"{app_id}.amplifyapp.com",
            **_created(request),
        }
        self.apps[app_id], self.branches[app_id], self.domains[app_id] = app, {}, {}
        return app

    def app(self, app_id: str) -> Record:
        return _found(self.apps, app_id, f"App {app_id} not found.")

    def update_app(self, app_id: str, request: Record) -> Record:
        app = self.app(app_id)
        if request.get("repository") and not app["repository"] and self.branches[app_id]:
            raise BadRequestException(
                "Cannot connect your app to repository while manually deployed branch still exists"
            )
        return _updated(app, request)

    def delete_app(self, app_id: str) -> Record:
        app = self.app(app_id)
        del self.apps[app_id], self.branches[app_id], self.domains[app_id]
        return app

    def create_branch(self, app_id: str, request: Record) -> Record:
        app, name = self.app(app_id), request["branchName"]
        if name in self.branches[app_id]:
            raise BadRequestException(f"The branch {name} is already existed")
        branch = BRANCH | {
            "branchArn": f"{app['appArn']}/branches/{name}",
            "displayName": re.sub("[^A-Za-z0-9]", "-", name),
            **_created(request),
        }
        self.branches[app_id][name] = branch
        return branch

    def branch(self, app_id: str, name: str) -> Record:
        self.app(app_id)
        return _found(self.branches[app_id], name, f"Branch {name} not found.")

    def delete_branch(self, app_id: str, name: str) -> Record:
        self.branch(app_id, name)
        if any(s["branchName"] == name for d in self.domains[app_id].values() for s in _settings(d)):
            raise BadRequestException(f"The branch {name} is used by a domain association")
        return self.branches[app_id].pop(name)

    def create_domain(self, app_id: str, request: Record) -> Record:
        app, name = self.app(app_id), request["domainName"]
        if any(name in domains for domains in self.domains.values()):
            raise BadRequestException(f"Domain {name} is already associated with an app")
        domain = {
            "domainAssociationArn": f"{app['appArn']}/domains/{name}",
            "domainName": name,
            "enableAutoSubDomain": False,
            "statusReason": "",
        }
        self._associate(app_id, domain, request)
        self.domains[app_id][name] = domain
        return domain

    def domain(self, app_id: str, name: str) -> Record:
        self.app(app_id)
        return _found(self.domains[app_id], name, f"Domain association {name} not found.")

    def update_domain(self, app_id: str, name: str, request: Record) -> Record:
        domain = self.domain(app_id, name)
        self._associate(app_id, domain, request)
        return domain

    def delete_domain(self, app_id: str, name: str) -> Record:
        self.domain(app_id, name)
        return self.domains[app_id].pop(name)

    def tagged(self, arn: str) -> Record:
        """The app or branch of *arn*: what AWS puts tags on."""
        found = [app for app in self.apps.values() if app["appArn"] == arn]
        found += [b for branches in self.branches.values() for b in branches.values() if b["branchArn"] == arn]
        if not found:
            raise ResourceNotFoundException(f"Resource {arn} not found.")
        return found[0]

    def _associate(self, app_id: str, domain: Record, request: Record) -> None:
        settings = request.get("subDomainSettings", _settings(domain))
        for setting in settings:
            self.branch(app_id, setting["branchName"])
        name = domain["domainName"]
        current: Record = domain.get("certificate", {"type": "AMPLIFY_MANAGED"})
        certificate: Record = request.get("certificateSettings", current)
        if certificate["type"] == "AMPLIFY_MANAGED":
            record = f"_{uuid.uuid5(uuid.NAMESPACE_DNS, name).hex}.{name}. CNAME _validation.acm-validations.aws."
            certificate = {**certificate, "certificateVerificationDNSRecord": record}
            domain["certificateVerificationDNSRecord"] = record
        else:
            domain.pop("certificateVerificationDNSRecord", None)
        domain.update(
            enableAutoSubDomain=request.get("enableAutoSubDomain", domain["enableAutoSubDomain"]),
            certificate=certificate,
            domainStatus="AVAILABLE",
            updateStatus="UPDATE_COMPLETE",
            subDomains=[
                {
                    "subDomainSetting": setting,
                    "verified": True,
                    "dnsRecord": f"{setting['prefix']} CNAME {app_id}.cloudfront.net",
                }
                for setting in settings
            ],
        )


class AmplifyResponse(BaseResponse):
    """One method an operation; moto routes to them by the paths of botocore's model."""

    def __init__(self) -> None:
        super().__init__(service_name="amplify")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> AmplifyBackend:
        services: BackendDict[AmplifyBackend] = backends.get_backend("amplify")  # type: ignore[call-overload]
        return services[self.current_account][self.region]

    def create_app(self) -> ActionResult:
        return ActionResult({"app": self.backend.create_app(self.params)})

    def get_app(self) -> ActionResult:
        return ActionResult({"app": self.backend.app(self.params["appId"])})

    def list_apps(self) -> ActionResult:
        return ActionResult({"apps": list(self.backend.apps.values())})

    def update_app(self) -> ActionResult:
        return ActionResult({"app": self.backend.update_app(self.params["appId"], self.params)})

    def delete_app(self) -> ActionResult:
        return ActionResult({"app": self.backend.delete_app(self.params["appId"])})

    def create_branch(self) -> ActionResult:
        return ActionResult({"branch": self.backend.create_branch(self.params["appId"], self.params)})

    def get_branch(self) -> ActionResult:
        return ActionResult({"branch": self.backend.branch(self.params["appId"], self.params["branchName"])})

    def list_branches(self) -> ActionResult:
        app = self.backend.app(self.params["appId"])
        return ActionResult({"branches": list(self.backend.branches[app["appId"]].values())})

    def update_branch(self) -> ActionResult:
        branch = self.backend.branch(self.params["appId"], self.params["branchName"])
        return ActionResult({"branch": _updated(branch, self.params)})

    def delete_branch(self) -> ActionResult:
        return ActionResult({"branch": self.backend.delete_branch(self.params["appId"], self.params["branchName"])})

    def create_domain_association(self) -> ActionResult:
        return _association(self.backend.create_domain(self.params["appId"], self.params))

    def get_domain_association(self) -> ActionResult:
        return _association(self.backend.domain(self.params["appId"], self.params["domainName"]))

    def list_domain_associations(self) -> ActionResult:
        app = self.backend.app(self.params["appId"])
        return ActionResult({"domainAssociations": list(self.backend.domains[app["appId"]].values())})

    def update_domain_association(self) -> ActionResult:
        return _association(self.backend.update_domain(self.params["appId"], self.params["domainName"], self.params))

    def delete_domain_association(self) -> ActionResult:
        return _association(self.backend.delete_domain(self.params["appId"], self.params["domainName"]))

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"tags": self.backend.tagged(self._arn()).get("tags", {})})

    def tag_resource(self) -> ActionResult:
        resource = self.backend.tagged(self._arn())
        resource["tags"] = {**resource.get("tags", {}), **self.params["tags"]}
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        resource = self.backend.tagged(self._arn())
        removed = self.params["tagKeys"]
        resource["tags"] = {key: value for key, value in resource.get("tags", {}).items() if key not in removed}
        return ActionResult({})

    def _arn(self) -> str:
        return unquote(self.params["resourceArn"])


def apply(_: ServerState) -> None:
    services = BackendDict(AmplifyBackend, "amplify")
    if any(service == "amplify" for service, _ in backend_index.backend_url_patterns):
        raise TypeError("this moto has Amplify: drop the fix")
    backend_index.backend_url_patterns.append(("amplify", re.compile(URL_BASE)))

    @around(backends, "get_backend")
    def get_backend(original: Any, name: str) -> Any:
        return services if name == "amplify" else original(name)


def _created(request: Record) -> Record:
    now = datetime.now(UTC)
    return {**_kept(request), "createTime": now, "updateTime": now}


def _updated(record: Record, request: Record) -> Record:
    record.update(_kept(request), updateTime=datetime.now(UTC))
    return record


def _kept(request: Record) -> Record:
    """What AWS shows again of a request: never a token."""
    return {name: value for name, value in request.items() if value is not None and name not in TOKENS}


def _settings(domain: Record) -> list[Record]:
    return [sub_domain["subDomainSetting"] for sub_domain in domain.get("subDomains", [])]


def _found(records: Mapping[str, Record], key: str, message: str) -> Record:
    if key not in records:
        raise NotFoundException(message)
    return records[key]


def _association(domain: Record) -> ActionResult:
    return ActionResult({"domainAssociation": domain})
