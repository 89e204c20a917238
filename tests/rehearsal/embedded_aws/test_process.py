"""Starting and stopping the server: nothing stays behind, whatever ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.errors import EmbeddedAwsError
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.processes import eventually, gone, running

PID = "import os\ndef handler(event, context):\n    return os.getpid()\n"
# Another process that uses an embedded AWS: it prints [server's pid, runtime's pid] and waits.
PARENT = """
import json, sys, time
from generator.embedded_aws import EmbeddedAws
from tests.rehearsal.embedded_aws.cloud import Cloud
with EmbeddedAws.start() as aws:
    cloud = Cloud(aws, plain=False, account="111122223333")
    client = cloud.function("import os\\ndef handler(event, context):\\n    return os.getpid()\\n")
    pid = json.loads(client.invoke(FunctionName=cloud.name)["Payload"].read())
    print(json.dumps([aws.pid, pid]), flush=True)
    time.sleep(600)
"""

LEAVING = """
from generator.embedded_aws import EmbeddedAws
aws = EmbeddedAws.start()
aws.leave_running()
print(aws.port, aws.pid)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory all temporary files of servers go to, to see that none stays."""
    directory = tmp_path / "temporary"
    directory.mkdir(mode=0o711)
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    return directory


def call(cloud: Cloud) -> int:
    client = cloud.function(PID)
    return int(json.loads(client.invoke(FunctionName=cloud.name)["Payload"].read()))


def test_server_and_runtimes_are_gone_when_stop_returns(temporary: Path, account: str) -> None:
    with EmbeddedAws.start() as aws:
        runtime = call(Cloud(aws, plain=False, account=account))
        assert aws.health() == {"status": "ok", "pid": aws.pid}
        assert running(aws.pid)
        assert running(runtime)
    assert not running(aws.pid)
    assert not running(runtime)
    assert list(temporary.iterdir()) == []
    aws.stop()  # a second time


def test_port_is_free_again_after_stop() -> None:
    with EmbeddedAws.start() as aws:
        port = aws.port
    with EmbeddedAws.start(port=port) as aws:
        assert aws.endpoint_url == f"http://127.0.0.1:{port}"
        assert aws.health()["status"] == "ok"


def test_only_loopback_is_listened_on(aws: EmbeddedAws) -> None:
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [row.split()[1] for row in rows if row.split()[3] == "0A"]
    assert [entry for entry in listening if entry.endswith(f":{aws.port:04X}")] == [f"0100007F:{aws.port:04X}"]


def test_taken_port_is_an_error_with_a_cure(temporary: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedAwsError, match=f"port {port} is taken") as caught:
            EmbeddedAws.start(port=port)
    assert caught.value.cure
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(EmbeddedAwsError, match="not a port"):
        EmbeddedAws.start(port=port)


def test_log_that_cannot_be_written_is_an_error_and_leaves_nothing(temporary: Path) -> None:
    with pytest.raises(EmbeddedAwsError, match="cannot start"):
        EmbeddedAws.start(log=temporary / "absent" / "log")
    assert list(temporary.iterdir()) == []


def test_no_directory_for_temporary_files_is_an_error(temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(EmbeddedAwsError, match="temporary files") as caught:
        EmbeddedAws.start()
    assert "TMPDIR" in caught.value.cure


def test_server_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "moto.py").write_text("raise RuntimeError('broken installation')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    log = tmp_path / "log"
    with pytest.raises(EmbeddedAwsError, match="did not start") as caught:
        EmbeddedAws.start(log=log)
    assert "broken installation" in str(caught.value)
    assert "broken installation" in log.read_text()


def test_kill_of_the_parent_ends_server_and_runtimes(temporary: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=os.environ.copy()) as parent:
        assert parent.stdout is not None
        server, runtime = json.loads(parent.stdout.readline())
        assert running(server)
        assert running(runtime)
        parent.kill()
    assert gone(server)
    assert gone(runtime)
    assert eventually(lambda: list(temporary.iterdir()) == [])


def test_kill_of_the_server_ends_its_runtimes(temporary: Path, account: str) -> None:
    with EmbeddedAws.start() as aws:
        runtime = call(Cloud(aws, plain=False, account=account))
        os.kill(aws.pid, signal.SIGKILL)
        assert gone(runtime)
        with pytest.raises(EmbeddedAwsError, match="does not answer"):
            aws.health()
    assert list(temporary.iterdir()) == []


def test_frozen_server_is_killed_by_stop(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    monkeypatch.setattr("generator.embedded_aws.process.GRACE", 0.3)
    with EmbeddedAws.start() as aws:
        os.kill(aws.pid, signal.SIGSTOP)
    assert not running(aws.pid)
    assert list(temporary.iterdir()) == []


def test_server_left_running_is_found_and_stopped_by_another_process(temporary: Path, account: str) -> None:
    output = subprocess.run([sys.executable, "-c", LEAVING], stdout=subprocess.PIPE, check=True, text=True).stdout
    port, pid = map(int, output.split())
    try:
        aws = EmbeddedAws.attach(port, pid)
        runtime = call(Cloud(aws, plain=False, account=account))
        aws.stop()
        assert not running(pid)
        assert not running(runtime)
        assert list(temporary.iterdir()) == []
        with pytest.raises(EmbeddedAwsError):
            EmbeddedAws.attach(port, pid)
    finally:
        if running(pid):
            os.kill(pid, signal.SIGKILL)


def test_server_that_ended_is_not_left_running(temporary: Path) -> None:
    with EmbeddedAws.start() as aws:
        os.kill(aws.pid, signal.SIGKILL)
        # All of its threads, too, which hold the other end of the pipe for a moment longer.
        os.waitid(os.P_PID, aws.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(EmbeddedAwsError, match="has ended"):
            aws.leave_running()


def test_attach_refuses_another_process(aws: EmbeddedAws) -> None:
    with pytest.raises(EmbeddedAwsError, match=f"not by {os.getpid()}"):
        EmbeddedAws.attach(aws.port, os.getpid())


def test_reset_forgets_resources_images_and_runtimes(account: str) -> None:
    with EmbeddedAws.start() as aws:
        cloud = Cloud(aws, plain=False, account=account)
        runtime = call(cloud)
        aws.reset()
        assert not running(runtime)
        assert cloud.client("lambda").list_functions()["Functions"] == []
        assert cloud.client("ecr").describe_repositories()["repositories"] == []
        assert running(call(cloud))


def test_account_is_the_access_key_also_of_a_presigned_url(aws: EmbeddedAws, account: str) -> None:
    other = str(int(account) % 900_000_000_000 + 100_000_000_000)
    for number in (account, other):
        assert aws.client("sts", "us-west-2", number).get_caller_identity()["Account"] == number
    aws.client("ssm", "us-west-2", account).put_parameter(Name="/only/here", Value="1", Type="String")
    assert aws.client("ssm", "us-west-2", other).describe_parameters()["Parameters"] == []
    bucket = f"mine-{account}"
    aws.client("s3", "us-east-1", account).create_bucket(Bucket=bucket)
    for number, found in ((account, True), (other, False)):
        url = aws.client("s3", "us-east-1", number).generate_presigned_url("list_buckets")
        with urllib.request.urlopen(url) as response:
            assert (bucket in response.read().decode()) is found


def test_environment_is_all_a_child_process_needs(aws: EmbeddedAws, account: str) -> None:
    script = "import boto3; print(boto3.client('sts', region_name='us-west-2').get_caller_identity()['Account'])"
    environment = {"PATH": os.environ["PATH"], **aws.environment(account)}
    output = subprocess.run([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True)
    assert output.stdout.decode().strip() == account


@pytest.mark.parametrize("account", ["", "12345678901", "1234567890123", "12345678901x"])
def test_account_that_is_no_account_id_is_refused(aws: EmbeddedAws, account: str) -> None:
    with pytest.raises(EmbeddedAwsError, match="not an AWS account id"):
        aws.environment(account)
    with pytest.raises(EmbeddedAwsError, match="not an AWS account id"):
        aws.client("sts", "us-west-2", account)


def test_client_ignores_the_profile_and_endpoint_of_the_user(
    aws: EmbeddedAws, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "absent")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nonexistent")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert aws.client("sts", "us-west-2", account).get_caller_identity()["Account"] == account


def test_server_prints_no_line_a_request(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with EmbeddedAws.start(log=log) as aws:
        aws.client("sts", "us-west-2", "111122223333").get_caller_identity()
    assert log.read_text() == ""
