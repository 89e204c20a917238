"""A small manifest for tests to change, and what they ask of its errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.errors import ManifestError
from generator.systems.manifest import Environment, ManifestErrors, load_manifest

SMALL = """\
system: lab
owner: teaching
region: us-east-1
domain: { name: example.org }
registries:
  repositories: [web, api, runner]
network:
  vpc:
    availability_zones: [us-east-1a, us-east-1b]
http:
  public:
    idle_timeout: 200
services:
  web:
    image: { repository: web, port: 3000 }
    http:
      path: /
  api:
    image: { repository: api, port: 8000 }
    cpu: 512
    memory: 1024
    http: { path: /api, healthcheck: /health }
    variables:
      MODE: fast
    uses: { code_runner: true }
code_runner:
  repository: runner
  memory: 2048
  timeout: 60
environments:
  dev:
    network:
      vpc:
        cidr: 10.0.0.0/16
        subnets:
          public: [10.0.1.0/24, 10.0.2.0/24]
          private: [10.0.10.0/24, 10.0.11.0/24]
          isolated: [10.0.20.0/24, 10.0.21.0/24]
    services:
      web:
        http: { alias: "dev.{domain}" }
    buckets:
      traces: {}
  live:
    network:
      vpc:
        cidr: 10.1.0.0/16
        subnets:
          public: [10.1.1.0/24, 10.1.2.0/24]
          private: [10.1.10.0/24, 10.1.11.0/24]
          isolated: [10.1.20.0/24, 10.1.21.0/24]
    services:
      web:
        count: { range: 2-6, cpu_percentage: 70 }
        http: { alias: "{domain}" }
"""


@dataclass(frozen=True)
class Edited:
    """The small manifest with a change, written to a file."""

    path: Path
    text: str

    def resolve(self, environment: str = "dev") -> Environment:
        return load_manifest(self.path).resolve(environment)

    def errors(self) -> tuple[ManifestError, ...]:
        """Every error of the manifest; fails if there is none."""
        with pytest.raises(ManifestErrors) as caught:
            load_manifest(self.path)
        return caught.value.errors

    def error(self, at: str) -> ManifestError:
        """The manifest's only error, which must stand in the line that holds *at*."""
        errors = self.errors()
        assert len(errors) == 1, [str(error) for error in errors]
        assert errors[0].where is not None
        assert errors[0].where.file == self.path
        assert errors[0].where.line == self.line(at), str(errors[0])
        return errors[0]

    def line(self, at: str) -> int:
        """The number of the one line that holds *at*."""
        lines = [number for number, line in enumerate(self.text.splitlines(), start=1) if at in line]
        assert len(lines) == 1, f"{at!r} stands in the lines {lines}"
        return lines[0]


def edited(directory: Path, *changes: tuple[str, str]) -> Edited:
    """The small manifest, in *directory*, with each (old, new) replaced once; every old text must be there."""
    text = SMALL
    for old, new in changes:
        assert old in text, f"not in the manifest: {old!r}"
        text = text.replace(old, new, 1)
    return written(directory, text)


def written(directory: Path, text: str) -> Edited:
    """*text* as a manifest in *directory*."""
    path = directory / "system.yaml"
    path.write_text(text, encoding="utf-8")
    return Edited(path, text)
