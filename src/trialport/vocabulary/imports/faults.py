"""What is wrong with a file, said so that its owner can mend it; and how far the work has come."""

from collections.abc import Callable

# Called with what is being done, how much of it is done and how much there is.
Progress = Callable[[str, int, int], None]


class ImportFault(Exception):
    """A file cannot be imported, or a stored one not be used; the message says what to do."""


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""
