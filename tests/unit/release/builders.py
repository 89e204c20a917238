"""Tools that stand for Docker, Podman and buildah: they write down what they are asked, and answer as they are told."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# In the language that the tests run in, without what a site adds to its start.
SCRIPT = """\
#!{python} -IS
import json, os, signal, subprocess, sys, time
here = os.path.dirname(os.path.abspath(__file__))
tool, words = os.path.basename(__file__), sys.argv[1:]
settings = json.load(open(os.path.join(here, "settings.json")))
stdin = sys.stdin.read() if words[:1] == ["login"] else ""
kept = {{name: os.environ[name] for name in ("BUILDX_NO_DEFAULT_ATTESTATIONS",) if name in os.environ}}
with open(os.path.join(here, "calls"), "a") as file:
    file.write(json.dumps([tool, words, stdin, kept]) + "\\n")
for what, (code, message) in settings.get(tool, {{}}).items():
    if words[:1] == [what]:
        print("what it said before", flush=True)
        print(message, file=sys.stderr)
        sys.exit(code)
if settings.get("hang") == words[0]:
    # As a builder does: what it runs is in its group, and it ends a moment after it was told to.
    child = subprocess.Popen(["sleep", "600"])
    def ended(*_):
        open(os.path.join(here, "put-away"), "w").close()
        if not settings.get("stubborn"):
            sys.exit(130)
    signal.signal(signal.SIGINT, ended)
    open(os.path.join(here, "pids"), "w").write("%d %d" % (os.getpid(), child.pid))
    while True:
        time.sleep(0.05)
print(json.dumps(settings.get("containers", [])) if words[:1] == ["containers"] else " ".join([tool, *words]))
"""


@dataclass(frozen=True)
class Tools:
    """The tools in *folder*, which is to be all of PATH."""

    folder: Path

    def add(self, *names: str) -> None:
        for name in names:
            path = self.folder / name
            path.write_text(SCRIPT.format(python=sys.executable))
            path.chmod(0o755)

    def told(self, **settings: Any) -> None:
        """``docker={"push": (1, "denied")}`` fails; ``hang="build"`` does not end before it is interrupted."""
        (self.folder / "settings.json").write_text(json.dumps(settings))

    def calls(self) -> list[tuple[str, list[str], str, dict[str, str]]]:
        """What was asked of them, in order: tool, words, standard input and environment."""
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(tool, words, stdin, kept) for tool, words, stdin, kept in map(json.loads, lines)]

    def words(self) -> list[str]:
        """The command lines, but for those that ask whether a tool works, and what it works on."""
        asking = (["version"], ["containers", "--json"])
        return [" ".join([tool, *words]) for tool, words, _, _ in self.calls() if words not in asking]
