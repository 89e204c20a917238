"""Route 53 Resolver: the DNS firewall exists."""

from __future__ import annotations

from typing import Any

from tests.rehearsal.embedded_aws.cloud import Cloud


def domain_list(cloud: Cloud, *domains: str) -> str:
    resolver = cloud.client("route53resolver")
    made = resolver.create_firewall_domain_list(Name=cloud.name, CreatorRequestId=cloud.name, Tags=tags(Team="one"))
    identity = str(made["FirewallDomainList"]["Id"])
    if domains:
        resolver.update_firewall_domains(FirewallDomainListId=identity, Operation="REPLACE", Domains=list(domains))
    return identity


def rule_group(cloud: Cloud) -> str:
    resolver = cloud.client("route53resolver")
    made = resolver.create_firewall_rule_group(Name=cloud.name, CreatorRequestId=cloud.name)
    return str(made["FirewallRuleGroup"]["Id"])


def vpc(cloud: Cloud) -> str:
    return str(cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def rule(group: str, domains: str, priority: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "FirewallRuleGroupId": group,
        "FirewallDomainListId": domains,
        "Priority": priority,
        "Action": "ALLOW",
        "Name": "allowed",
        **more,
    }


def association(cloud: Cloud, group: str, vpc_id: str, **more: Any) -> str:
    made = cloud.client("route53resolver").associate_firewall_rule_group(
        FirewallRuleGroupId=group, VpcId=vpc_id, Priority=101, Name="one", CreatorRequestId="one", **more
    )
    return str(made["FirewallRuleGroupAssociation"]["Id"])


def tags(**given: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def test_a_domain_list_keeps_its_domains_with_the_dot_at_their_end(either: Cloud) -> None:
    with either.fixed():
        identity = domain_list(either, "Example.com", "*.example.org", "*")
        resolver = either.client("route53resolver")
        found = resolver.list_firewall_domains(FirewallDomainListId=identity)["Domains"]
        assert found == ["*.", "*.example.org.", "example.com."]
        one = resolver.get_firewall_domain_list(FirewallDomainListId=identity)["FirewallDomainList"]
        assert (one["Status"], one["DomainCount"], one["Name"]) == ("COMPLETE", 3, either.name)
        assert one["Arn"].endswith(f":{either.account}:firewall-domain-list/{identity}")


def test_domains_are_added_and_removed(cloud: Cloud) -> None:
    identity = domain_list(cloud, "a.com", "b.com")
    resolver = cloud.client("route53resolver")
    resolver.update_firewall_domains(FirewallDomainListId=identity, Operation="ADD", Domains=["c.com"])
    resolver.update_firewall_domains(FirewallDomainListId=identity, Operation="REMOVE", Domains=["a.com"])
    assert resolver.list_firewall_domains(FirewallDomainListId=identity)["Domains"] == ["b.com.", "c.com."]


def test_what_is_no_domain_is_refused(cloud: Cloud) -> None:
    with cloud.refused("ValidationException", "https://a.com"):
        domain_list(cloud, "https://a.com")


def test_tags_are_kept_and_changed(either: Cloud) -> None:
    with either.fixed():
        identity = domain_list(either)
        resolver = either.client("route53resolver")
        arn = resolver.get_firewall_domain_list(FirewallDomainListId=identity)["FirewallDomainList"]["Arn"]
        resolver.tag_resource(ResourceArn=arn, Tags=tags(Stage="two"))
        resolver.untag_resource(ResourceArn=arn, TagKeys=["Team"])
        assert resolver.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags(Stage="two")


def test_rules_are_listed_by_priority_and_changed(either: Cloud) -> None:
    with either.fixed():
        resolver, group = either.client("route53resolver"), rule_group(either)
        one, other = domain_list(either, "a.com"), domain_list(either, "*")
        resolver.create_firewall_rule(CreatorRequestId="2", **rule(group, other, 200, Action="BLOCK"))
        resolver.create_firewall_rule(CreatorRequestId="1", **rule(group, one, 100))
        resolver.update_firewall_rule(**rule(group, other, 300, Action="BLOCK", BlockResponse="NXDOMAIN"))
        found = resolver.list_firewall_rules(FirewallRuleGroupId=group)["FirewallRules"]
        assert [(r["FirewallDomainListId"], r["Priority"]) for r in found] == [(one, 100), (other, 300)]
        assert found[0]["FirewallDomainRedirectionAction"] == "INSPECT_REDIRECTION_DOMAIN"
        assert found[1]["BlockResponse"] == "NXDOMAIN"
        resolver.delete_firewall_rule(FirewallRuleGroupId=group, FirewallDomainListId=one)
        assert resolver.get_firewall_rule_group(FirewallRuleGroupId=group)["FirewallRuleGroup"]["RuleCount"] == 1


def test_a_taken_priority_is_refused(cloud: Cloud) -> None:
    resolver, group = cloud.client("route53resolver"), rule_group(cloud)
    resolver.create_firewall_rule(CreatorRequestId="1", **rule(group, domain_list(cloud)))
    with cloud.refused("ConflictException", "priority 100"):
        resolver.create_firewall_rule(CreatorRequestId="2", **rule(group, domain_list(cloud)))


def test_what_is_used_is_not_deleted(cloud: Cloud) -> None:
    resolver, group, domains = cloud.client("route53resolver"), rule_group(cloud), domain_list(cloud)
    resolver.create_firewall_rule(CreatorRequestId="1", **rule(group, domains))
    with cloud.refused("ConflictException", "used by a rule"):
        resolver.delete_firewall_domain_list(FirewallDomainListId=domains)
    used = association(cloud, group, vpc(cloud), MutationProtection="ENABLED")
    with cloud.refused("ConflictException", "associated with a VPC"):
        resolver.delete_firewall_rule_group(FirewallRuleGroupId=group)
    with cloud.refused("ConflictException", "protected"):
        resolver.disassociate_firewall_rule_group(FirewallRuleGroupAssociationId=used)


def test_it_is_taken_down_from_the_vpc_to_the_domains(either: Cloud) -> None:
    with either.fixed():
        resolver, group, domains = either.client("route53resolver"), rule_group(either), domain_list(either)
        resolver.create_firewall_rule(CreatorRequestId="1", **rule(group, domains))
        network = vpc(either)
        used = association(either, group, network)
        resolver.update_firewall_rule_group_association(FirewallRuleGroupAssociationId=used, Priority=102)
        (found,) = resolver.list_firewall_rule_group_associations(VpcId=network)["FirewallRuleGroupAssociations"]
        assert (found["Id"], found["Priority"], found["Status"]) == (used, 102, "COMPLETE")
        resolver.disassociate_firewall_rule_group(FirewallRuleGroupAssociationId=used)
        resolver.delete_firewall_rule(FirewallRuleGroupId=group, FirewallDomainListId=domains)
        resolver.delete_firewall_domain_list(FirewallDomainListId=domains)
        resolver.delete_firewall_rule_group(FirewallRuleGroupId=group)
        assert resolver.list_firewall_rule_groups()["FirewallRuleGroups"] == []
        with either.refused("ResourceNotFoundException", used):
            resolver.get_firewall_rule_group_association(FirewallRuleGroupAssociationId=used)


def test_a_vpc_fails_closed_until_it_is_told_otherwise(either: Cloud) -> None:
    with either.fixed():
        resolver, network = either.client("route53resolver"), vpc(either)
        config = resolver.get_firewall_config(ResourceId=network)["FirewallConfig"]
        assert config["FirewallFailOpen"] == "DISABLED"
        resolver.update_firewall_config(ResourceId=network, FirewallFailOpen="ENABLED")
        found = resolver.list_firewall_configs()["FirewallConfigs"]
        assert [(c["Id"], c["FirewallFailOpen"]) for c in found if c["ResourceId"] == network] == [
            (config["Id"], "ENABLED")
        ]
