"""When the inquiry recruits, and how much of that time a unit is open for it."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from trialport.matching.arrays import Bools, Floats, Ints, Rows
from trialport.matching.columns import CapacityColumns
from trialport.matching.layout import NO, NO_DAY, STATES
from trialport.matching.question import MatchQuestion

NEVER = 2**31 - 1
MONTHS_A_YEAR = 12
LIMITED, FULL, PAUSED = (STATES.index(state) for state in ("limited", "full", "paused"))


class Window(NamedTuple):
    """The recruitment period asked: first day, the day after its last, and its length in months."""

    start: int
    end: int
    months: int

    @classmethod
    def of(cls, question: MatchQuestion, on: date) -> "Window":
        """Return the period of an inquiry looked at on a day; a start in the past counts as that day."""
        start = max(question.planned_start, on)
        end = add_months(start, question.recruitment_months)
        # A window is never empty, not even in the last year a date can hold.
        return cls(start.toordinal(), max(end.toordinal(), start.toordinal() + 1), question.recruitment_months)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year = min(day.year + years, date.max.year)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """When some rows could start, and what share of the window is then left (0 to 1).

    `limited` rows are open yet take few; `closed` rows have said that no new trial is possible at all.
    """

    opens: Ints
    share: Floats
    limited: Bools
    closed: Bools
    paused: Bools

    def kept(self, keep: Rows) -> "Opening":
        """Return the opening of some of the rows only."""
        return Opening(
            self.opens.take(keep),
            self.share.take(keep),
            self.limited.take(keep),
            self.closed.take(keep),
            self.paused.take(keep),
        )


def opening(columns: CapacityColumns, rows: Rows, window: Window, on: date) -> Opening:
    """Find when each row could start: after its full or paused state, its own first day, and its lead time.

    A full or paused state without a last day does not end. A limited state that ends before the start is
    past.
    """
    state, until, lead = columns.state.take(rows), columns.state_until.take(rows), columns.lead_time_days.take(rows)
    opens_again = np.where(until == NO_DAY, NEVER, until + 1)
    opens = np.where((state == FULL) | (state == PAUSED), opens_again, NO_DAY)
    opens = np.maximum(opens, columns.new_trials_from.take(rows))
    # Only a stated lead time can delay: a unit that gives none is taken to be ready on the planned day.
    opens = np.maximum(opens, np.where(lead > 0, on.toordinal() + lead, NO_DAY))
    closed = columns.new_trials_possible.take(rows) == NO
    left = (window.end - np.maximum(opens, window.start)) / (window.end - window.start)
    return Opening(
        opens=opens,
        share=np.where(closed, 0.0, np.clip(left, 0.0, 1.0)),
        limited=(state == LIMITED) & ((until == NO_DAY) | (until >= window.start)),
        closed=closed,
        paused=(state == PAUSED) & (opens_again >= window.end),
    )
