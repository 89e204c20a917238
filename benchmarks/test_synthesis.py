"""The benchmark compares the same module, and says when it cannot compare."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.process_tree import BenchmarkError, Measurement
from benchmarks.synthesis import MODULE, ROOT, Comparison, addresses_in_hcl, addresses_in_json, median
from benchmarks.synthesis import require_part_of_module as require_part


def write_json(outdir: Path, addresses: set[str]) -> None:
    document: dict[str, dict[str, object]] = {}
    for address in addresses:
        kind, *labels = address.split(".")
        place = document.setdefault(kind, {})
        for label in labels[:-1]:
            place = place.setdefault(label, {})  # type: ignore[assignment]
        place[labels[-1]] = {}
    file = outdir / "stacks" / "vpc" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document))


def comparison(*, seconds: float = 1, cpu_seconds: float = 1, peak_bytes: int = 100_000_000) -> Comparison:
    return Comparison(Measurement(seconds, cpu_seconds, peak_bytes), Measurement(10, 10, 1_000_000_000))


def broken(compared: Comparison) -> list[str]:
    return [claim.what for claim in compared.claims() if claim.binding and not claim.holds]


def test_addresses_of_the_committed_module_are_read() -> None:
    found = addresses_in_hcl(MODULE)
    assert {"resource.aws_vpc.this", "data.aws_region.current", "variable.cidr", "output.vpc_id"} <= found


def test_both_syntaxes_give_the_same_addresses(tmp_path: Path) -> None:
    write_json(tmp_path, addresses_in_hcl(MODULE))
    assert addresses_in_json(tmp_path / "stacks" / "vpc" / "cdk.tf.json") == addresses_in_hcl(MODULE)
    require_part(tmp_path)


def test_less_than_half_of_the_module_is_refused(tmp_path: Path) -> None:
    addresses = sorted(addresses_in_hcl(MODULE))
    half = (len(addresses) + 1) // 2
    write_json(tmp_path / "half", set(addresses[:half]))
    require_part(tmp_path / "half")
    write_json(tmp_path / "less", set(addresses[: half - 1]))
    with pytest.raises(BenchmarkError, match=f"emits {half - 1} of {len(addresses)} addresses"):
        require_part(tmp_path / "less")


def test_module_with_something_more_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path, addresses_in_hcl(MODULE) | {"resource.aws_vpc.second"})
    with pytest.raises(BenchmarkError, match=r"aws_vpc\.second"):
        require_part(tmp_path)


def test_claims_hold_up_to_a_quarter() -> None:
    assert broken(comparison(seconds=2.5, cpu_seconds=2.5, peak_bytes=250_000_000)) == []


def test_each_ratio_over_a_quarter_is_reported() -> None:
    assert broken(comparison(seconds=2.51)) == ["time, of the prebuilt bindings'"]
    assert broken(comparison(cpu_seconds=2.51)) == ["processor time, of the prebuilt bindings'"]
    assert broken(comparison(peak_bytes=251_000_000)) == ["memory, of the prebuilt bindings'"]


def test_median_is_of_each_quantity_by_itself() -> None:
    runs = [Measurement(1, 30, 200), Measurement(2, 10, 300), Measurement(3, 20, 100)]
    assert median(runs) == Measurement(2, 20, 200)


@pytest.mark.parametrize("arguments", [["--runs", "0"], ["--runs", "many"], ["--unknown"]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.synthesis", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_bindings_are_named() -> None:
    """An interpreter without site-packages stands in for an environment without the bindings."""
    program = "from benchmarks.synthesis import main; main()"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "cdktf is not installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_unwritable_report_is_refused(tmp_path: Path) -> None:
    from benchmarks.synthesis import require_directory, write

    with pytest.raises(BenchmarkError, match="does not exist"):
        require_directory(str(tmp_path / "absent" / "file.json"))
    with pytest.raises(BenchmarkError, match="cannot write"):
        write(tmp_path, "{}")
