"""A PostgreSQL with contrib as Debian packages it, for measurements beside its extensions.

The wheel that the project itself runs on has no contrib. The server listens on loopback only, on a port of its own,
with a password of its own, and ends with the block it was started for.
"""

import asyncio
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

INSTALL = "apt-get install postgresql postgresql-contrib"
_PASSWORD = "password"  # noqa: S105 - the name of a file.
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
# Data that is thrown away after the measurement need not survive a crash.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "maintenance_work_mem": "256MB",
    "jit": "off",
}


class Server(NamedTuple):
    """A running server: how asyncpg connects, and the process that started all others."""

    where: dict[str, Any]
    pid: int


def programs(extension: str = "pg_trgm") -> Path | None:
    """Folder of the newest Debian PostgreSQL that has an extension, None when there is none."""
    found = [
        (int(folder.parent.name), folder)
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "initdb").exists()
    ]
    extensions = Path("/usr/share/postgresql")
    has = [one for one in found if (extensions / str(one[0]) / "extension" / f"{extension}.control").exists()]
    return max(has)[1] if has else None


def version() -> str:
    """The version that `running` would start, empty when there is none."""
    if not (folder := programs()):
        return ""
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    # "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
    return told.stdout.split()[2]


def _account() -> dict[str, Any]:
    """Who the server runs as: root may not, so the account of Debian's package stands in for it."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make(data: Path, folder: Path, account: dict[str, Any]) -> None:
    """Make the data in an empty folder that the account owns, with a password beside them."""
    data.mkdir(mode=0o700)
    password = data.with_name(f"{data.name}.{_PASSWORD}")
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24), encoding="ascii")
    if account:
        for path in (data, password):
            shutil.chown(path, account["user"], account["group"])
    options = ["--username=bench", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [folder / "initdb", f"--pgdata={data}", f"--pwfile={password}", *options],
        check=True,
        capture_output=True,
        cwd=data,
        **account,
    )


@contextmanager
def running(data: Path) -> Iterator[Server]:
    """Run a server on the data in a folder, which is made when it is missing; its parents must be passable."""
    folder = programs()
    if folder is None:
        raise RuntimeError(f"no PostgreSQL with pg_trgm is installed: {INSTALL}")
    account = _account()
    if not data.exists():
        _make(data, folder, account)
    password = data.with_name(f"{data.name}.{_PASSWORD}").read_text(encoding="ascii")
    port = _free_port()
    where = {"host": "127.0.0.1", "port": port, "user": "bench", "password": password, "database": "postgres"}
    where["ssl"] = False
    settings = [f"--{name}={value}" for name, value in {**_SETTINGS, "port": port}.items()]
    with data.with_name(f"{data.name}.log").open("ab") as log:
        child = subprocess.Popen(
            [folder / "postgres", "-D", data, *settings], stdout=log, stderr=log, cwd=data, **account
        )
    try:
        asyncio.run(_answering(where, child))
        yield Server(where, child.pid)
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGQUIT)
            child.wait()


async def _answering(where: dict[str, Any], child: "subprocess.Popen[bytes]") -> None:
    """Wait until the server takes a connection."""
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None:
        try:
            connection = await asyncpg.connect(**where)
        except (OSError, asyncpg.CannotConnectNowError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)
        else:
            await connection.close()
            return
    raise RuntimeError(f"PostgreSQL ended with {child.returncode}; its log is beside its data")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
