"""Turn this process into another program, under another account and tied to the life of its parent.

Run as a script: `launch.py PARENT_PID SIGNAL UID GID COMMAND...`. A separate program does this because code
between fork and exec of a process with threads can hang, and because only the child itself can ask Linux
for a signal when its parent dies. UID -1 keeps the account.
"""

import os
import sys

PR_SET_PDEATHSIG = 1
PARENT_IS_GONE = 75


def ask_for_signal_when_parent_dies(parent: int, signal_number: int) -> None:
    """Linux only: elsewhere the next start ends what a killed run left behind."""
    try:
        import ctypes  # noqa: PLC0415 - Some builds of Python have no ctypes.

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return
    prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the kernel was asked, so the signal would never come.
        sys.exit(PARENT_IS_GONE)


def main() -> None:
    parent, signal_number, uid, gid = (int(argument) for argument in sys.argv[1:5])
    command = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of account, which would clear it.
    if sys.platform == "linux":
        ask_for_signal_when_parent_dies(parent, signal_number)
    try:
        os.execv(command[0], command)  # noqa: S606 - No shell is wanted; the caller gives a path.
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
