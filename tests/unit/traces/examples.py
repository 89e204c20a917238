"""A small trace, as the runner gives it."""

from __future__ import annotations

from typing import Any

CODE = "int twice(int n) {\n    return 2 * n;\n}\nint main() {\n    int *p = new int(twice(4));\n    return *p;\n}\n"


def frame(name: str, line: int, **values: list[Any]) -> dict[str, Any]:
    return {
        "funcName": name,
        "line": line,
        "frameId": "0x1",
        "uniqueHash": f"{name}_0x1",
        "isHighlighted": True,
        "orderedVarNames": list(values),
        "encodedLocals": values,
        "isParent": False,
        "isZombie": False,
        "parentFrameIdList": [],
    }


def step(event: str, line: int, *frames: dict[str, Any], **more: Any) -> dict[str, Any]:
    empty = {"globals": {}, "orderedGlobals": [], "heap": {}, "stdout": ""}
    return {
        "event": event,
        "line": line,
        "funcName": frames[-1]["funcName"],
        "stackToRender": list(frames),
        **empty,
        **more,
    }


def pointer(to: str) -> list[Any]:
    return ["C_DATA", "0x10", "pointer", to]


def number(value: Any, address: str = "0x20") -> list[Any]:
    return ["C_DATA", address, "int", value]


TRACE: dict[str, Any] = {
    "code": CODE,
    "trace": [
        step("call", 4, frame("main", 4, p=pointer("<UNINITIALIZED>"))),
        step("stepLine", 5, frame("main", 5, p=pointer("<UNINITIALIZED>"))),
        step("call", 1, frame("main", 5, p=pointer("<UNINITIALIZED>")), frame("twice", 1, n=number(4))),
        step(
            "return",
            6,
            frame("main", 6, p=pointer("0x100")),
            heap={"0x100": ["C_ARRAY", "0x100", number(8, "0x100")]},
            stdout="<b>8</b>\n",
        ),
    ],
}
