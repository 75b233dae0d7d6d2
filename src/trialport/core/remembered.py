"""Figures that many ask for and that may be a little old: worked out once, then remembered for a while."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID


class Remembered:
    """What was worked out for each id, for so many seconds; 0 remembers nothing."""

    def __init__(self, seconds: float) -> None:
        self._for = timedelta(seconds=seconds)
        self._known: dict[UUID, tuple[datetime, dict[str, Any]]] = {}

    async def figures(
        self, of: UUID, now: datetime, work_out: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Return the figures of an id, worked out now unless they still count."""
        since, figures = self._known.get(of, (None, {}))
        if since is None or not timedelta(0) <= now - since < self._for:
            figures = await work_out()
            self._known[of] = (now, figures)
        return figures
