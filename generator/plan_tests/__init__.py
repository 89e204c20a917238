"""Plan assertions: pytest fixtures that plan a Terraform module, here or in any team's repository.

`pip install slipway` makes the fixtures ``plan``, ``expect_error`` and ``plan_change`` available: docs/plan-tests.md.
"""

from generator.plan_tests.comparison import MISSING, differences
from generator.plan_tests.planner import PlanFailedError
from generator.plan_tests.summary import PlanChange, PlanSummary

__all__ = ["MISSING", "PlanChange", "PlanFailedError", "PlanSummary", "differences"]
