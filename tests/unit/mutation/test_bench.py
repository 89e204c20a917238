"""The bench: what is no refusal of a mutant is not taken for one."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from generator.terraform.diagnostic import Diagnostic
from generator.terraform.failure import TerraformInterruptedError, TerraformRunError
from tests.mutation.bench import Bench, Calls


@pytest.mark.parametrize(
    ("summary", "raised"),
    [("Request cancelled", TerraformInterruptedError), ("Invalid function argument", TerraformRunError)],
)
def test_an_interrupted_plan_is_no_refusal(tmp_path: Path, summary: str, raised: type[Exception]) -> None:
    bench = Bench(Mock(), Mock(), Mock(), tmp_path, tmp_path, Mock())
    bench.calls = Calls("bucket", {})
    error = TerraformRunError("plan", [Diagnostic(severity="error", summary=summary)], directory=tmp_path)
    bench._terraform = Mock(return_value=Mock(plan=Mock(side_effect=error)))  # type: ignore[method-assign]
    with pytest.raises(raised):
        bench.plan_calls([])


def test_a_plan_of_nothing_has_no_changes(tmp_path: Path) -> None:
    bench = Bench(Mock(), Mock(), Mock(), tmp_path, tmp_path, Mock())
    bench.calls = Calls("bucket", {})
    bench._terraform = Mock(return_value=Mock(show_plan=Mock(return_value={})))  # type: ignore[method-assign]
    assert bench.plan_few([]) == {"resource_changes": [], "output_changes": {}}
