"""Starts the service: `python -m runner.service`."""

from __future__ import annotations

import os
import sys

from runner import engine, home, mounts
from runner.errors import RunnerError
from runner.service.app import Application
from runner.service.settings import Settings

# A program that runs when the service is told to end is given this long; both stages' wall limits are less.
SHUTDOWN_SECONDS = 20


def main() -> None:
    """Serves until it is told to end (SIGTERM). Exit code 2: it cannot run programs here, or its settings are wrong."""
    try:
        import uvicorn
    except ImportError:
        sys.exit("uvicorn is missing: pip install 'slipway[service]'")
    try:
        settings = Settings.from_environment()
        if os.geteuid() == 0:
            _separate_mounts()
        else:
            home.hide_runtime()
        engine.prepare()
        application = Application(settings)
    except RunnerError as error:
        print(f"The service cannot start: {error}", file=sys.stderr)
        sys.exit(2)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        limit_concurrency=settings.concurrency + settings.queue + 100,
    )


def _separate_mounts() -> None:
    """Work directories can be file systems of limited size only where mounts are the runner's own."""
    try:
        mounts.separate()
    except RunnerError as error:
        print(f"Work directories are watched instead of limited: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
