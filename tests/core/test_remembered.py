"""Figures remembered for a while."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from trialport.core.remembered import Remembered

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)


async def test_figures_are_worked_out_anew_when_they_are_too_old() -> None:
    asked: list[int] = []

    async def work_out() -> dict[str, Any]:
        asked.append(len(asked))
        return {"asked": len(asked)}

    async def at(of: UUID, seconds: float, remembered: Remembered) -> int:
        figures = await remembered.figures(of, NOW + timedelta(seconds=seconds), work_out)
        return int(figures["asked"])

    minute = Remembered(60)
    assert [await at(ONE, second, minute) for second in (0, 59, 60, 61)] == [1, 1, 2, 2]
    assert await at(OTHER, 61, minute) == 3
    # A clock set back does not keep figures of a time to come.
    assert await at(ONE, -10, minute) == 4
    never = Remembered(0)
    assert [await at(ONE, 0, never) for _ in range(2)] == [5, 6]
