"""How a program ended, as the last event of its trace and a sentence."""

from __future__ import annotations

import re
import signal

from runner.trace.errors import TraceError
from runner.trace.log import End, Ending, Fatal
from runner.trace.memory import STACK_BASE

RETURN, EXCEPTION, UNCAUGHT, LIMIT = "return", "exception", "uncaughtException", "instruction_limit_reached"
_MISUSE = {
    1001: "Invalid free: this address was not given by malloc or new",
    1002: "Double free: this block has been freed before",
    1003: "Mismatched free: malloc goes with free, new with delete, new[] with delete[]",
    1004: "A block of the heap was written outside its bounds",
    1005: "A block of the heap was written after it had been freed",
}
_OUT_OF_BOUNDS = 1006
_SIGNALS = {
    signal.SIGSEGV: "Segmentation fault",
    signal.SIGBUS: "Bus error",
    signal.SIGFPE: "Arithmetic error: a division by zero, or a result that does not fit",
    signal.SIGILL: "Illegal instruction",
    signal.SIGTRAP: "Trap",
    signal.SIGSYS: "Forbidden system call",
    signal.SIGXCPU: "Time limit: the program used too much CPU time",
    signal.SIGXFSZ: "Output limit: the program wrote too much",
    signal.SIGABRT: "Aborted",
}
_LIMITS = {
    Ending.STEPS: "Stopped after too many steps. Please shorten your code.",
    Ending.HITS: "Stopped after too many statements. Please shorten your code.",
    Ending.BYTES: "Stopped, because the trace has become too large. Please use less data.",
    Ending.ALLOCATIONS: "Stopped, because the program allocated too much memory.",
    Ending.TIME: "Stopped, because the program ran too long.",
}
_THROWN = re.compile(
    r"terminate called after throwing an instance of '(?P<type>[^\n]*)'(?:\n  what\(\):  (?P<what>.*))?"
)
_BELOW_STACK, _NULL_PAGE = 1 << 30, 4096
_LONGEST = 500


def explain(
    end: End | None, fatal: Fatal | None, about: bytes, wait_status: int | None, errors: str
) -> tuple[str, str | None]:
    """Event and message; *about* is the text that came with *fatal*. TraceError for a program that started threads:
    its trace would not be true."""
    if end is None or end.why is Ending.UNKNOWN:
        return EXCEPTION, _killed(wait_status)
    if end.why in (Ending.RETURNED, Ending.EXITED):
        return RETURN, None
    if end.why in _LIMITS:
        return LIMIT, _LIMITS[end.why]
    if end.why is Ending.THREADS:
        raise TraceError("the program starts threads, which are not traced; it ran without a trace")
    if fatal is None:
        return EXCEPTION, f"{_signal(end.value)}: the stack was overwritten."
    if fatal.what == _OUT_OF_BOUNDS:
        index = fatal.address - (fatal.address >> 63 << 64)
        array = about.decode(errors="replace").strip("'")
        return EXCEPTION, f"Index {index} is out of bounds for type {array}."
    if fatal.what in _MISUSE:
        return EXCEPTION, f"{_MISUSE[fatal.what]} (0x{fatal.address:X})."
    if fatal.what == signal.SIGABRT:
        return _aborted(errors)
    return EXCEPTION, _faulted(fatal)


def _aborted(errors: str) -> tuple[str, str]:
    thrown = _THROWN.search(errors)
    if thrown is not None:
        what = f": {thrown['what']}" if thrown["what"] else ""
        return UNCAUGHT, f"Uncaught exception {thrown['type']}{what}"[:_LONGEST]
    reason = errors.strip().rsplit("\n", 1)[-1]
    return EXCEPTION, f"Aborted: {reason}"[:_LONGEST] if reason else "Aborted."


def _faulted(fatal: Fatal) -> str:
    name = _signal(fatal.what)
    if fatal.what not in (signal.SIGSEGV, signal.SIGBUS):
        return f"{name}."
    if STACK_BASE - _BELOW_STACK <= fatal.address < STACK_BASE + _NULL_PAGE:
        return "Stack overflow: too many calls, or too large local variables."
    null = ", a null pointer or close to one" if fatal.address < _NULL_PAGE else ""
    return f"{name}: there is no memory at address 0x{fatal.address:X}{null}."


def _killed(wait_status: int | None) -> str:
    if wait_status is not None and wait_status & 0x7F:
        return f"The program was ended by a signal: {_signal(wait_status & 0x7F)}."
    return "The recording ends here: the program was stopped, left it, or overwrote it."


def _signal(number: int) -> str:
    known = _SIGNALS.get(number)  # type: ignore[call-overload]
    return known or signal.strsignal(number) or f"signal {number}"
