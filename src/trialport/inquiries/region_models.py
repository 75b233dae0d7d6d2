"""Shapes of what a region sets for its triage: the areas it wants more of, and the days that do not count."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from trialport.core.fields import Id, MediumText, ShortText
from trialport.vocabulary.codes import TherapyArea

HIGHEST_PRIORITY = 10
MOST_QUIET_DAYS = 120

_Version = Annotated[
    int, Meta(ge=0, le=999_999_999, description="Version of the list (number); 0 is the empty one.", examples=[3])
]
_Day = Annotated[str, Meta(pattern=r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$")]


class Priority(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A therapy area that a region wants more of."""

    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]
    weight: Annotated[
        int,
        Meta(
            ge=0,
            le=HIGHEST_PRIORITY,
            description="An inquiry in it is treated as if promised so much sooner (working days).",
            examples=[3],
        ),
    ]
    reason: Annotated[MediumText, Meta(description="Why.", examples=["The joint strategy 2025-2028 names it."])]
    from_day: Annotated[date | None, Meta(description="First day it counts.", examples=["2026-01-01"])] = None
    until_day: Annotated[date | None, Meta(description="Last day it counts.", examples=["2028-12-31"])] = None

    def counts_on(self, day: date) -> bool:
        """Tell whether it counts on a day."""
        return (self.from_day is None or self.from_day <= day) and (self.until_day is None or day <= self.until_day)


class QuietPeriod(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days that do not count as working days though they are no public holidays."""

    first_day: Annotated[
        _Day, Meta(description="First day: `MM-DD` for every year, `YYYY-MM-DD` for one.", examples=["07-06"])
    ]
    last_day: Annotated[
        _Day,
        Meta(
            description="Last day, written the same way; before the first it lies in the next year.", examples=["07-31"]
        ),
    ]
    label: Annotated[ShortText, Meta(description="What it is called.", examples=["The July dip"])]

    @property
    def is_yearly(self) -> bool:
        """Tell whether it comes again every year."""
        return len(self.first_day) == len("MM-DD")

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        if not self.is_yearly:
            return self.first_day <= day.isoformat() <= self.last_day
        at = day.isoformat()[5:]
        if self.first_day <= self.last_day:
            return self.first_day <= at <= self.last_day
        return at >= self.first_day or at <= self.last_day


class PrioritiesInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All strategic priorities of a region."""

    priorities: Annotated[tuple[Priority, ...], Meta(max_length=100, description="Each of them; none takes all back.")]


class PrioritiesDetail(PrioritiesInput, frozen=True, kw_only=True):
    """The strategic priorities that a region has set."""

    region_id: Id
    version: _Version
    changed_at: Annotated[
        datetime | None, Meta(description="When they were last changed (UTC).", examples=["2026-11-21T09:00:02Z"])
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with them.", examples=[["read", "change"]])
    ]


class QuietPeriodsInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All quiet periods of a region."""

    periods: Annotated[tuple[QuietPeriod, ...], Meta(max_length=20, description="Each of them; none takes all back.")]


class QuietPeriodsDetail(QuietPeriodsInput, frozen=True, kw_only=True):
    """The quiet periods that a region has set."""

    region_id: Id
    version: _Version
    changed_at: Annotated[
        datetime | None, Meta(description="When they were last changed (UTC).", examples=["2026-11-21T09:00:02Z"])
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with them.", examples=[["read", "change"]])
    ]
