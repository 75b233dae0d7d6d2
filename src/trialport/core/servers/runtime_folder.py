"""Short private folders for sockets: a unix socket's path is limited to about 100 bytes."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

from trialport.core.servers.child import Account, ServerError

# macOS allows 103 bytes, Linux 107.
LONGEST_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"


def runtime_folder(data: Path, account: Account | None) -> Path:
    """Make a folder of ours with a short path, the same one for the same `data`, so that none is left over.

    Its name can be foreseen, so an existing one is taken only if it is ours and closed to others; else a
    fresh one is made under a name nobody can foresee. Another account may pass through, not look inside.
    """
    name = f"trialport-{os.geteuid()}-{hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:12]}"
    mode = 0o700 if account is None else 0o711
    for parent in dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))):  # noqa: S108
        if not _usable(parent, account):
            continue
        folder = parent / name
        try:
            if not _make_ours(folder):
                folder = Path(tempfile.mkdtemp(prefix="trialport-", dir=parent))
            folder.chmod(mode)
        except OSError:
            continue
        return folder
    raise ServerError("no temporary folder can hold a socket. Set TMPDIR to a short path you can write to")


def socket_folder(runtime: Path, account: Account | None) -> Path:
    """Make the folder in `runtime` that only the server's account can enter."""
    folder = runtime / "s"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def socket_url(folder: Path, database: str, user: str = "postgres") -> str:
    """Return the address for asyncpg of a database whose server has its socket in `folder`."""
    return f"postgresql://{user}@/{quote(database)}?host={quote(str(folder))}"


def _usable(parent: Path, account: Account | None) -> bool:
    longest = parent / f"trialport-{2**32}-{'x' * 12}" / "s" / SOCKET_NAME
    if len(os.fsencode(longest)) > LONGEST_SOCKET_PATH or not os.access(parent, os.W_OK | os.X_OK):
        return False
    return account is None or all(step.stat().st_mode & 0o001 for step in (parent, *parent.parents))


def _make_ours(folder: Path) -> bool:
    """Make the folder; False if somebody else holds its name."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        return not folder.is_symlink() and folder.is_dir() and found.st_uid == os.geteuid()
    return True
