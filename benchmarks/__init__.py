"""Benchmarks: what a claim about speed rests on, run by ``tox run -e bench``."""
