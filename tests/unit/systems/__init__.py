"""Tests of generator.systems."""
