"""The embedded servers, each test with the real programs on a folder with a space in its path."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from trialport.core.servers.child import Child, ServerError
from trialport.core.servers.postgres import PostgresServer
from trialport.core.servers.strangers import is_gone
from trialport.core.servers.valkey import ValkeyServer

# One PostgreSQL data folder is made for all tests that need one.
pytestmark = pytest.mark.xdist_group("servers")

HOLD_SERVER = """
import pathlib, sys, time
from trialport.core.servers.postgres import PostgresServer
from trialport.core.servers.valkey import ValkeyServer
folder = pathlib.Path(sys.argv[1])
postgres, valkey = PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey")
postgres.start()
valkey.start()
print(postgres.child.pid, valkey.child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose PostgreSQL data holds one row of `kept`."""
    folder = tmp_path_factory.mktemp("servers") / "a folder with æ and a space"
    server = PostgresServer(folder / "postgres")
    try:
        server.start()
        server.create_database("kept")
        run_sql(server, "kept", "create table kept (word text); insert into kept values ('truth')")
    finally:
        server.stop()
    return folder


@pytest.fixture
def server(data: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(data / "postgres")
    yield server
    server.stop()


def run_sql(server: PostgresServer, database: str, statement: str) -> None:
    async def run() -> None:
        connection = await server.connect(database)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def fetch_value(url: str, query: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url)
        try:
            value: object = await connection.fetchval(query)
        finally:
            await connection.close()
        return value

    return asyncio.run(fetch())


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait as long as a busy machine may need; a test that never gets there fails here."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_works(server: PostgresServer) -> None:
    server.start()
    url = server.url("kept")
    assert url.startswith("postgresql://postgres@/kept?host=/")
    assert fetch_value(url, "select word from kept") == "truth"
    assert fetch_value(url, "select current_setting('server_version_num')::int / 10000") == 18
    assert fetch_value(url, "show max_connections") == "200"
    assert fetch_value(url, "show fsync") == "on"
    assert fetch_value(url, "select lower('ÅØ')") == "åø"


def test_socket_is_closed_to_others(server: PostgresServer) -> None:
    server.start()
    assert fetch_value(server.url(), "show listen_addresses") == ""
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    socket_folder = server.socket_folder
    server.stop()
    assert not socket_folder.exists()


def test_database_is_made_once(server: PostgresServer) -> None:
    server.start()
    assert server.create_database('odd "name"') is True
    assert server.create_database('odd "name"') is False
    assert fetch_value(server.url('odd "name"'), "select current_database()") == 'odd "name"'


def test_fast_server_gives_up_safety_for_tests(data: Path) -> None:
    server = PostgresServer(data / "postgres", fast=True)
    try:
        assert fetch_value(server.start(), "show fsync") == "off"
    finally:
        server.stop()


def test_killed_server_loses_nothing(server: PostgresServer) -> None:
    server.start()
    run_sql(server, "kept", "insert into kept values ('late')")
    os.kill(server.child.pid, signal.SIGKILL)
    wait_until(lambda: server.child.exit_code() is not None)
    server.stop()
    server.start()
    assert fetch_value(server.url("kept"), "delete from kept where word = 'late' returning word") == "late"


def test_servers_left_by_a_killed_run_are_ended(server: PostgresServer, data: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD_SERVER, data], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout:
        postgres, valkey = (psutil.Process(int(pid)) for pid in holder.stdout.readline().split())
    # A stopped server cannot follow its parent into death, as on systems without such a signal.
    postgres.suspend()
    holder.kill()
    holder.wait()
    server.start()
    assert is_gone(postgres)
    assert fetch_value(server.url("kept"), "select word from kept") == "truth"
    if sys.platform == "linux":
        wait_until(lambda: is_gone(valkey))


def test_lock_file_with_a_stranger_as_server_is_no_obstacle(server: PostgresServer) -> None:
    server.start()
    lock = (server.folder / "postmaster.pid").read_text().splitlines()
    os.kill(server.child.pid, signal.SIGKILL)
    wait_until(lambda: server.child.exit_code() is not None)
    owner = (server.folder / "PG_VERSION").stat()
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=owner.st_uid if os.geteuid() == 0 else None)
    try:
        (server.folder / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lock[1:]]) + "\n")
        server.stop()
        server.start()
        assert fetch_value(server.url("kept"), "select word from kept") == "truth"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerError, match="PostgreSQL 16, not 18"):
        PostgresServer(tmp_path / "postgres").start()
    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]


def test_foreign_files_are_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letter.txt").write_text("Dear all")
    with pytest.raises(ServerError, match="no PostgreSQL data"):
        PostgresServer(tmp_path / "postgres").start()
    assert (tmp_path / "postgres" / "letter.txt").read_text() == "Dear all"


def test_an_interrupted_first_start_leaves_no_half_data(tmp_path: Path) -> None:
    def interrupt() -> None:
        if (tmp_path / "postgres.new" / "PG_VERSION").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PostgresServer(tmp_path / "postgres", check=interrupt).start()
    assert not (tmp_path / "postgres").exists()
    assert not [child for child in psutil.Process().children(recursive=True) if child.name() == "initdb"]


def test_valkey_asks_for_its_password_and_keeps_it(tmp_path: Path) -> None:
    server = ValkeyServer(tmp_path / "valkey")
    try:
        first = server.start()
        with redis.Redis.from_url(first) as client:
            assert client.set("a", "b")
            assert client.info("server")["valkey_version"].startswith("8.")
        port = int(first.rpartition(":")[2].partition("/")[0])
        with redis.Redis(port=port) as client, pytest.raises(redis.AuthenticationError):
            client.get("a")
        assert stat.S_IMODE((tmp_path / "valkey" / "password").stat().st_mode) == 0o600
        command_line = psutil.Process(server.child.pid).cmdline()
        server.stop()
        second = server.start()
    finally:
        server.stop()
    password = first.split(":")[2].partition("@")[0]
    assert len(password) >= 24
    assert password == second.split(":")[2].partition("@")[0]
    assert not any(password in word for word in command_line)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_child_takes_its_own_children_along(tmp_path: Path) -> None:
    child = Child("shell", ["/bin/sh", "-c", "sleep 600 & echo $!; wait"], log=tmp_path / "shell.log")
    wait_until(lambda: child.output().endswith("\n"))
    grandchild = psutil.Process(int(child.output()))
    child.stop()
    assert child.exit_code() == -signal.SIGTERM
    wait_until(lambda: is_gone(grandchild))


def test_child_that_cannot_run_says_so(tmp_path: Path) -> None:
    child = Child("nothing", [tmp_path / "nothing"], log=tmp_path / "nothing.log")
    assert child.wait(60) == 1
    assert child.last_lines() == [f"cannot run {tmp_path / 'nothing'}: No such file or directory"]
