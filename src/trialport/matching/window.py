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

    @property
    def days(self) -> int:
        """Its length in days."""
        return self.end - self.start

    def share_left(self, days_lost: Ints) -> Floats:
        """Return the share (0 to 1) of the period that is left after so many days of it."""
        share: Floats = (self.days - days_lost) / self.days
        return share

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
    """When some rows could start, at the earliest on the first day of the window.

    `limited` rows are open yet take few; `closed` rows have said that no new trial is possible at all.
    """

    window: Window
    opens: Ints
    limited: Bools
    closed: Bools
    paused: Bools

    @property
    def days_lost(self) -> Ints:
        """How many days of the window are over when each row opens; a closed row loses them all."""
        lost = np.minimum(self.opens, self.window.end) - self.window.start
        return np.where(self.closed, self.window.days, lost)

    def kept(self, keep: Rows) -> "Opening":
        """Return the opening of some of the rows only."""
        return Opening(
            self.window,
            self.opens.take(keep),
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
    opens = np.where((state == FULL) | (state == PAUSED), opens_again, window.start)
    opens = np.maximum(opens, columns.new_trials_from.take(rows))
    # Only a stated lead time can delay (-1 says none): without one a unit is taken to be ready on the planned day.
    opens = np.maximum(opens, np.maximum(lead + on.toordinal(), window.start))
    return Opening(
        window=window,
        opens=opens,
        limited=(state == LIMITED) & ((until == NO_DAY) | (until >= window.start)),
        closed=columns.new_trials_possible.take(rows) == NO,
        paused=(state == PAUSED) & (opens_again >= window.end),
    )
