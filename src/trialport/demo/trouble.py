"""What can keep a demonstration from running, and a wish to end it."""

import errno
from pathlib import Path


class DemoError(Exception):
    """The demonstration cannot run; the text says what is wrong and what to do, in one line."""


class Interrupted(Exception):
    """The user wants the demonstration to end."""


def folder_trouble(path: Path, error: OSError) -> DemoError:
    """Say what an error on the data folder means to the user."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DemoError(f"the disk that holds {path} is full. Free some space, then start again")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return DemoError(f"the folder {path} cannot be written. Choose another with --data DIR")
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return DemoError(f"{path} is not a folder. Choose another with --data DIR")
    return DemoError(f"the folder {path} cannot be used ({error.strerror}). Choose another with --data DIR")
