"""Progress for the person who waits: a line for each step, on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.text import Text


class Progress:
    """Says what is being done, and how long it took.

    Standard error may be a terminal, a pipe or already closed; none of them may keep the demonstration
    from ending its processes.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._done = mark_of_success(self._console)

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """Show `doing` while it lasts, then `done` with the seconds it took."""
        started = time.monotonic()
        if not self._console.is_terminal:
            self.say(f"{doing} ...")
            yield
        else:
            status = self._console.status(Text(f"{doing} ..."))
            with suppress(OSError):
                status.start()
            try:
                yield
            finally:
                with suppress(OSError):
                    status.stop()
        self.say(f"{self._done} {done} ({time.monotonic() - started:.1f} s)")

    def say(self, line: str) -> None:
        with suppress(OSError):
            self._console.print(line)

    def complain(self, line: str) -> None:
        """Print the one line that says what is wrong and what to do."""
        with suppress(OSError):
            print(f"trialport: {line.rstrip('.')}.", file=sys.stderr, flush=True)  # noqa: T201 - Never wrapped.


def mark_of_success(console: Console) -> str:
    return "✓" if can_print(console, "✓") else "+"


def can_print(console: Console, text: str) -> bool:
    """Tell whether the other end understands more than ASCII."""
    try:
        text.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
