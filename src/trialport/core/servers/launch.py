"""Turn this process into another program, under another account and tied to the life of its parent.

Run as a script: `launch.py PARENT_PID SIGNAL UID GID COMMAND...`. A separate program does this because code
between fork and exec of a process with threads can hang, and because only the child itself can ask Linux
for a signal when its parent dies. UID -1 keeps the account.
"""

import os
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PARENT_IS_GONE = 75


def find_prctl() -> Callable[..., int] | None:
    """Find the call that asks for the signal; elsewhere the next start ends what a killed run left behind."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415 - Some builds of Python have no ctypes.

        prctl: Callable[..., int] = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None
    return prctl


def main() -> None:
    parent, signal_number, uid, gid = (int(argument) for argument in sys.argv[1:5])
    command = sys.argv[5:]
    # Before the change of account, which may put Python's own files out of reach.
    prctl = find_prctl()
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if prctl is not None:
        # After the change of account, which would clear it.
        prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            # The parent died before the kernel was asked, so the signal would never come.
            sys.exit(PARENT_IS_GONE)
    try:
        os.execv(command[0], command)  # noqa: S606 - No shell is wanted; the caller gives a path.
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
