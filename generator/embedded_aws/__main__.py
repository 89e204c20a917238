"""`python -m generator.embedded_aws`: the server process. Started by `EmbeddedAws`, rarely by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# moto reads these when it is imported, hence before anything of ours that imports it.
MOTO_SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # else NoSuchEntity for arn:aws:iam::aws:policy/...
    "MOTO_ACM_VALIDATION_WAIT": "0",  # seconds; 60 by default
    "MOTO_LAMBDA_STUB_ECR": "true",  # images are checked by our own fix, across accounts and by digest
}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    os.environ.update(MOTO_SETTINGS)

    from generator.embedded_aws.server import serve

    return serve(
        port=options.port,
        work=options.work,
        plain=options.plain,
        log_requests=options.log_requests,
        ready_fd=options.ready_fd,
        alive_fd=options.alive_fd,
        follow_stdin=options.follow_stdin,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m generator.embedded_aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    parser.add_argument("--work", type=Path, required=True, help="existing directory for image layers and runtimes")
    parser.add_argument("--plain", action="store_true", help="moto as it is, without our fixes (to test the fixes)")
    parser.add_argument("--log-requests", action="store_true", help="one line a request on standard error")
    parser.add_argument("--ready-fd", type=int, help="file descriptor that receives the port, or why there is none")
    parser.add_argument("--alive-fd", type=int, help="file descriptor to keep open in the server and its runtimes")
    parser.add_argument("--follow-stdin", action="store_true", help="end with standard input, but for the word stay")
    return parser


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking moto's objects apart one by one takes the interpreter seconds.
    os._exit(code)
