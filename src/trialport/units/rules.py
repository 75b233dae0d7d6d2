"""Rules of the register."""

from datetime import date, timedelta
from typing import Literal

from trialport.core.errors import FieldError
from trialport.core.translations import to_translate as _
from trialport.units.models import CapacityDetail, CapacityInput

# How long a confirmed capacity counts as fresh (days).
FRESH_DAYS = 90


# What a company sees of a number: small ones are not told apart.
Band = Literal["0", "<5", "5-9", "10-19", "20-49", "50+"]
_BANDS: tuple[tuple[float, Band], ...] = ((5, "<5"), (10, "5-9"), (20, "10-19"), (50, "20-49"))
# A sum of one or two units would tell each what the other said, and a company what one unit said.
_FEWEST_UNITS_IN_A_SUM = 3


def band_count(number: float) -> Band:
    """Return the band of a number of units or persons; 1 to 4 are suppressed as `<5`."""
    if number <= 0:
        return "0"
    return next((band for below, band in _BANDS if number < below), "50+")


def band_participants(participants_per_month: float, units: int) -> Band | None:
    """Return the band of what several units could recruit (persons a month); None for fewer than three units."""
    return band_count(participants_per_month) if units >= _FEWEST_UNITS_IN_A_SUM else None


def valid_until(confirmed_on: date) -> date:
    """Return the last day a record confirmed on this day counts as fresh."""
    return confirmed_on + timedelta(days=FRESH_DAYS)


def check_capacity(capacity: CapacityInput, today: date) -> list[FieldError]:
    """Find contradictions within one record; each names the field and what to do (to be translated)."""
    found = []
    if capacity.participants_basis == "ehr_count" and capacity.participants_counted_on is None:
        found.append(FieldError("participants_counted_on", _("A count needs its day. Give the day of the count.")))
    if capacity.participants_counted_on is not None and capacity.participants_counted_on > today:
        found.append(FieldError("participants_counted_on", _("The day of the count lies in the future.")))
    if capacity.state == "open" and capacity.state_until is not None:
        found.append(
            FieldError("state_until", _("An open unit has no end date. Leave it out or choose another state."))
        )
    if (
        capacity.protected_hours_planned is not None
        and capacity.physician_hours_free is not None
        and capacity.protected_hours_planned > capacity.physician_hours_free
    ):
        found.append(
            FieldError(
                "protected_hours_planned",
                _("Protected research time is part of the physician hours and cannot exceed them."),
            )
        )
    for name in ("indications", "study_types", "phases", "age_groups", "care_settings", "equipment", "resources"):
        values = getattr(capacity, name)
        if len(set(values)) != len(values):
            found.append(FieldError(name, _("A value stands twice. Name each once.")))
    found.extend(
        FieldError(f"dct_activities.{activity}.partner", _("Say with which partner."))
        for activity, offer in capacity.dct_activities.items()
        if offer.answer == "with_partner" and not offer.partner
    )
    return found


def as_input(detail: CapacityDetail) -> CapacityInput:
    """Return the part of a record that its owner writes."""
    return CapacityInput(**{name: getattr(detail, name) for name in CapacityInput.__struct_fields__})
