"""`slipway run --trace` and `--html` on a real program: keys in a terminal, keys and mouse in a browser, offline."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.tools import needs

PROJECT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds
CODE = """\
#include <cstdio>
struct Node { int value; Node *next; };
int main() {
    Node *head = nullptr;
    for (int i = 0; i < 3; i++)
        head = new Node{i, head};
    std::printf("<img src=x onerror=alert(1)>");
    return head->value - 2;
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("seeing") / "list.cpp"
    file.write_text(CODE)
    return file


def slipway(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "generator.cli.main", "run", *map(str, arguments)]
    return subprocess.run(
        words, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_pipe_gets_the_list_after_the_output(program: Path) -> None:
    done = slipway("--trace", program)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.partition("onerror=alert(1)>")[2].splitlines()
    assert lines[0] == "   1  line 3  call in main"
    assert "      main.head = null" in lines
    assert "return in main" in [line for line in lines if line.strip()[0].isdigit()][-1]


def test_of_a_program_without_a_trace_is_said_why(tmp_path: Path) -> None:
    (tmp_path / "bad.cpp").write_text("int main( {")
    page = tmp_path / "bad.html"
    done = slipway("--html", page, tmp_path / "bad.cpp")
    assert done.returncode == 1
    assert "no trace: The program does not compile." in done.stderr
    assert not page.exists()


def test_python_is_not_traced(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("print(1)")
    done = slipway("--trace", tmp_path / "hello.py")
    assert done.returncode == 2
    assert "only C++ and C programs are traced" in done.stderr


class Terminal:
    """A terminal of 30 lines with `slipway run --trace` in it."""

    def __init__(self, program: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 110, 0, 0))
        words = [sys.executable, "-m", "generator.cli.main", "run", "--trace", str(program)]
        environment = os.environ | {"TERM": "xterm"}
        self.process = subprocess.Popen(
            words, cwd=PROJECT, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.seen = b""

    def press(self, key: bytes, until: str) -> None:
        """Send *key*, and wait until the terminal was told *until*."""
        at = len(self.seen)
        os.write(self.master, key)
        deadline = time.monotonic() + PATIENCE
        while until.encode() not in self.seen[at:]:
            assert time.monotonic() < deadline, self.seen[at:].decode(errors="replace")
            if select.select([self.master], [], [], 1)[0]:
                self.seen += os.read(self.master, 65536)

    def close(self) -> None:
        os.close(self.master)
        self.process.kill()
        self.process.wait()


def test_keys_lead_through_it_in_a_terminal(program: Path) -> None:
    terminal = Terminal(program)
    try:
        terminal.press(b"", "step 1 of")
        terminal.press(b"\x1b[C", "step 2 of")
        terminal.press(b"\x1b[C", "step 3 of")
        terminal.press(b"\x1b[D", "step 2 of")
        terminal.press(b"\x1b[C\x1b[Cn", "step 5 of")
        terminal.press(b"G", "return in main")
        # The terminal's own screen comes back.
        terminal.press(b"q", "\x1b[?1049l")
        assert terminal.process.wait(PATIENCE) == 0
    finally:
        terminal.close()


@pytest.fixture(scope="module")
def page(program: Path) -> Iterator[Page]:
    file = program.with_suffix(".html")
    done = slipway("--html", file, program)
    assert done.returncode == 0, done.stderr
    with sync_playwright() as playwright:
        # It opens a file that this test wrote, and has no network.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.goto(file.as_uri())
        yield page
        browser.close()


@pytest.fixture
def status(page: Page) -> Page:
    page.keyboard.press("Home")
    return page


@needs("chromium")
def test_keys_lead_through_it_in_a_browser(status: Page) -> None:
    shown = status.locator("#status")
    expect(shown).to_have_text("Step 1 of 12: call in main, line 3")
    status.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("Step 2 of 12: stepLine in main, line 4")
    expect(status.locator("#code li.now")).to_have_text("    Node *head = nullptr;")
    status.keyboard.press("ArrowLeft")
    expect(shown).to_contain_text("Step 1 of 12")
    status.keyboard.press("End")
    expect(shown).to_contain_text("Step 12 of 12: return in main")


@needs("chromium")
def test_the_mouse_leads_through_it_too(status: Page) -> None:
    shown = status.locator("#status")
    assert status.locator("#back").is_disabled()
    status.locator("#forward").click()
    expect(shown).to_contain_text("Step 2 of 12")
    status.locator("#code li").nth(5).click()
    expect(shown).to_contain_text("line 6")
    status.locator("#last").click()
    assert status.locator("#forward").is_disabled()
    status.locator("#slider").focus()
    status.keyboard.press("ArrowLeft")
    expect(shown).to_contain_text("Step 11 of 12")
    status.locator("#first").click()
    expect(shown).to_contain_text("Step 1 of 12")


@needs("chromium")
def test_the_memory_is_shown_with_its_pointers(status: Page) -> None:
    status.keyboard.press("End")
    boxes = status.locator("#memory section.box")
    expect(boxes.first).to_contain_text("main, line 9")
    heap = status.locator("#memory > div").nth(1).locator("section.box")
    assert sorted(heap.locator("td:not(.name):not(.kind)").all_inner_texts())[:3] == ["0", "1", "2"]
    # From the variable to the newest node, from it to the one before, from that to the first.
    expect(status.locator("#memory svg path")).to_have_count(3)


@needs("chromium")
def test_the_programs_output_is_text(status: Page) -> None:
    status.keyboard.press("End")
    expect(status.locator("#output")).to_have_text("<img src=x onerror=alert(1)>")
    expect(status.locator("#output img")).to_have_count(0)
