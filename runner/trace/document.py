"""The ProgramTrace as JSON text; its form is described by schema.json."""

from __future__ import annotations

import json

from runner.trace.render import FRAME_POINTER_OFFSET, ActiveFrame
from runner.trace.steps import Recording, TraceStep

_FRAME_END = ',"isParent":false,"isZombie":false,"parentFrameIdList":[]}'


def program_trace(code: str, recording: Recording) -> str:
    """The trace of *code*. ASCII only."""
    names: dict[int, str] = {}
    steps = []
    for step in recording.steps:
        steps.append(_step(step, recording.ordered_globals, names))
    return f'{{"code":{json.dumps(code)},"trace":[{",".join(steps)}]}}'


def _step(step: TraceStep, ordered_globals: str, names: dict[int, str]) -> str:
    last = len(step.frames) - 1
    frames = [
        _frame(frame, step.lines[index], step.local[index], index == last, names)
        for index, frame in enumerate(step.frames)
    ]
    message = "" if step.message is None else f',"exceptionMsg":{json.dumps(step.message)}'
    omitted = f',"omittedFrames":{step.omitted}' if step.omitted else ""
    return (
        f'{{"event":"{step.event}","line":{step.line},"funcName":{_name(step.frames[-1], names)},'
        f'"stackToRender":[{",".join(frames)}],"globals":{{{step.globals}}},"orderedGlobals":{ordered_globals},'
        f'"heap":{{{step.heap}}},"stdout":{step.stdout}{message}{omitted}}}'
    )


def _frame(frame: ActiveFrame, line: int, local: str, highlighted: bool, names: dict[int, str]) -> str:
    name, identity = _name(frame, names), f"0x{frame.address - FRAME_POINTER_OFFSET:X}"
    return (
        f'{{"funcName":{name},"line":{line},"frameId":"{identity}","uniqueHash":{name[:-1]}_{identity}",'
        f'"isHighlighted":{"true" if highlighted else "false"},{local}{_FRAME_END}'
    )


def _name(frame: ActiveFrame, names: dict[int, str]) -> str:
    low = frame.function.low
    if low not in names:
        names[low] = json.dumps(frame.function.name)
    return names[low]
