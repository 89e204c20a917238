"""From the agent's log to the steps of a ProgramTrace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from runner.trace.binary import Binary
from runner.trace.endings import EXCEPTION, RETURN, explain
from runner.trace.findings import Finding, Moment, first_finding, locate
from runner.trace.log import Allocated, End, Ending, Entry, Fatal, Freed, Log, Step, Unwound
from runner.trace.memory import LARGE_RECORDED, Image, Memory
from runner.trace.render import FRAME_POINTER_OFFSET, ActiveFrame, Renderer
from runner.trace.symbols import Symbols

# Misuse of the heap that shows only at the next step.
_NOTICED_LATE = (1004, 1005)
# Of a text whose end is not known; the shorter ones where it lies near the end of the static data.
_TEXT_SIZES = (200, 64, 16)


@dataclass(frozen=True)
class Shown:
    """What a trace may hold: *steps*, and *json_bytes* of JSON."""

    steps: int = 1000
    json_bytes: int = 4_500_000


@dataclass(slots=True)
class TraceStep:
    """A step: the program stands before *line* of *frames*' last. *local*, *globals* and *heap* are JSON text."""

    event: str
    line: int
    frames: list[ActiveFrame]
    lines: list[int]
    omitted: int
    local: list[str]
    globals: str
    heap: str
    stdout: str
    message: str | None = None

    @property
    def size(self) -> int:
        """About how many bytes of JSON it makes."""
        return 300 + len(self.stdout) + len(self.globals) + len(self.heap) + sum(len(text) + 240 for text in self.local)


@dataclass(slots=True)
class _Activation:
    """A call that has not returned; *line* and *pc* are those of the last step in it."""

    address: int
    line: int = 0
    pc: int = 0
    fresh: bool = True


@dataclass
class Recording:
    """The steps, and how they end: the *event* of the last one and, unless it just returned, a *message*."""

    steps: list[TraceStep] = field(default_factory=list)
    ordered_globals: str = "[]"
    limit_reached: bool = False
    diverged_after: int | None = None


def _moment(step: TraceStep) -> Moment:
    places = tuple((frame.function.low, line) for frame, line in zip(step.frames, step.lines, strict=True))[::-1]
    shared = step.globals + step.heap
    return Moment(step.event == "call", places, step.frames[-1].address, step.local[-1], shared)


class Decoder:
    """Decodes one log, with the help of a second one of a run whose memory was filled otherwise."""

    def __init__(
        self, binary: Binary, symbols: Symbols, first: Log, second: Log | None, printed: bytes, shown: Shown
    ) -> None:
        low, high = binary.data_range
        one = Image(first.fill, low, high)
        other = None if second is None or second.fill == first.fill else Image(second.fill, low, high)
        self._symbols, self._log, self._shown = symbols, first, shown
        self._printed, self._outputs = printed, dict[int, str]()
        self._memory = Memory(one, other, binary.constants)
        self._second_events = iter(()) if second is None else second.events()
        self._renderer = Renderer(binary, symbols, self._memory)
        self._activations: list[_Activation] = []
        self._left = self._unwound = self._interrupted = False
        self._fatal: Fatal | None = None
        self._hidden: tuple[Step, list[ActiveFrame], _Activation] | None = None
        self._bytes = 0
        self._recording = Recording(ordered_globals=self._renderer.ordered_globals)

    def recording(self, errors: str, report: bytes) -> Recording:
        """The steps. *errors* is what the program wrote to stderr, which says what it was aborted for; *report* is
        memcheck's, empty if there is none."""
        end = None
        for event in self._log.events():
            match event:
                case Entry():
                    self._enter(event)
                case Allocated():
                    self._allocate(event)
                case Freed():
                    self._memory.blocks.free(event)
                case Unwound():
                    self._leave_below(event.address + 1)
                    self._unwound = True
                case Fatal():
                    self._fatal = event
                case Step():
                    self._step(event)
                case End():
                    end = event
                    break
            if self._recording.limit_reached:
                break
        self._finish(end, errors)
        finding = first_finding(report, self._symbols) if report else None
        if finding is not None:
            self._end_at(finding)
        return self._recording

    def _end_at(self, finding: Finding) -> None:
        """Ends the trace with *finding*, unless it has ended before."""
        steps = self._recording.steps
        complete = bool(steps) and steps[-1].event in (RETURN, EXCEPTION)
        index = locate(finding, [_moment(step) for step in steps], self._recording.diverged_after, complete)
        if index is None or (index == len(steps) - 1 and steps[-1].event == EXCEPTION):
            return
        del steps[index + 1 :]
        steps[-1].event, steps[-1].message = EXCEPTION, finding.text

    def _enter(self, entry: Entry) -> None:
        self._leave_below(entry.frame_address + 1)
        self._activations.append(_Activation(entry.frame_address))

    def _leave_below(self, address: int) -> None:
        """The calls whose frames lie below *address* have ended."""
        while self._activations and self._activations[-1].address < address:
            left = self._activations.pop()
            last = self._recording.steps[-1] if self._recording.steps else None
            if last is not None and not self._unwound and last.frames[-1].address == left.address and not left.fresh:
                last.event = "return" if last.event == "stepLine" else last.event
            self._left = True

    def _allocate(self, event: Allocated) -> None:
        self._memory.blocks.allocate(event)
        if event.size > LARGE_RECORDED:
            for image in (self._memory.first, self._memory.second):
                if image is not None:
                    image.add_large(event.start)

    def _step(self, step: Step) -> None:
        self._memory.first.apply(step)
        self._follow(step)
        frames = list(self._frames(step))
        if not frames:
            return
        if self._fatal is not None:
            self._fatal_step(step, frames)
            return
        top = frames[-1]
        self._leave_below(top.address)
        if not self._activations or self._activations[-1].address != top.address:
            self._activations.append(_Activation(top.address))
        activation = self._activations[-1]
        if self._symbols.is_repeated(top.function, step.pc):
            self._interrupted = True
            return
        rest_of_line = not activation.fresh and activation.line == step.line and step.pc > activation.pc
        shown = not (rest_of_line and (self._left or self._interrupted))
        self._hidden = None if shown else (step, frames, activation)
        if shown:
            self._show(step, frames, activation)
        activation.line, activation.pc, activation.fresh = step.line, step.pc, False
        self._left = self._unwound = self._interrupted = False

    def _show(self, step: Step, frames: list[ActiveFrame], activation: _Activation) -> None:
        state = self._state(step, frames, step.line)
        if activation.fresh:
            line = frames[-1].function.line
            self._add(replace(state, event="call", line=line, lines=[*state.lines[:-1], line]))
        self._add(state)

    def _add(self, step: TraceStep) -> None:
        self._bytes += step.size
        if len(self._recording.steps) >= self._shown.steps or self._bytes > self._shown.json_bytes:
            self._recording.limit_reached = True
            return
        self._recording.steps.append(step)

    def _state(self, step: Step, frames: list[ActiveFrame], line: int) -> TraceStep:
        local, static, heap = self._renderer.state(frames)
        lines = [self._symbols.line_at(frame.pc, frame.function) for frame in frames[:-1]]
        omitted = max(step.depth - len(step.frames), 0)
        return TraceStep(
            "stepLine", line, frames, [*lines, line], omitted, local, static, heap, self._stdout(step.printed)
        )

    def _stdout(self, count: int) -> str:
        """The first *count* bytes that the program printed, as JSON."""
        if count not in self._outputs:
            self._outputs[count] = json.dumps(self._printed[:count].decode(errors="replace"))
        return self._outputs[count]

    def _fatal_step(self, step: Step, frames: list[ActiveFrame]) -> None:
        """Where the program was interrupted: mostly in the midst of the statement that the last step stands before."""
        if self._fatal is not None and self._fatal.what in _NOTICED_LATE and self._recording.steps:
            return
        line = self._symbols.line_at(frames[-1].pc, frames[-1].function)
        last = self._recording.steps[-1] if self._recording.steps else None
        if last is None or last.line != line or last.frames[-1].address != frames[-1].address:
            self._add(self._state(step, frames, line))

    def _frames(self, step: Step) -> Iterator[ActiveFrame]:
        for pc, pointer in reversed(step.frames):
            function = self._symbols.function_at(pc)
            if function is not None:
                yield ActiveFrame(function, pc, pointer + FRAME_POINTER_OFFSET)

    def _follow(self, step: Step) -> None:
        """Takes the second run one step further; once it goes another way, it is of no more use."""
        if self._memory.second is None:
            return
        other = next((event for event in self._second_events if isinstance(event, (Step, End))), None)
        if not isinstance(other, Step) or (other.pc, other.sp) != (step.pc, step.sp):
            self._memory.second = None
            self._recording.diverged_after = len(self._recording.steps) - 1
            return
        self._memory.second.apply(other)

    def _about(self) -> bytes:
        """The text that the agent pointed to."""
        if self._fatal is None:
            return b""
        texts = (self._memory.read(self._fatal.detail, size) for size in _TEXT_SIZES)
        found = next((text for text in texts if text is not None), (b"", b""))
        return found[0].partition(b"\0")[0]

    def _finish(self, end: End | None, errors: str) -> None:
        if not self._recording.steps:
            return
        if self._hidden is not None and end is not None and end.why is Ending.RETURNED:
            self._show(*self._hidden)  # after the last call on its last line, main still stands there
        last = self._recording.steps[-1]
        if self._recording.limit_reached:
            by_steps = len(self._recording.steps) >= self._shown.steps
            last.event = "instruction_limit_reached"
            last.message = f"Stopped after {len(self._recording.steps)} steps. Please shorten your code."
            if not by_steps:
                last.message = "Stopped, because the trace has become too large. Please use less data."
            return
        last.event, last.message = explain(end, self._fatal, self._about(), self._log.wait_status, errors)
