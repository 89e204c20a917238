"""Running a program through an environment's code runner, by the AWS API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.errors import RunnerError

HELLO = """#include <iostream>
#include <numeric>
#include <vector>

int main() {
    std::vector<int> planks(12);
    std::iota(planks.begin(), planks.end(), 1);
    std::cout << "Hello from the slipway: " << std::accumulate(planks.begin(), planks.end(), 0) << " planks\\n";
}
"""
HELLO_OUTPUT = "Hello from the slipway: 78 planks\n"
HELLO_LAST_STEP = "return in main, line 9"


@dataclass(frozen=True)
class Answer:
    """What the code runner answered: its JSON as it came."""

    result: dict[str, Any]

    @property
    def stdout(self) -> str:
        return str(self.result.get("stdout", ""))

    @property
    def said(self) -> str:
        """The program's output; of one that did not end well, why."""
        return self.stdout if self.result.get("success") else str(self.result.get("error") or self.result)

    @property
    def last_step(self) -> str:
        """Where the program's trace ends; without one, why."""
        trace = self.result.get("trace")
        if trace is None:
            return f"no trace: {self.result.get('traceError') or self.result.get('error')}"
        last = trace["trace"][-1]
        return f"{last['event']} in {last['funcName']}, line {last['line']}"


def invoke(client_lambda: Any, function: str, request: Mapping[str, Any]) -> Answer:
    """Send *request* to *function* (``name:alias``). Raises RunnerError when the function itself fails."""
    response = client_lambda.invoke(FunctionName=function, Payload=json.dumps(request).encode())
    answer = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise RunnerError(
            f"{function} failed: {answer.get('errorMessage', answer)}", cure="Its log group has the details."
        )
    return Answer(answer)
