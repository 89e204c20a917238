"""Plan assertions: pytest fixtures that plan a Terraform module, here or in any team's repository.

`pip install slipway` makes the fixtures ``plan``, ``expect_error`` and ``plan_change`` available: docs/plan-tests.md.
"""

# Nothing heavy here: pytest imports this package in every run, also where nothing is planned.
from generator.plan_tests.comparison import MISSING, differences
from generator.plan_tests.failure import PlanFailedError
from generator.plan_tests.summary import PlanChange, PlanSummary

__all__ = ["MISSING", "PlanChange", "PlanFailedError", "PlanSummary", "differences"]
