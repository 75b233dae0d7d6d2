"""`trialport demo` as a user runs it: the command itself, with the real servers, on one data folder."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from trialport.core.servers.strangers import is_gone
from trialport.core.servers.valkey import free_port
from trialport.demo.leftovers import FOLDER_VARIABLE
from trialport.demo.people import demo_people
from trialport.demo.running import running_database_url

# Each start takes seconds: one folder is shared, and made by the first test that needs it.
pytestmark = pytest.mark.xdist_group("demo")


def command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "trialport", "demo", "--data", str(data), *options]


def run(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(data, *options, "--port", str(free_port())),
        env={**os.environ, "COLUMNS": "110"},
        capture_output=True,
        text=True,
        check=False,
    )


def assess(data: Path) -> Any:
    """Run the demonstration for its assessment alone."""
    finished = run(data, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait as long as a busy machine may need; a test that never gets there fails here."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes_of(data: Path) -> list[psutil.Process]:
    """Find every process that works for the folder, by its working directory or its environment."""
    mark = json.loads((data / "trialport.json").read_text())
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get(FOLDER_VARIABLE) == mark["folder_id"]
            if is_ours or Path(process.cwd()).is_relative_to(data):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def pid_of(data: Path, name: str) -> int:
    known = json.loads((data / "processes.json").read_text())
    pid: int = next(entry["pid"] for entry in known if entry["name"] == name)
    return pid


@contextmanager
def running(data: Path, port: int) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Hold a demonstration running; its standard error goes to a file."""
    errors = data.with_name("errors.txt")
    with errors.open("w") as file:
        process = subprocess.Popen(command(data, "--port", str(port)), stdout=subprocess.PIPE, stderr=file, text=True)
    assert process.stdout is not None
    with process.stdout:
        try:
            # The last line says that everything runs; end of file, that it never will.
            lines = iter(process.stdout.readline, "")
            assert any(line.startswith("Running.") for line in lines), errors.read_text()
            yield process, errors
        finally:
            process.kill()
            process.wait()


def require_ways_in(data: Path, address: str) -> None:
    """Sign in by each printed address with one press of its button, and land on a page that is there."""
    links = json.loads((data / "sign-in.json").read_text())
    assert [link["opens"] for link in links] == [person.opens for person in demo_people() if person.opens]
    assert len({link["role"] for link in links}) == len(links)
    for link in links:
        assert link["url"].startswith(f"{address}/sign-in/link/")
        shown, cookies = ask("GET", link["url"], {})
        button = {"csrf_token": shown.text.partition('name="csrf_token" value="')[2].partition('"')[0]}
        signed_in, cookies = ask("POST", link["url"], cookies, data=button)
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, link["opens"]), link
        landed, cookies = ask("GET", address + link["opens"], cookies)
        if link["role"] == "Trial office UAS":
            assert landed.text.count("Inhaler that reminds and teaches, in COPD") == 1, "the story was played once"
        if link["role"] == "Several roles":
            assert landed.headers["location"].startswith("/me/role"), "first the choice of a role"
        else:
            assert landed.status_code == 200, (link, landed.headers)
        again, _ = ask("GET", link["url"], {})
        assert again.status_code == 410, "a link works once"


def ask(method: str, url: str, cookies: dict[str, str], **kwargs: Any) -> tuple[httpx.Response, dict[str, str]]:
    """Ask as a browser does, which takes cookies for TLS alone from this machine itself too."""
    headers = {
        "Accept": "text/html",
        "Origin": url[: url.index("/", len("http://"))],
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    answer = httpx.request(method, url, headers=headers, trust_env=False, **kwargs)
    given = [line.partition(";")[0].partition("=") for line in answer.headers.get_list("set-cookie")]
    return answer, cookies | {name: value for name, _, value in given}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Start the demonstration once on a fresh folder with a space in its path."""
    data = tmp_path_factory.mktemp("demo") / "a data folder"
    return data, run(data, "--once")


@pytest.fixture
def data(first: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    return first[0]


@pytest.fixture(scope="module")
def told(first: tuple[Path, subprocess.CompletedProcess[str]]) -> Any:
    """Return the assessment of a second start."""
    return assess(first[0])


def test_it_works(first: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    data, finished = first
    assert finished.returncode == 0, finished.stderr
    assert "Lung- och allergisjukdomar (Akademiska sjukhuset)" in finished.stdout
    assert "Why Lung- och allergisjukdomar is number 1" in finished.stdout
    assert "Left out: " in finished.stdout
    assert f"Data and logs     {data}" in finished.stdout
    assert "API is ready at http://127.0.0.1:" in finished.stderr
    assert "Their inquiries are there" in finished.stderr
    assert stat.S_IMODE((data / "tokens.json").stat().st_mode) == 0o600
    assert processes_of(data) == []


def test_second_start_prints_the_same_inquiry_as_json(
    first: tuple[Path, subprocess.CompletedProcess[str]], told: Any
) -> None:
    assert set(told) == {"inquiry", "candidates", "excluded"}
    inquiry, candidates = told["inquiry"], told["candidates"]
    assert f"{inquiry['reference']}, version 1: {inquiry['working_title']}" in first[1].stdout
    assert [entry["rank"] for entry in candidates] == list(range(1, len(candidates) + 1))
    scores = [entry["score"] for entry in candidates]
    assert scores == sorted(scores, reverse=True)
    for entry in candidates:
        assert {"rank", "score", "unit", "therapy_area", "criteria"} <= set(entry)
        for criterion in entry["criteria"]:
            assert set(criterion) == {"name", "state", "weight", "wanted", "offered", "sentence"}
    assert told["excluded"]


def test_lost_tokens_are_renewed(data: Path, told: Any) -> None:
    (data / "tokens.json").unlink()
    assert assess(data) == told
    assert json.loads((data / "tokens.json").read_text()).keys() >= {"sponsor", "office_uas", "admin"}


def test_dead_api_is_started_again_and_ctrl_c_stops_everything(data: Path) -> None:
    port = free_port()
    with running(data, port) as (process, errors):
        assert running_database_url(data) is not None
        require_ways_in(data, f"http://127.0.0.1:{port}")
        started = processes_of(data)
        os.kill(pid_of(data, "API"), signal.SIGKILL)
        wait_until(lambda: "The API is started again." in errors.read_text())

        def is_ready() -> bool:
            try:
                address = f"http://127.0.0.1:{port}/health/ready"
                return httpx.get(address, trust_env=False).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        wait_until(is_ready)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
    assert len(started) >= 4
    assert all(is_gone(process) for process in started)
    assert processes_of(data) == []
    assert running_database_url(data) is None
    assert "Traceback" not in errors.read_text()


def test_killed_run_is_recovered_and_nothing_is_lost(data: Path, told: Any) -> None:
    port = free_port()
    with running(data, port) as (process, _):
        in_use = run(data, "--once")
        taken = subprocess.run(
            command(data.with_name("other"), "--port", str(port)), capture_output=True, text=True, check=False
        )
        left = [psutil.Process(pid_of(data, name)) for name in ("PostgreSQL", "Valkey", "API", "worker")]
        # Stopped, they cannot follow their parent into death, as on systems without such a signal.
        for child in left:
            child.suspend()
        process.kill()
    assert in_use.returncode == 1
    assert in_use.stderr.splitlines()[-1].startswith(f"trialport: the folder {data} is in use")
    assert f"(process {process.pid})" in in_use.stderr
    assert taken.returncode == 1
    assert taken.stderr.splitlines()[-1].startswith(f"trialport: port {port} is taken")
    assert assess(data) == told
    assert all(is_gone(child) for child in left)


def test_ctrl_c_while_starting_leaves_nothing_running(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = subprocess.Popen(
        command(data, "--port", str(free_port())), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    with process.stderr:
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read().splitlines()
    assert process.wait(120) == 130
    assert said[-1] == "trialport: stopped before it was ready. Start again to go on from here."
    assert processes_of(data) == []


def test_foreign_folder_gets_one_line(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    finished = run(tmp_path, "--once")
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr == (
        f"trialport: the folder {tmp_path} holds files that trialport demo did not make, so it is left alone. "
        "Choose another with --data DIR.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
