"""The one file that a rehearsal adds to its copy of an environment.

Measured with provider 5.100.0: AWS_ENDPOINT_URL in the child's environment (`EmbeddedAws.environment`) directs every
service's client and needs no list of services here, so that no service can be forgotten and reach real AWS. What the
environment variables cannot say stays for this file: S3 by path (a bucket's own host name does not exist), few
retries (an operation that the embedded AWS lacks answers 500, which the default 25 retries would make minutes of),
and local state. Nothing that checks the environment is switched off: credentials, region and account are asked for as
on AWS.
"""

from __future__ import annotations

from collections.abc import Iterable

from generator.terraform.configuration import Block

FILE_NAME = "slipway_override.tf"
HEADER = "# Added by Slipway to a private working copy: local state, and a provider that suits the embedded AWS.\n"


def embedded_aws_override(blocks: Iterable[Block]) -> str:
    """The override file's text for a root module of these top-level *blocks*.

    Terraform merges it into each ``provider "aws"`` block by alias, and refuses an override of one that is not
    there; so there is one for each block found and none else.
    Source: https://developer.hashicorp.com/terraform/language/files/override
    """
    aliases = [block.strings.get("alias") for block in blocks if block.type == "provider" and block.labels == ("aws",)]
    return HEADER + 'terraform {\n  backend "local" {}\n}\n' + "".join(_provider(alias) for alias in aliases)


def _provider(alias: str | None) -> str:
    settings = {} if alias is None else {"alias": f'"{alias}"'}
    settings |= {"max_retries": "4", "s3_use_path_style": "true"}
    width = max(map(len, settings))
    body = "".join(f"  {name:{width}} = {value}\n" for name, value in settings.items())
    return f'\nprovider "aws" {{\n{body}}}\n'
