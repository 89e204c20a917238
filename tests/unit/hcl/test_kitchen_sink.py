"""A root that uses every construct at once, judged by terraform: formatted as it would, and valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.elb import LbListenerRule
from generator.bindings.meta import RegionData
from generator.bindings.secretsmanager import SecretsmanagerSecret, SecretsmanagerSecretVersion
from generator.hcl.constructs import TerraformProvider
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Variable
from generator.hcl.module_call import built, call_module
from generator.hcl.policy import allow, document
from generator.hcl.stack import Stack
from generator.hcl.template import literal
from generator.hcl.type_constraint import map_of, object_of, optional
from generator.terraform.binary import TerraformBinary
from tests.unit.hcl.real_terraform import place, terraform_in
from tests.unit.hcl.replica import Replica
from tests.unit.hcl.stacks import Data, RandomPassword, new_stack, written

LONG = {f"key_{n}": f"a value of some length, number {n}" for n in range(4)}


def kitchen_sink() -> Stack:
    stack = new_stack(backend={"key": "sink.tfstate", "region": "us-west-2", "use_lockfile": True})
    providers(stack)
    rules = variables(stack)
    locals_(stack, rules)
    with stack.file("network"):
        network(stack, rules)
    with stack.file("secrets"):
        secrets(stack)
    conditions(stack)
    calls(stack)
    stack.moved("terraform_data.before", "terraform_data.first")
    return stack


def providers(stack: Stack) -> None:
    for arguments in ({"region": "us-west-2"}, {"alias": "east", "region": "us-east-1"}):
        provider = TerraformProvider(stack.construct, arguments["region"], terraform_resource_type="aws")
        for name, value in {**arguments, "default_tags": {"tags": {"Owner": literal("a ${b}")}}}.items():
            provider.add_override(name, value)


def variables(stack: Stack) -> Expr:
    rule = object_of({"port": "number", "hosts": optional("list(string)", []), "note": optional("string")})
    Variable("string", "May be absent.", default=None).named("maybe").declare(stack)
    Variable("string", "A secret.", default="", sensitive=True).named("secret").declare(stack)
    return (
        Variable(
            map_of(rule),
            "Rules by key.",
            default={"a": {"port": 1}},
            checks=lambda v: [
                (fn.alltrue(for_list(v, lambda r: (r.port > 0) & (r.port < 65536))), "ports are from 1 to 65535."),
                (~fn.contains(fn.keys(v), "x"), f"x is no key, but there are {fn.length(v)}."),
            ],
        )
        .named("rules")
        .declare(stack)
    )


def locals_(stack: Stack, rules: Expr) -> None:
    stack.local("text", "one line\nanother with EO T\n")
    stack.local("chomped", 'first ${"x"}\n\nlast')
    stack.local("quoted", "  starts with blanks\nEOT\n")
    stack.local("odd", {"for": 1, "a b": {"é": [null, {"": True}]}, "list": [LONG, [], {}]}, why="Keys of all kinds.")
    stack.local("both", (rules == null).then(LONG, {**LONG, "x": "y"}))
    stack.local("merged", fn.merge(LONG, {"only": rules["a"].port}, LONG))
    stack.local("minus", f"{-rules['a'].port} and {Expr('{ a = 1 }').a}\nin two lines\n")
    stack.local(
        "nested", for_map(rules, lambda k, v: (f"{k}-x", {**LONG, "port": -v.port}), when=lambda k, _: k != "y")
    )
    stack.local("fixed", for_list(rules, lambda k, v: f"{k}:{v.port + 1}", names=("k", "v")), why="In pairs.")


def network(stack: Stack, rules: Expr) -> None:
    group = SecurityGroup(stack, "group", name="a", description="A group", tags=LONG, skip={"CKV_AWS_23": "a test"})
    LbListenerRule(
        stack,
        "rule",
        for_each=rules,
        provider=Expr("aws.east"),
        listener_arn="arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/50dc6c495c0c9188/f2f7dc8efc",
        priority=each.value.port,
        action=[
            {"type": "fixed-response", "fixed_response": {"content_type": "text/plain", "status_code": "200"}},
        ],
        condition=[
            {"host_header": {"values": ["a.example"]}},
            Dynamic(
                (fn.length(each.value.hosts) > 0).then([each.value.hosts], []),
                lambda hosts: {
                    "host_header": Dynamic([hosts.value], lambda header: {"values": header.value}, "header")
                },
                iterator="hosts",
            ),
        ],
        lifecycle={"create_before_destroy": True, "ignore_changes": ["tags", "action[0].type"]},
        depends_on=[group],
        why="A rule for each of them.\n\n" + "Much is to be said about it. " * 8,
    )


def secrets(stack: Stack) -> None:
    password = RandomPassword(stack, "db", password_length=20)
    secret = SecretsmanagerSecret(stack, "db", name="db", count=1)
    SecretsmanagerSecretVersion(
        stack,
        "db",
        secret_id=secret[0].id,
        secret_string_wo=password.random_password,
        secret_string_wo_version=1,
        lifecycle={"ignore_changes": ["all"]},
    )
    stack.output("secret_arn", secret.attribute_of_one("arn"), "ARN or null.", sensitive=True, depends_on=[secret])


def conditions(stack: Stack) -> None:
    region = RegionData(stack, "current")
    first = Data(stack, "first", content=document(allow("Read", ["s3:GetObject"], ["arn:aws:s3:::b/$${aws:username}"])))
    Data(
        stack,
        "second",
        count=(region.id == "us-west-2").then(1, 0),
        content={"first": first},
        trigger=[first.id],
        lifecycle={
            "prevent_destroy": False,
            "replace_triggered_by": [first.output],
            "precondition": [{"condition": fn.length(region.id) > 1, "error_message": f"What is {region.id}?"}],
            "postcondition": [{"condition": Expr("self.id") != null, "error_message": "No id."}],
        },
    )


def calls(stack: Stack) -> None:
    copies = call_module(
        stack,
        "copies",
        Replica,
        {"name": "n", "items": {"a": {"size": 1}}, "sets": [["a", "b"], []]},
        for_each={"x": 1, "y": 2},
        providers={"aws": Expr("aws"), "aws.replica": Expr("aws.east")},
        why="In two regions.",
    )
    stack.output("ids", copies["x"].ids, "IDs.")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place(tmp_path / "replica", written(built(Replica)))
    return place(tmp_path / "root", written(kitchen_sink()))


def test_terraform_fmt_would_change_nothing(root: Path, binary: TerraformBinary) -> None:
    assert terraform_in(root.parent, binary).fmt_check() == []


def test_terraform_finds_it_valid(root: Path, binary: TerraformBinary) -> None:
    terraform = terraform_in(root, binary, with_provider=True)
    # Valid means valid without the state's bucket; everything else stays.
    (root / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
    terraform.init()
    assert [(d.severity, d.summary, d.detail) for d in terraform.validate()] == []


def test_a_fault_would_be_found(root: Path, binary: TerraformBinary) -> None:
    (root / "fault.tf").write_text("locals {\n  a = local.absent\n    b = 1\n}\n", encoding="utf-8")
    terraform = terraform_in(root, binary, with_provider=True)
    (root / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
    terraform.init()
    assert [d.severity for d in terraform.validate()] == ["error"]
    assert terraform.fmt_check() == [Path("fault.tf")]
