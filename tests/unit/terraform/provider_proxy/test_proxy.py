"""What a client of the proxy meets: its own provider process, the provider's own answers."""

from __future__ import annotations

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from generator.errors import TerraformError
from generator.terraform.provider_proxy import ProviderProxy
from generator.terraform.provider_proxy.protocol import CONFIGURE, GET_SCHEMA, PREPARE, SERVICE, STOP
from generator.terraform.provider_proxy.schema import ProviderSchema
from tests.unit.terraform.processes import wait_until
from tests.unit.terraform.provider_proxy.conftest import READ, Connect, Start
from tests.unit.terraform.provider_proxy.small_provider import REFUSED, WARNED, install


def children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def exists(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_equal_configurations_share_a_process_and_distinct_ones_do_not(start: Start, connect: Connect) -> None:
    proxy = start()
    one, same, other, none = (connect(proxy) for _ in range(4))
    one.configure("us-west-2")
    same.configure("us-west-2")
    other.configure("us-east-1")
    answers = [client.read("hello") for client in (one, same, other, none)]
    assert [answer["configuration"] for answer in answers] == ["us-west-2", "us-west-2", "us-east-1", None]
    pids = [answer["pid"] for answer in answers]
    assert pids[0] == pids[1]
    assert len(set(pids)) == 3
    assert {answer["request"] for answer in answers} == {"hello"}


def test_connections_that_configure_at_once_share_a_process_too(start: Start, connect: Connect) -> None:
    proxy = start()
    clients = [connect(proxy) for _ in range(12)]
    with ThreadPoolExecutor(len(clients)) as threads:
        list(threads.map(lambda pair: pair[1].configure(str(pair[0] % 3)), enumerate(clients)))
        answers = list(threads.map(lambda client: client.read(), clients))
    assert [answer["configuration"] for answer in answers] == [str(n % 3) for n in range(12)]
    assert len({answer["pid"] for answer in answers}) == 3


def test_the_schema_names_what_the_roots_name_and_grows(start: Start, connect: Connect, tmp_path: Path) -> None:
    proxy = start()
    client = connect(proxy)
    assert ProviderSchema(client.call(GET_SCHEMA)).names == set()
    for name in ("aws_vpc", "aws_subnet", "aws_unheard_of"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(f'resource "{name}" "this" {{}}')
    proxy.environment(tmp_path / "aws_vpc")
    assert ProviderSchema(client.call(GET_SCHEMA)).names == {"aws_vpc"}
    proxy.environment(tmp_path / "aws_unheard_of", tmp_path / "aws_subnet")
    assert ProviderSchema(client.call(GET_SCHEMA)).names == {"aws_vpc", "aws_subnet"}


def test_the_schema_is_asked_for_once_by_all_proxies(start: Start, connect: Connect, tmp_path: Path) -> None:
    start()
    proxy = start()
    assert children(proxy.pid) == set()
    assert b"the provider's own" in connect(proxy).call(GET_SCHEMA)
    assert len(list((tmp_path / "cache/slipway/provider-schemas").iterdir())) == 1


def test_the_providers_errors_pass_unchanged(start: Start, connect: Connect) -> None:
    client = connect(start())
    with pytest.raises(grpc.RpcError) as failed:
        client.read("fail")
    assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "so it was asked")
    with pytest.raises(grpc.RpcError) as missing:
        client.call(SERVICE + "InventedLater")
    assert missing.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_refused_configuration_is_told_and_tried_again(start: Start, connect: Connect) -> None:
    proxy = start()
    first, second = connect(proxy), connect(proxy)
    answer = first.call(CONFIGURE, REFUSED)
    assert b"no credentials" in answer
    assert second.call(CONFIGURE, REFUSED) == answer
    assert first.read()["pid"] != second.read()["pid"]
    first.close()
    second.close()
    wait_until(lambda: len(children(proxy.pid)) == 0, "what nobody can use has ended")


def test_a_warning_is_told_to_every_client_of_a_shared_process(start: Start, connect: Connect) -> None:
    proxy = start()
    clients = [connect(proxy), connect(proxy)]
    assert all(b"deprecated" in client.call(CONFIGURE, WARNED) for client in clients)
    assert len({client.read()["pid"] for client in clients}) == 1


def test_a_checked_configuration_is_remembered_unless_it_is_wrong(start: Start, connect: Connect) -> None:
    client = connect(start())
    assert client.call(PREPARE, b"a") == client.call(PREPARE, b"a")
    assert client.call(PREPARE, b"a") != client.call(PREPARE, b"b")
    assert client.call(PREPARE, REFUSED) != client.call(PREPARE, REFUSED)


def test_one_clients_stop_cancels_nobody(start: Start, connect: Connect) -> None:
    proxy = start()
    working, stopping = connect(proxy), connect(proxy)
    for client in (working, stopping):
        client.configure("us-west-2")
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(working.read, "sleep 0.5")
        # Answered without the provider, which would have said more.
        assert stopping.call(STOP) == b""
        assert answer.result()["request"] == "sleep 0.5"


def test_a_client_that_goes_in_the_middle_of_a_call_disturbs_nobody(start: Start, connect: Connect) -> None:
    proxy = start()
    leaving, staying = connect(proxy), connect(proxy)
    for client in (leaving, staying):
        client.configure("us-west-2")
    ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = leaving.channel.unary_unary(READ)
    call = ask.future(b"sleep 0.5")
    leaving.close()
    assert call.code() is grpc.StatusCode.CANCELLED
    assert staying.read()["configuration"] == "us-west-2"


def test_processes_stay_within_the_limit_and_the_idle_one_longest_unused_goes(start: Start, connect: Connect) -> None:
    proxy = start(process_limit=2)
    pids: dict[str, int] = {}
    for name in ("a", "b", "a", "c", "a"):
        client = connect(proxy)
        client.configure(name)
        pid = client.read()["pid"]
        # "a" was used after "b", which therefore made room for "c".
        assert pids.setdefault(name, pid) == pid
        client.close()
        wait_until(lambda: len(children(proxy.pid)) <= 2, "no more than two processes")
    assert children(proxy.pid) == {pids["a"], pids["c"]}


def test_a_plan_that_needs_more_processes_than_the_limit_gets_them(start: Start, connect: Connect) -> None:
    proxy = start(process_limit=1)
    clients = [connect(proxy) for _ in range(3)]
    for name, client in enumerate(clients):
        client.configure(str(name))
    assert [client.read()["configuration"] for client in clients] == ["0", "1", "2"]
    for client in clients:
        client.close()
    wait_until(lambda: len(children(proxy.pid)) <= 1, "back within the limit")


def test_a_waiting_plan_gets_the_process_that_another_gives_up(start: Start, connect: Connect) -> None:
    proxy = start(process_limit=1)
    first, second = connect(proxy), connect(proxy)
    first.configure("a")
    busy = threading.Thread(target=lambda: [first.read("sleep 0.3") for _ in range(6)])
    busy.start()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(second.configure, "b")
        busy.join()
        assert not waiting.done()
        first.close()
        waiting.result()
    assert second.read()["configuration"] == "b"
    assert len(children(proxy.pid)) == 1


def test_a_crash_is_told_with_the_providers_last_words_and_is_over_with_the_next_plan(
    start: Start, connect: Connect
) -> None:
    proxy = start()
    client = connect(proxy)
    client.configure("us-west-2")
    with pytest.raises(grpc.RpcError, match=r"(?s)The provider ended, exit code 2.*panic: nil map"):
        client.read("crash")
    after = connect(proxy)
    after.configure("us-west-2")
    assert after.read()["configuration"] == "us-west-2"
    with pytest.raises(grpc.RpcError, match="The provider ended"):
        connect(proxy).read("crash")
    assert connect(proxy).read()["configuration"] is None


def test_a_provider_that_prints_much_is_not_held_up(start: Start, connect: Connect) -> None:
    client = connect(start())
    assert client.read("shout")["request"] == "shout"
    assert client.read()["request"] == ""


def test_the_provider_gets_the_given_environment_and_an_empty_directory(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "the operator's")
    proxy = start(environment={"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "1", "TF_REATTACH_PROVIDERS": "{}"})
    known = connect(proxy).read()
    assert known["environment"]["AWS_ACCESS_KEY_ID"] == "1"
    assert not known["environment"].keys() & {"AWS_PROFILE", "TF_REATTACH_PROVIDERS"}
    assert known["environment"]["TF_LOG_SDK_PROTO"] == "OFF"
    assert not list(Path(known["directory"]).glob("*.tf"))


def test_stopping_leaves_no_process_and_no_file(start: Start, connect: Connect) -> None:
    proxy = start()
    clients = [connect(proxy) for _ in range(3)]
    for name, client in enumerate(clients[:2]):
        client.configure(str(name))
    known = [client.read() for client in clients]
    proxy.stop()
    proxy.stop()
    assert not any(exists(pid) for pid in [proxy.pid, *(answer["pid"] for answer in known)])
    assert not Path(known[0]["directory"]).exists()
    with pytest.raises(TerraformError, match="The provider proxy has ended"):
        proxy.environment()


def test_a_killed_proxy_takes_its_providers_with_it(start: Start, connect: Connect) -> None:
    proxy = start()
    client = connect(proxy)
    pid = client.read()["pid"]
    os.kill(proxy.pid, signal.SIGKILL)
    wait_until(lambda: not exists(pid), "the provider ended")
    with pytest.raises(TerraformError, match="The provider proxy has ended"):
        proxy.environment()


def test_what_is_no_provider_is_refused_with_what_it_said(tmp_path: Path) -> None:
    program = tmp_path / "terraform-provider-aws_v1"
    program.write_text("#!/bin/sh\necho hello\necho 'cannot load libc' >&2\n")
    program.chmod(0o755)
    with pytest.raises(TerraformError, match=r"(?s)does not start as a Terraform provider.*hello.*cannot load libc"):
        ProviderProxy.start(program, environment={})


def test_another_protocol_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="it speaks plugin protocol 6, not 5"):
        ProviderProxy.start(install(tmp_path, protocol=6), environment={"PATH": os.environ["PATH"]})


def test_a_missing_executable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="is not an executable file"):
        ProviderProxy.start(tmp_path / "none", environment={})


def test_a_limit_of_no_process_is_refused(small_provider: Path) -> None:
    with pytest.raises(ValueError, match="at least one process"):
        ProviderProxy.start(small_provider, environment={}, process_limit=0)


def test_terraform_is_told_not_to_end_the_proxy(start: Start) -> None:
    proxy = start(provider="example/aws")
    reattach = json.loads(proxy.environment()["TF_REATTACH_PROVIDERS"])["registry.terraform.io/example/aws"]
    assert (reattach["Protocol"], reattach["ProtocolVersion"], reattach["Test"]) == ("grpc", 5, True)


def test_terraforms_memory_stays_bounded_without_its_garbage_collector(start: Start) -> None:
    environment = start().environment()
    assert (environment["GOGC"], environment["GOMEMLIMIT"]) == ("off", "1GiB")
