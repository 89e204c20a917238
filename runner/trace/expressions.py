"""Where a variable, or the end of an array, is: the few DWARF expressions that compilers write for unoptimised code."""

from __future__ import annotations

from runner.trace.memory import Memory

_ADDR, _PLUS_UCONST, _LIT0, _BREG6, _FBREG = 0x03, 0x23, 0x30, 0x76, 0x91
_FIXED = {0x08: (1, False), 0x09: (1, True), 0x0A: (2, False), 0x0B: (2, True), 0x0C: (4, False), 0x0D: (4, True)}
_FIXED |= {0x0E: (8, False), 0x0F: (8, True)}
_UCONST, _SCONST = 0x10, 0x11
_MASK = 2**64 - 1
_LONGEST = 64


def evaluate(expression: bytes, memory: Memory, frame_address: int, start: int | None = None) -> int | None:
    """The address that *expression* gives in the frame at *frame_address* (DWARF's canonical frame address); *start* is
    what lies on the stack before. None if it cannot be told."""
    stack = [] if start is None else [start]
    if len(expression) > _LONGEST:
        return None
    try:
        at = 0
        while at < len(expression):
            at = _step(expression, at, stack, memory, frame_address)
    except (IndexError, ValueError):
        return None
    return stack[-1] & _MASK if stack else None


def frame_offset(expression: bytes) -> int | None:
    """The offset from the frame's address, if that is all that *expression* says."""
    if not expression or expression[0] != _FBREG:
        return None
    try:
        offset, at = _leb(expression, 1, signed=True)
    except IndexError:
        return None
    return offset if at == len(expression) else None


def fixed_address(expression: bytes) -> int | None:
    """The address, if *expression* is one."""
    if len(expression) != 9 or expression[0] != _ADDR:
        return None
    return int.from_bytes(expression[1:], "little")


def _step(code: bytes, at: int, stack: list[int], memory: Memory, frame_address: int) -> int:
    operation = code[at]
    at += 1
    if operation in _FIXED:
        size, signed = _FIXED[operation]
        stack.append(int.from_bytes(code[at : at + size], "little", signed=signed))
        return at + size
    if _LIT0 <= operation < _LIT0 + 32:
        stack.append(operation - _LIT0)
        return at
    if operation in (_UCONST, _SCONST, _PLUS_UCONST, _FBREG, _BREG6):
        number, at = _leb(code, at, signed=operation in (_SCONST, _FBREG, _BREG6))
        # An unoptimised frame's pointer, register 6, is 16 below the frame's address.
        before = {_FBREG: frame_address, _BREG6: frame_address - 16}
        stack.append(number + (stack.pop() if operation == _PLUS_UCONST else before.get(operation, 0)))
        return at
    match operation:
        case 0x03:
            stack.append(int.from_bytes(code[at : at + 8], "little"))
            return at + 8
        case 0x06:
            stack.append(memory.word(stack.pop() & _MASK))
        case 0x12:
            stack.append(stack[-1])
        case 0x1C:
            top = stack.pop()
            stack.append(stack.pop() - top)
        case 0x22:
            stack.append(stack.pop() + stack.pop())
        case 0x9C:
            stack.append(frame_address)
        case 0x96:
            pass
        case _:
            raise ValueError(operation)
    return at


def _leb(code: bytes, at: int, *, signed: bool) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = code[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return (number - (1 << shift) if signed and byte & 0x40 else number), at
