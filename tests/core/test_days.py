"""Days and months as people of the regions count them, not as UTC does."""

from datetime import UTC, date, datetime
from typing import cast

import pytest

from trialport.core.days import local_day, month_start
from trialport.core.db import Connection, Transaction


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_today_begins_at_midnight_in_the_regions(moment: datetime, day: date) -> None:
    assert local_day(moment) == day
    assert Transaction(cast("Connection", None), moment, "-").today == day


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (datetime(2026, 7, 15, 12, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC)),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_month_begins_at_midnight_in_the_regions(moment: datetime, start: datetime) -> None:
    assert month_start(moment) == start
