"""Tests of the provider proxy that need neither terraform nor the AWS provider."""
