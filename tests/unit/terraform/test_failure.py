"""What a person reads when terraform failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import Location
from generator.terraform.diagnostic import Diagnostic, Position, Range
from generator.terraform.failure import TerraformInterruptedError, TerraformRunError

HERE = Path("envs/seepp/test")


def diagnostic(summary: str, detail: str = "", address: str | None = None, line: int | None = None) -> Diagnostic:
    place = None if line is None else Range(filename="main.tf", start=Position(line=line, column=1))
    return Diagnostic(severity="error", summary=summary, detail=detail, address=address, range=place)


def test_one_error_reads_place_command_address_summary_detail() -> None:
    error = TerraformRunError("apply", [diagnostic("creating VPC", "limit reached", "aws_vpc.this", 7)], directory=HERE)
    assert error.where == Location(HERE / "main.tf", 7, 1)
    assert str(error) == "envs/seepp/test/main.tf:7:1: terraform apply: aws_vpc.this: creating VPC\n  limit reached"
    assert error.exit_code == 2


def test_several_errors_are_all_listed_in_order() -> None:
    found = [diagnostic("first", "because", line=1), diagnostic("second", address="aws_vpc.this")]
    error = TerraformRunError("plan", found, directory=HERE)
    assert str(error).splitlines() == [
        "terraform plan found 2 errors:",
        "  1. envs/seepp/test/main.tf:1:1: first",
        "    because",
        "  2. aws_vpc.this: second",
    ]


def test_without_a_diagnostic_the_standard_error_is_shown() -> None:
    error = TerraformRunError("plan", [], directory=HERE, stderr="panic: boom\ngoroutine 1\n")
    assert "failed without saying why" in str(error)
    assert "  panic: boom\n  goroutine 1" in str(error)


def test_a_place_outside_the_environment_is_shortened() -> None:
    found = Diagnostic(
        severity="error",
        summary="bad",
        range=Range(filename="../../../modules/vpc/main.tf", start=Position(line=3, column=5)),
    )
    assert found.location(HERE) == Location(Path("modules/vpc/main.tf"), 3, 5)


@pytest.mark.parametrize(
    ("summary", "detail", "cure"),
    [
        ("Failed to save state", "write terraform.tfstate: no space left on device", "Make room on the disk"),
        ("Error acquiring the state lock", "resource temporarily unavailable", "Another run holds the state"),
        ("Failed to query available provider packages", "no available releases", "SLIPWAY_PROVIDER_MIRROR"),
        ("Failed to install provider", "Error while installing", "SLIPWAY_PROVIDER_MIRROR"),
        ("Missing required provider", "This configuration requires", "terraform init"),
        ("No valid credential sources found", "", "valid AWS credentials"),
        ("creating VPC", "api error UnauthorizedOperation: You are not", "policy of the role"),
        ("creating VPC", "dial tcp 127.0.0.1:1: connect: connection refused", "endpoint does not answer"),
        ("deleting DB", "Cannot delete protected DB Instance, disable deletion\nprotection", "allow_destroy"),
    ],
)
def test_a_known_cause_has_a_cure(summary: str, detail: str, cure: str) -> None:
    assert cure in TerraformRunError("apply", [diagnostic(summary, detail)], directory=HERE).cure


def test_an_unknown_cause_has_none_and_two_causes_have_both() -> None:
    assert TerraformRunError("apply", [diagnostic("odd")], directory=HERE).cure == ""
    both = [diagnostic("a", "no space left on device"), diagnostic("b", "no space left on device")]
    cure = TerraformRunError("apply", [*both, diagnostic("c", "no such host")], directory=HERE).cure
    assert len(cure.splitlines()) == 2


def test_an_interruption_has_the_exit_code_of_ctrl_c() -> None:
    assert TerraformInterruptedError("stopped").exit_code == 130
