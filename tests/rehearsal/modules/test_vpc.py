"""The network on the embedded AWS: what an upgrade of the module leaves standing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.rehearsal.terraform_runs import Tools
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import applied

# What had one address for every caller before a network could do without public subnets.
MOVED = ("aws_internet_gateway.this", "aws_route_table.public", "aws_route.internet")


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_a_network_of_an_earlier_version_is_left_as_it_is(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "vpc") as vpc:
        vpc.call(
            {"name": "example-test", "cidr": "10.0.0.0/16", "public_subnets": {"us-west-2a": None}, "flow_logs": False}
        )
        vpc.init_and_apply()
        tools = Tools.find()
        for address in MOVED:
            subprocess.run(
                [tools.binary.path, "state", "mv", f"module.this.{address}[0]", f"module.this.{address}"],
                cwd=vpc.directory,
                env=tools.environment(cloud.aws, cloud.account),
                check=True,
                capture_output=True,
            )
        done = vpc.terraform.apply().counts
        assert (done.add, done.change, done.destroy) == (0, 0, 0)
        state = subprocess.run(
            [tools.binary.path, "state", "list"], cwd=vpc.directory, check=True, capture_output=True, text=True
        )
        assert {f"module.this.{address}[0]" for address in MOVED} <= set(state.stdout.split())
