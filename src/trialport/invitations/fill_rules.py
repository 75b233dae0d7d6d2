"""Rules of filling what a unit misses: what fits, and how it is told."""

from collections.abc import Mapping

from trialport.core.errors import FieldError
from trialport.invitations.ledger_models import FillCreate
from trialport.invitations.models import Condition
from trialport.vocabulary.codes import ResourceKind

# Which shared resources can give what a unit misses. Money comes from none.
FITTING: Mapping[Condition, tuple[ResourceKind, ...]] = {
    "nurse_hours": ("trial_unit",),
    "pharmacy": ("trial_pharmacy", "atmp_centre"),
    "imaging": ("imaging",),
    "sub_investigator": ("trial_unit",),
    "data_manager": ("statistics_and_data", "trial_unit"),
    "contract_help": ("legal_and_contract",),
    "training": ("trial_unit", "statistics_and_data", "medtech_centre"),
    "money": (),
    "space": ("trial_unit", "biobank", "medtech_centre"),
}
WORDS: Mapping[Condition, str] = {
    "nurse_hours": "nurse hours",
    "pharmacy": "pharmacy",
    "imaging": "imaging",
    "sub_investigator": "sub-investigator",
    "data_manager": "data manager",
    "contract_help": "contract help",
    "training": "training",
    "money": "money",
    "space": "space",
}


def check_fill(fill: FillCreate) -> list[FieldError]:
    """Find what a fill lacks or has too much of."""
    found = []
    if fill.condition == "nurse_hours":
        if fill.resource_id is None:
            found.append(FieldError("resource_id", "Say which resource lends the hours."))
        if not fill.nurse_hours:
            found.append(FieldError("nurse_hours", "Say how many hours a week are lent."))
    elif fill.nurse_hours is not None:
        found.append(FieldError("nurse_hours", "This belongs to the condition `nurse_hours`. Leave it out."))
    if fill.resource_id is None and not (fill.note or "").strip() and fill.condition != "nurse_hours":
        found.append(FieldError("note", "Name a resource, or say in a note how the condition is met."))
    return found


def fits(condition: Condition, kind: ResourceKind, nurse_hours_free: float | None) -> bool:
    """Tell whether a resource can give this; nurses are lent by whoever says how many hours."""
    return kind in FITTING[condition] or (condition == "nurse_hours" and nurse_hours_free is not None)


def in_words(condition: Condition, resource_name: str | None, nurse_hours: float | None) -> str:
    """Tell a unit what the trial office has got for it."""
    if resource_name is None:
        return f"The trial office sees to it: {WORDS[condition]}."
    if nurse_hours is not None:
        return f"The trial office lends {nurse_hours:g} nurse hours a week from {resource_name}."
    return f"The trial office provides {WORDS[condition]} from {resource_name}."
