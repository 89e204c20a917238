"""Route 53 Resolver: moto has nothing of its DNS firewall.

- Domain lists, rule groups, rules, associations with a VPC and the firewall's settings of a VPC, with their tags. What
  is made is complete at once.
- Domains come back with the dot at their end, as AWS stores them; what is no domain is refused.
- A domain list that a rule uses, a rule group that a VPC has and a protected association are not deleted; two rules of
  a group, or two associations of a VPC, do not have the same priority.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.route53resolver.exceptions import ResourceNotFoundException
from moto.route53resolver.models import Route53ResolverBackend
from moto.route53resolver.responses import Route53ResolverResponse

from generator.embedded_aws.patching import adds, around, state
from generator.embedded_aws.state import ServerState

Record = dict[str, Any]
DOMAIN = re.compile(r"[*]?[A-Za-z0-9_.-]{0,254}")
COMPLETE = {"Status": "COMPLETE", "StatusMessage": ""}
# What names a rule in its group, and what an update may not change.
RULE_KEYS = ("FirewallRuleGroupId", "FirewallDomainListId")
NOT_STORED = ("CreatorRequestId", "Tags")


class ConflictError(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class ValidationError(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


@dataclass
class Firewall:
    """The DNS firewall of one account and region; everything by its ID, settings by their VPC."""

    lists: dict[str, Record] = field(default_factory=dict)
    domains: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, Record] = field(default_factory=dict)
    rules: dict[str, list[Record]] = field(default_factory=dict)
    associations: dict[str, Record] = field(default_factory=dict)
    configs: dict[str, Record] = field(default_factory=dict)

    def has(self, arn: str) -> bool:
        made = (*self.lists.values(), *self.groups.values(), *self.associations.values())
        return any(record["Arn"] == arn for record in made)


def apply(_: ServerState) -> None:
    @around(Route53ResolverBackend, "_matched_arn")
    def know_the_firewalls_arns(original: Any, self: Any, resource_arn: str) -> Any:
        return None if _firewall(self).has(resource_arn) else original(self, resource_arn)

    _domain_lists()
    _rule_groups()
    _rules()
    _associations()
    _configs()


def _domain_lists() -> None:
    def answer(firewall: Firewall, record: Record) -> Record:
        return {"FirewallDomainList": {**record, "DomainCount": len(firewall.domains[record["Id"]])}}

    @_operation("create_firewall_domain_list")
    def create(backend: Any, firewall: Firewall, request: Record) -> Record:
        record = _made(backend, "firewall-domain-list", "rslvr-fdl", request)
        firewall.lists[record["Id"]], firewall.domains[record["Id"]] = record, []
        return answer(firewall, record)

    @_operation("get_firewall_domain_list")
    def get(_: Any, firewall: Firewall, request: Record) -> Record:
        return answer(firewall, _found(firewall.lists, request["FirewallDomainListId"]))

    @_operation("list_firewall_domain_lists")
    def list_(_: Any, firewall: Firewall, __: Record) -> Record:
        return {"FirewallDomainLists": list(firewall.lists.values())}

    @_operation("delete_firewall_domain_list")
    def delete(_: Any, firewall: Firewall, request: Record) -> Record:
        record = _found(firewall.lists, request["FirewallDomainListId"])
        if any(rule["FirewallDomainListId"] == record["Id"] for rules in firewall.rules.values() for rule in rules):
            raise ConflictError(f"The domain list {record['Id']} is used by a rule")
        deleted = answer(firewall, record)
        del firewall.lists[record["Id"]], firewall.domains[record["Id"]]
        return deleted

    @_operation("update_firewall_domains")
    def update(_: Any, firewall: Firewall, request: Record) -> Record:
        record = _found(firewall.lists, request["FirewallDomainListId"])
        if wrong := [domain for domain in request["Domains"] if not DOMAIN.fullmatch(domain)]:
            raise ValidationError(f"Not a domain: {wrong[0]}")
        given = [f"{domain.removesuffix('.').lower()}." for domain in request["Domains"]]
        before = firewall.domains[record["Id"]]
        after = {
            "ADD": [*before, *given],
            "REMOVE": [domain for domain in before if domain not in given],
            "REPLACE": given,
        }[request["Operation"]]
        firewall.domains[record["Id"]] = sorted(set(after))
        return {"Id": record["Id"], "Name": record["Name"], **COMPLETE}

    @_operation("list_firewall_domains")
    def domains(_: Any, firewall: Firewall, request: Record) -> Record:
        return {"Domains": firewall.domains[_found(firewall.lists, request["FirewallDomainListId"])["Id"]]}


def _rule_groups() -> None:
    def answer(firewall: Firewall, record: Record) -> Record:
        return {"FirewallRuleGroup": {**record, "RuleCount": len(firewall.rules[record["Id"]])}}

    @_operation("create_firewall_rule_group")
    def create(backend: Any, firewall: Firewall, request: Record) -> Record:
        record = _made(backend, "firewall-rule-group", "rslvr-frg", request) | {"ShareStatus": "NOT_SHARED"}
        firewall.groups[record["Id"]], firewall.rules[record["Id"]] = record, []
        return answer(firewall, record)

    @_operation("get_firewall_rule_group")
    def get(_: Any, firewall: Firewall, request: Record) -> Record:
        return answer(firewall, _found(firewall.groups, request["FirewallRuleGroupId"]))

    @_operation("list_firewall_rule_groups")
    def list_(_: Any, firewall: Firewall, __: Record) -> Record:
        return {"FirewallRuleGroups": list(firewall.groups.values())}

    @_operation("delete_firewall_rule_group")
    def delete(_: Any, firewall: Firewall, request: Record) -> Record:
        record = _found(firewall.groups, request["FirewallRuleGroupId"])
        if any(a["FirewallRuleGroupId"] == record["Id"] for a in firewall.associations.values()):
            raise ConflictError(f"The rule group {record['Id']} is associated with a VPC")
        deleted = answer(firewall, record)
        del firewall.groups[record["Id"]], firewall.rules[record["Id"]]
        return deleted


def _rules() -> None:
    @_operation("create_firewall_rule")
    def create(_: Any, firewall: Firewall, request: Record) -> Record:
        group = _found(firewall.groups, request["FirewallRuleGroupId"])["Id"]
        _found(firewall.lists, request["FirewallDomainListId"])
        rule = {"FirewallDomainRedirectionAction": "INSPECT_REDIRECTION_DOMAIN"} | _stored(request) | _times()
        _check_priority(rule, firewall.rules[group])
        firewall.rules[group].append(rule)
        return {"FirewallRule": rule}

    @_operation("list_firewall_rules")
    def list_(_: Any, firewall: Firewall, request: Record) -> Record:
        group = _found(firewall.groups, request["FirewallRuleGroupId"])["Id"]
        return {"FirewallRules": sorted(firewall.rules[group], key=lambda rule: rule["Priority"])}

    @_operation("update_firewall_rule")
    def update(_: Any, firewall: Firewall, request: Record) -> Record:
        rule = _rule(firewall, request)
        changed = rule | _stored(request)
        _check_priority(changed, [r for r in firewall.rules[rule["FirewallRuleGroupId"]] if r is not rule])
        rule.update(changed)
        return {"FirewallRule": rule}

    @_operation("delete_firewall_rule")
    def delete(_: Any, firewall: Firewall, request: Record) -> Record:
        rule = _rule(firewall, request)
        firewall.rules[rule["FirewallRuleGroupId"]].remove(rule)
        return {"FirewallRule": rule}


def _associations() -> None:
    @_operation("associate_firewall_rule_group")
    def create(backend: Any, firewall: Firewall, request: Record) -> Record:
        _found(firewall.groups, request["FirewallRuleGroupId"])
        backend.ec2_backend.get_vpc(request["VpcId"])
        _check_priority(request, [a for a in firewall.associations.values() if a["VpcId"] == request["VpcId"]])
        record = {"MutationProtection": "DISABLED"} | _made(
            backend, "firewall-rule-group-association", "rslvr-frgassoc", request
        )
        firewall.associations[record["Id"]] = record
        return {"FirewallRuleGroupAssociation": record}

    @_operation("get_firewall_rule_group_association")
    def get(_: Any, firewall: Firewall, request: Record) -> Record:
        return {"FirewallRuleGroupAssociation": _association(firewall, request)}

    @_operation("list_firewall_rule_group_associations")
    def list_(_: Any, firewall: Firewall, request: Record) -> Record:
        asked = {key: request[key] for key in ("FirewallRuleGroupId", "VpcId") if key in request}
        found = [record for record in firewall.associations.values() if asked.items() <= record.items()]
        return {"FirewallRuleGroupAssociations": found}

    @_operation("update_firewall_rule_group_association")
    def update(_: Any, firewall: Firewall, request: Record) -> Record:
        record = _association(firewall, request)
        record.update({key: value for key, value in request.items() if key != "FirewallRuleGroupAssociationId"})
        return {"FirewallRuleGroupAssociation": record}

    @_operation("disassociate_firewall_rule_group")
    def delete(_: Any, firewall: Firewall, request: Record) -> Record:
        record = _association(firewall, request)
        if record["MutationProtection"] == "ENABLED":
            raise ConflictError(f"The association {record['Id']} is protected")
        del firewall.associations[record["Id"]]
        return {"FirewallRuleGroupAssociation": record}


def _configs() -> None:
    def config(backend: Any, firewall: Firewall, request: Record) -> Record:
        vpc = backend.ec2_backend.get_vpc(request["ResourceId"]).id
        default = {
            "Id": f"rslvr-fc-{uuid.uuid4().hex[:16]}",
            "ResourceId": vpc,
            "OwnerId": backend.account_id,
            "FirewallFailOpen": "DISABLED",
        }
        return firewall.configs.setdefault(vpc, default)

    @_operation("get_firewall_config")
    def get(backend: Any, firewall: Firewall, request: Record) -> Record:
        return {"FirewallConfig": config(backend, firewall, request)}

    @_operation("list_firewall_configs")
    def list_(_: Any, firewall: Firewall, __: Record) -> Record:
        return {"FirewallConfigs": list(firewall.configs.values())}

    @_operation("update_firewall_config")
    def update(backend: Any, firewall: Firewall, request: Record) -> Record:
        record = config(backend, firewall, request)
        record["FirewallFailOpen"] = request["FirewallFailOpen"]
        return {"FirewallConfig": record}


def _operation(name: str) -> Callable[[Callable[[Any, Firewall, Record], Record]], None]:
    """Decorate what answers the operation *name*, given the backend, its firewall and the request."""

    def install(answer: Callable[[Any, Firewall, Record], Record]) -> None:
        @adds(Route53ResolverResponse, name)
        def operation(self: Any) -> str:
            backend = self.route53resolver_backend
            return json.dumps(answer(backend, _firewall(backend), json.loads(self.body)))

    return install


def _firewall(backend: Any) -> Firewall:
    return state(backend, "firewall", Firewall)


def _made(backend: Any, kind: str, prefix: str, request: Record) -> Record:
    """A new object of *kind* with what is common to all, its tags kept where moto keeps those of the service."""
    identity = f"{prefix}-{uuid.uuid4().hex[:16]}"
    arn = f"arn:{backend.partition}:route53resolver:{backend.region_name}:{backend.account_id}:{kind}/{identity}"
    backend.tagger.tag_resource(arn, request.get("Tags") or [])
    creator = {"OwnerId": backend.account_id, "CreatorRequestId": request["CreatorRequestId"]}
    return _stored(request) | {"Id": identity, "Arn": arn} | creator | COMPLETE | _times()


def _stored(request: Record) -> Record:
    return {key: value for key, value in request.items() if key not in NOT_STORED}


def _times() -> Record:
    now = datetime.now(UTC).isoformat()
    return {"CreationTime": now, "ModificationTime": now}


def _found(records: dict[str, Record], identity: str) -> Record:
    if identity not in records:
        raise ResourceNotFoundException(f"There is no {identity}")
    return records[identity]


def _association(firewall: Firewall, request: Record) -> Record:
    return _found(firewall.associations, request["FirewallRuleGroupAssociationId"])


def _rule(firewall: Firewall, request: Record) -> Record:
    group = _found(firewall.groups, request["FirewallRuleGroupId"])["Id"]
    for rule in firewall.rules[group]:
        if all(rule[key] == request[key] for key in RULE_KEYS):
            return rule
    raise ResourceNotFoundException(f"The rule group {group} has no rule of {request['FirewallDomainListId']}")


def _check_priority(new: Record, others: Iterable[Record]) -> None:
    if any(new["Priority"] == other["Priority"] for other in others):
        raise ConflictError(f"The priority {new['Priority']} is taken")
