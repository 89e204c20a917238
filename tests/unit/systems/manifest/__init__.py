"""Tests of generator.systems.manifest."""
