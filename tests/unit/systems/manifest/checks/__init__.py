"""Tests of generator.systems.manifest.checks."""
