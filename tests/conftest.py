"""Settings of the whole test suite."""

from __future__ import annotations

import signal

pytest_plugins = ["tests.sampling"]

# Started in the background by a shell that ignores SIGINT, every program below would inherit that, and the tests of
# Ctrl-C would wait for nothing.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
