"""Ctrl-C, noted at once and obeyed at the next safe point, so that no process is started and forgotten."""

import signal
from types import FrameType, TracebackType
from typing import Any, Self

from trialport.demo.trouble import Interrupted

# A closed terminal (SIGHUP) and a supervisor (SIGTERM) want what Ctrl-C wants.
WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Counts the wishes to end; the waits of the demonstration ask `check` many times a second."""

    def __init__(self) -> None:
        self._count = 0
        self._heard: int | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in WATCHED:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise Interrupted once somebody has asked to end."""
        if self._count:
            raise Interrupted

    def begin_stopping(self) -> None:
        """From here on a further Ctrl-C means hurry."""
        self._heard = self._count

    def hurried(self) -> bool:
        return self._heard is not None and self._count > self._heard

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
