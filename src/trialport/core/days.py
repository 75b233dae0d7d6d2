"""A day in words, the same on pages, in mails and in documents."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from trialport.core.language import Language

TIME_ZONE = "Europe/Stockholm"
_CLOCK = ZoneInfo(TIME_ZONE)
# English is that of the regions: the day stands before the month.
LOCALES: dict[Language, str] = {"en": "en_GB", "sv": "sv", "da": "da"}


def local_day(moment: datetime) -> date:
    """Give the day that a moment is in the regions; past midnight there it is not yet that day in UTC."""
    return moment.astimezone(_CLOCK).date()


def month_start(moment: datetime) -> datetime:
    """Give the moment at which the month of a moment began in the regions, in UTC."""
    return datetime.combine(local_day(moment).replace(day=1), time(), _CLOCK).astimezone(UTC)


# A page with many rows says few days, and each again and again.
@lru_cache(4096)
def shown_day(day: date, language: Language) -> str:
    """Write a day as people of the regions do: `22 November 2026`; of a moment the day that it is there."""
    # Only a process that words something for people needs this package.
    from babel.dates import format_date  # noqa: PLC0415

    if isinstance(day, datetime):
        day = local_day(day)
    return format_date(day, "long", locale=LOCALES[language])
