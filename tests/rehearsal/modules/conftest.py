"""One embedded AWS a test process, and an account of its own for each test."""

from __future__ import annotations

from tests.rehearsal.embedded_aws.conftest import account, aws, cloud, served

__all__ = ["account", "aws", "cloud", "served"]
