"""The manifest of a system: its model, how it is read, merged and checked, and its JSON Schema."""

from generator.systems.manifest.bucket import Bucket
from generator.systems.manifest.database import Database
from generator.systems.manifest.environment import CODE_RUNNER, Environment, Route
from generator.systems.manifest.fields import Platform, architecture
from generator.systems.manifest.load import Account, Manifest, load_manifest, load_system
from generator.systems.manifest.names import limited_name
from generator.systems.manifest.problems import ManifestErrors
from generator.systems.manifest.runner import CodeRunner
from generator.systems.manifest.schema import json_schema, schema_text
from generator.systems.manifest.secret import Secret
from generator.systems.manifest.service import Http, Service
from generator.systems.manifest.template import Placeholder, Template

__all__ = [
    "CODE_RUNNER",
    "Account",
    "Bucket",
    "CodeRunner",
    "Database",
    "Environment",
    "Http",
    "Manifest",
    "ManifestErrors",
    "Placeholder",
    "Platform",
    "Route",
    "Secret",
    "Service",
    "Template",
    "architecture",
    "json_schema",
    "limited_name",
    "load_manifest",
    "load_system",
    "schema_text",
]
