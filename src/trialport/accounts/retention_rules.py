"""How long a person's data are kept without her: asked after 24 months, erased 30 days later."""

from datetime import datetime, timedelta

INACTIVE_MONTHS = 24
ANSWER_DAYS = 30


def asked_when_inactive_since(now: datetime) -> datetime:
    """Return the time before which somebody must last have been here to be asked now."""
    years, months = divmod(INACTIVE_MONTHS, 12)
    # A leap day has no namesake two years before.
    day = min(now.day, 28) if (now.month, now.day) == (2, 29) else now.day
    return now.replace(year=now.year - years, month=now.month - months, day=day)


def erased_when_asked_before(now: datetime) -> datetime:
    """Return the time before which somebody must have been asked to be erased now."""
    return now - timedelta(days=ANSWER_DAYS)
