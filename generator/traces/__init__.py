"""Showing a ProgramTrace (docs/trace.md): in the terminal, and as a page that needs nothing else."""

from generator.traces.page import page
from generator.traces.terminal import Steps, listing, show

__all__ = ["Steps", "listing", "page", "show"]
