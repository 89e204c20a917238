"""The runner's Debian image, really built and run: `./toxw run -e image`. Not collected otherwise: it takes minutes,
some 2 GB of disk, and packages from Debian's mirror.

The base image is made by debootstrap, and buildah builds `runner/Dockerfile` on it: neither an engine nor a registry of
images is needed, but root is. `python -m tests.runner.debian_image CONTAINER USER` runs the service in a network and a
PID namespace of its own and prints its answers to the requests on standard input.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.runner.house import FIRST, UNSHARE, needs_house, raise_loopback
from tests.runner.programs import python_environment
from tests.tools import needs

pytestmark = [needs("buildah", "debootstrap"), needs_house]
ROOT = Path(__file__).parents[2]
SUITE = "trixie"  # of the Dockerfile's own base
BASE, IMAGE = f"localhost/debian:{SUITE}-slim", "localhost/slipway-runner:test"
# All are pure Python, so that those of any interpreter do.
PACKAGES = ("pyelftools", "uvicorn")
PIP = "[global]\nno-index = true\nfind-links = /wheels\n"
STORAGE = '[storage]\ndriver = "{driver}"\ngraphroot = "{folder}/images"\nrunroot = "{folder}/run"\n'
MEBIBYTE = 1024 * 1024
# g++ with its libraries is half of it; the base, the interpreter and valgrind are the rest.
MOST_BYTES = 450 * MEBIBYTE
# What Debian's slim images leave out, when they are made and when packages are installed on them.
LEFT_OUT = ("usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man")
PORT = 8080
PATIENCE = 180  # seconds; a busy machine is no failure


@dataclass(frozen=True)
class Machine:
    """buildah with storage of the test's own in *folder*."""

    folder: Path

    def environment(self) -> dict[str, str]:
        own = {"CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"), "TMPDIR": str(self.folder / "tmp")}
        return {**python_environment(), **own, "BUILDAH_ISOLATION": "chroot"}

    def buildah(self, *words: str | Path) -> str:
        command = ["buildah", *map(str, words)]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout.strip()

    def choose_driver(self) -> None:
        """Files in layers where the file system can, else copies."""
        for driver in ("overlay", "vfs"):
            (self.folder / "storage.conf").write_text(STORAGE.format(driver=driver, folder=self.folder))
            tried = subprocess.run(["buildah", "info"], env=self.environment(), capture_output=True, check=False)
            if tried.returncode == 0:
                return


@dataclass(frozen=True)
class Built:
    """The image in a *container* that runs nothing, and its files below *root*."""

    machine: Machine
    container: str
    root: Path

    def configuration(self) -> dict[str, Any]:
        inspected = json.loads(self.machine.buildah("inspect", "--type", "image", IMAGE))
        configuration: dict[str, Any] = inspected["Docker"]["config"]
        return configuration

    def entries(self) -> Iterator[tuple[str, os.stat_result]]:
        """All there is in the image."""
        for folder, folders, files in os.walk(self.root):
            for name in (*folders, *files):
                path = Path(folder, name)
                yield f"/{path.relative_to(self.root)}", path.lstat()

    def answers(self, requests: Sequence[dict[str, Any]], user: str = "") -> list[dict[str, Any]]:
        """What the service says to each of *requests*, run as *user* or the image's own."""
        command = [*UNSHARE, *FIRST, sys.executable, "-m", "tests.runner.debian_image", self.container, user]
        done = subprocess.run(
            command,
            env=self.machine.environment(),
            input=json.dumps(requests),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    machine = Machine(tmp_path_factory.mktemp("image"))
    (machine.folder / "tmp").mkdir()
    machine.choose_driver()
    try:
        make_base(machine)
        make_image(machine)
        container = machine.buildah("from", "--pull-never", IMAGE)
        yield Built(machine, container, Path(machine.buildah("mount", container)))
    finally:
        machine.buildah("rm", "--all")
        machine.buildah("rmi", "--all", "--force")
        shutil.rmtree(machine.folder)


def make_base(machine: Machine) -> None:
    """The base image: what debootstrap installs, from the mirror that it knows, without what slim images leave out."""
    system, archive = machine.folder / "system", machine.folder / "system.tar"
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", SUITE, str(system)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    rules = "".join(f"path-exclude /{folder}/*\n" for folder in LEFT_OUT)
    (system / "etc/dpkg/dpkg.cfg.d/slim").write_text(rules)
    excluded = [f"--exclude=./{folder}/*" for folder in (*LEFT_OUT, "dev", "var/cache/apt")]
    subprocess.run(["tar", "-C", str(system), *excluded, "-cf", str(archive), "."], check=True)
    shutil.rmtree(system)
    dockerfile = machine.folder / "Dockerfile"
    dockerfile.write_text(f"FROM scratch\nADD {archive.name} /\n")
    machine.buildah("build", "--quiet", "--tag", BASE, "--file", dockerfile, machine.folder)
    archive.unlink()


def make_image(machine: Machine) -> None:
    """The image, with the Python packages from where this machine gets its own."""
    wheels, settings = machine.folder / "wheels", machine.folder / "pip.conf"
    settings.write_text(PIP)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", str(wheels)]
    subprocess.run([*fetch, "--constraint", str(ROOT / "constraints.txt"), *PACKAGES], check=True)
    volumes = ("--volume", f"{wheels}:/wheels:ro", "--volume", f"{settings}:/etc/pip.conf:ro")
    what = ("--format", "docker", "--pull-never", "--build-arg", f"BASE={BASE}", "--tag", IMAGE)
    machine.buildah("build", *what, *volumes, "--file", ROOT / "runner/Dockerfile", ROOT)


def test_no_program_runs_as_somebody_else(built: Built) -> None:
    special = stat.S_ISUID | stat.S_ISGID
    assert [name for name, found in built.entries() if stat.S_ISREG(found.st_mode) and found.st_mode & special] == []


def test_everybody_may_write_to_tmp_alone(built: Built) -> None:
    def open_to_all(found: os.stat_result) -> bool:
        return not (stat.S_ISLNK(found.st_mode) or stat.S_ISCHR(found.st_mode)) and bool(found.st_mode & stat.S_IWOTH)

    assert [name for name, found in built.entries() if open_to_all(found)] == ["/tmp"]
    assert stat.S_IMODE((built.root / "tmp").stat().st_mode) == 0o1777


def test_the_runner_owns_nothing(built: Built) -> None:
    assert [name for name, found in built.entries() if 1000 in (found.st_uid, found.st_gid)] == []


def test_it_starts_as_an_ordinary_user(built: Built) -> None:
    configuration = built.configuration()
    assert configuration["User"] == "1000:1000"
    assert configuration["Entrypoint"] == ["/opt/runner/bin/python3", "-m", "runner.service"]
    assert configuration["Healthcheck"]["Test"][0] == "CMD"


def test_the_launcher_is_built_and_needs_no_library(built: Built) -> None:
    launcher = built.root / "opt/runner/app/runner/native/launcher"
    assert launcher.stat().st_mode & 0o111
    assert b"/lib64/ld-linux" not in launcher.read_bytes()


def test_the_header_is_compiled_and_nobody_elses(built: Built) -> None:
    folder = built.root / "usr/lib/slipway-runner"
    found = [path for path in folder.rglob("*") if path.name == "iostream.hpp.gch"]
    assert sorted(path.parent.name for path in found) == ["plain", "traced"]
    assert not any(path.stat().st_mode & 0o022 for path in (folder, *folder.rglob("*")))


def test_its_size(built: Built) -> None:
    seen: dict[tuple[int, int], int] = {(f.st_dev, f.st_ino): f.st_size for _, f in built.entries()}
    size = sum(seen.values())
    print(f"the image has {size / MEBIBYTE:.0f} MiB")
    assert size < MOST_BYTES


CPP = "#include <iostream>\nint main() {\n    int n = 0;\n    std::cin >> n;\n    std::cout << n * 2 << std::endl;\n}\n"
OVERRUN = "#include <stdlib.h>\nint main(void) {\n    int *a = malloc(8);\n    int b = a[2];\n    return b != b;\n}\n"
REQUESTS: list[dict[str, Any]] = [
    {"code": CPP, "stdin": "21", "trace": True},
    {"code": OVERRUN, "language": "c", "trace": True},
    {"code": "import sys\nprint(sys.stdin.read(), sys.version_info[0])", "language": "python", "stdin": "in"},
    {"code": "int main() { return x; }"},
    {"code": "int main(void) { for (;;); }", "language": "c", "limits": {"run": {"cpuSeconds": 1}}},
]


@pytest.mark.parametrize("user", ["", "0"], ids=["its-own-user", "as-root"])
def test_the_service_compiles_runs_and_traces(user: str, built: Built) -> None:
    doubled, overrun, python, refused, endless = built.answers(REQUESTS, user)
    assert (doubled["status"], doubled["stdout"]) == ("ok", "42\n"), doubled
    assert [step["event"] for step in doubled["trace"]["trace"]][::4] == ["call", "return"], doubled["trace"]
    assert overrun["memcheck"] == "found", overrun
    last = overrun["trace"]["trace"][-1]
    assert (last["event"], last["line"]) == ("exception", 4)
    assert (python["status"], python["stdout"]) == ("ok", "in 3\n")
    assert refused["status"] == "compile_error"
    assert endless["status"] == "time_limit"
    assert doubled["isolation"]["user"] == ("own" if user == "0" else "shared")
    print(json.dumps({"isolation": doubled["isolation"], "timings": doubled["timings"]}))
    assert {"no-new-privileges", "seccomp"} <= set(doubled["isolation"]["layers"])


def main(arguments: Sequence[str]) -> None:
    """Answers the requests on standard input, by the service of a container, which ends as it is told to."""
    container, user = arguments
    raise_loopback()
    options = ["--env", "RUNNER_HOST=127.0.0.1", *(["--user", user] if user else [])]
    entry = ["/opt/runner/bin/python3", "-m", "runner.service"]
    requests = json.load(sys.stdin)
    command = ["buildah", "run", *options, container, "--", *entry]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr) as service:
        try:
            wait_for(service)
            answers = [asked("/run", request) for request in requests]
        finally:
            service.terminate()
    print(json.dumps(answers))


def wait_for(service: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            asked("/health")
            return
        except urllib.error.URLError:
            if service.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def asked(path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=PATIENCE) as response:
        return json.loads(response.read())


if __name__ == "__main__":
    main(sys.argv[1:])
