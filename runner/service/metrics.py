"""Counters in Prometheus' text format. Nothing of a program is in them, nor of who sent it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from runner.contract import Result

# Seconds; a stage takes from a few milliseconds to its wall limit.
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "slipway_runner"


@dataclass
class Histogram:
    """How often a value was within each bound."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def observe(self, value: float) -> None:
        """Counts *value* where it belongs."""
        self.counts[next((i for i, bound in enumerate(BOUNDS) if value <= bound), len(BOUNDS))] += 1
        self.total += value

    def lines(self, name: str, label: str) -> Iterator[str]:
        """In text."""
        seen = 0
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], self.counts, strict=True):
            seen += count
            yield f'{name}_bucket{{{label},le="{bound}"}} {seen}'
        yield f"{name}_sum{{{label}}} {self.total:.6f}"
        yield f"{name}_count{{{label}}} {seen}"


class Metrics:
    """What happened since the start. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._responses: Counter[int] = Counter()
        self._results: Counter[tuple[str, str]] = Counter()
        self._leftovers: Counter[str] = Counter()
        self._seconds = {stage: Histogram() for stage in ("compile", "run", "total")}

    def responded(self, code: int) -> None:
        """Counts an answer by its HTTP status."""
        with self._lock:
            self._responses[code] += 1

    def ran(self, language: str, result: Result) -> None:
        """Counts a result, the time of its stages and what it left."""
        with self._lock:
            self._results[language, str(result.status)] += 1
            for stage, histogram in self._seconds.items():
                seconds = getattr(result.timings, stage)
                if seconds is not None:
                    histogram.observe(seconds)
            if result.leftovers is not None:
                for kind in ("processes", "files", "objects"):
                    self._leftovers[kind] += getattr(result.leftovers, kind)

    def text(self, *, running: int, waiting: int) -> str:
        """All of it, with how many programs are *running* and *waiting* now."""
        with self._lock:
            return "\n".join([*self._lines(running, waiting), ""])

    def _lines(self, running: int, waiting: int) -> Iterator[str]:
        yield from _head("responses_total", "counter", "Answers by HTTP status.")
        yield from (f'{PREFIX}_responses_total{{code="{c}"}} {n}' for c, n in sorted(self._responses.items()))
        yield from _head("results_total", "counter", "Programs by language and how they ended.")
        for (language, status), count in sorted(self._results.items()):
            yield f'{PREFIX}_results_total{{language="{language}",status="{status}"}} {count}'
        yield from _head("leftovers_total", "counter", "What programs left and was removed.")
        yield from (f'{PREFIX}_leftovers_total{{kind="{k}"}} {n}' for k, n in sorted(self._leftovers.items()))
        yield from _head("running", "gauge", "Programs that run now.")
        yield f"{PREFIX}_running {running}"
        yield from _head("waiting", "gauge", "Programs that wait for their turn.")
        yield f"{PREFIX}_waiting {waiting}"
        yield from _head("seconds", "histogram", "Wall time by stage.")
        for stage, histogram in self._seconds.items():
            yield from histogram.lines(f"{PREFIX}_seconds", f'stage="{stage}"')


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {PREFIX}_{name} {text}"
    yield f"# TYPE {PREFIX}_{name} {kind}"
