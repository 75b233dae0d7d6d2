"""The data folder: taken, shared by nobody, and never somebody else's."""

import os
import socket
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from trialport.core.servers.strangers import is_gone
from trialport.core.servers.valkey import free_port
from trialport.demo.folder import DataFolder
from trialport.demo.leftovers import FOLDER_VARIABLE, PROCESSES, KnownProcess, ProcessRecord
from trialport.demo.programs import choose_port
from trialport.demo.trouble import DemoError

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def open_folder(path: Path) -> DataFolder:
    folder = DataFolder(path)
    folder.open(NOW, 18)
    return folder


def never() -> None:
    """Stand for a user who does not interrupt."""


def test_fresh_folder_is_made_and_private(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "deep" / "below")
    assert folder.is_new
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    folder.write("tokens.json", {"office": "secret"})
    assert stat.S_IMODE((folder.path / "tokens.json").stat().st_mode) == 0o600
    folder.close()


def test_second_opening_finds_the_same_mark(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "data")
    first.close()
    second = open_folder(tmp_path / "data")
    assert second.mark == first.mark
    assert not second.is_new
    second.close()


def test_folder_in_use_names_who_uses_it(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "data")
    with pytest.raises(DemoError, match=rf"in use by a running demonstration \(process {os.getpid()}\)"):
        open_folder(tmp_path / "data")
    folder.close()
    open_folder(tmp_path / "data").close()


def test_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DemoError, match="left alone"):
        open_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_folder_of_a_run_killed_before_it_was_marked_is_taken(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("1")
    (tmp_path / "trialport.json.new").write_text("{")
    open_folder(tmp_path).close()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"postgres": 18', '"postgres": 17', "PostgreSQL 17; this is format 1, PostgreSQL 18"),
        ('"format": 1', '"format": 2', "format 2, PostgreSQL 18; this is format 1"),
        ('"format": 1', '"for', "cannot be read"),
    ],
)
def test_folder_of_another_version_is_refused(tmp_path: Path, before: str, after: str, message: str) -> None:
    open_folder(tmp_path).close()
    mark = tmp_path / "trialport.json"
    assert before in mark.read_text()
    mark.write_text(mark.read_text().replace(before, after))
    changed = mark.read_text()
    with pytest.raises(DemoError, match=message):
        open_folder(tmp_path)
    assert mark.read_text() == changed


def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DemoError, match="is not a folder"):
        open_folder(tmp_path / "data")


def test_folder_that_cannot_be_made_is_refused() -> None:
    # Nobody, not even root, can make a folder there.
    with pytest.raises(DemoError, match="Choose another with --data DIR"):
        open_folder(Path("/dev/null/data"))


def test_leftover_is_ended_only_if_pid_and_start_match(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "data")
    ours, stranger = (subprocess.Popen(["/bin/sleep", "600"]) for _ in range(2))
    try:
        known = [
            KnownProcess(name="worker", pid=ours.pid, created_at=psutil.Process(ours.pid).create_time()),
            KnownProcess(name="API", pid=stranger.pid, created_at=NOW.timestamp()),
        ]
        folder.write(PROCESSES, known)
        assert ProcessRecord(folder).end_leftovers(never) == 1
        assert ours.wait(60) != 0
        assert stranger.poll() is None
        assert not (folder.path / PROCESSES).exists()
    finally:
        stranger.kill()
        stranger.wait()
        folder.close()


def test_leftover_nobody_recorded_is_found_by_its_environment(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "data")
    environment = {FOLDER_VARIABLE: str(folder.mark.folder_id)}
    process = subprocess.Popen(["/bin/sleep", "600"], env=environment)
    assert ProcessRecord(folder).end_leftovers(never) == 1
    assert is_gone(psutil.Process(process.pid))
    process.wait()
    folder.close()


def test_taken_port_is_refused_with_a_free_one_named() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(DemoError, match=r"is taken by another program. Choose a free one, like --port \d+"):
            choose_port(holder.getsockname()[1])
    port = free_port()
    assert choose_port(port) == port
