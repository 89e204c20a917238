"""Which user a program gets, and what is done to that user's processes."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.contract import Request, Status
from runner.engine import run
from runner.errors import RunnerError
from runner.identity import SLOT_UIDS, Identity, identity
from tests.runner.programs import needs_root, run_cpp

# Beside the engine's own, so that runs of other tests neither take them nor are disturbed.
TEST_UIDS = range(SLOT_UIDS.stop, SLOT_UIDS.stop + 32)


@contextmanager
def sleeper(uid: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process of user *uid* that does nothing."""
    with subprocess.Popen(["sleep", "60"], user=uid, group=uid, extra_groups=[]) as process:
        try:
            yield process
        finally:
            process.kill()


@needs_root
def test_no_free_uid_refuses_to_run_anything() -> None:
    for uids in (range(0), range(1), range(os.getuid(), os.getuid() + 1)):
        result = run(Request("int main() {}"), uids=uids)
        assert result.status is Status.INTERNAL_ERROR
        assert "no uid" in str(result.error)
        assert (result.timings.compile, result.isolation.user) == (None, None)


@needs_root
def test_uid_in_passwd_is_not_taken() -> None:
    known = next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)
    with pytest.raises(RunnerError, match="no uid"), identity(range(known, known + 1)):
        pass


@needs_root
def test_uid_with_a_process_is_passed_over() -> None:
    with identity(TEST_UIDS) as first:
        assert first.uid is not None
    with sleeper(first.uid), identity(TEST_UIDS) as second:
        assert second.uid not in (None, first.uid)


@needs_root
def test_uid_is_given_to_one_run_at_a_time_and_again_afterwards() -> None:
    with identity(TEST_UIDS) as first, identity(TEST_UIDS) as second:
        assert first.uid != second.uid
        only = range(first.uid or 0, (first.uid or 0) + 1)
        with pytest.raises(RunnerError, match="no uid"), identity(only):
            pass
    with identity(only) as again:
        assert again == first


@needs_root
def test_sweep_ends_the_processes_of_its_uid_and_no_other() -> None:
    with identity(TEST_UIDS) as mine, identity(TEST_UIDS) as other:
        assert mine.uid is not None
        assert other.uid is not None
        with sleeper(mine.uid) as gone, sleeper(other.uid) as kept:
            assert mine.sweep() == 1
            assert gone.wait() == -9
            assert kept.poll() is None
            assert mine.sweep() == 0


def test_sweep_under_a_shared_user_touches_nothing() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            assert Identity(uid=None).sweep() == 0
            assert process.poll() is None
        finally:
            process.kill()


@needs_root
def test_lock_directory_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "slipway-runner").mkdir(mode=0o700)
    os.chown(tmp_path / "slipway-runner", 65534, 65534)
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RunnerError, match="not a directory of the runner's own"), identity(TEST_UIDS):
        pass


def test_process_limit_leaves_room_for_what_a_shared_user_already_runs() -> None:
    assert Identity(uid=61000).process_limit(5) == 5
    assert Identity(uid=None).process_limit(5) > 5


@needs_root
def test_private_temporary_directory_is_named_instead_of_failing_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = run_cpp("int main() {}")
    assert result.status is Status.INTERNAL_ERROR
    assert "cannot enter" in str(result.error)
    assert "Set TMPDIR" in str(result.error)
    assert list(tmp_path.iterdir()) == []
