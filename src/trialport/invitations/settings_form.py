"""Reading the forms of settings into what the desks take, and showing stored settings as forms."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from trialport.core.translations import to_translate as _
from trialport.inquiries.region_models import HIGHEST_PRIORITY, Priority, QuietPeriod
from trialport.matching.models import CriterionName
from trialport.matching.weights_models import HIGHEST_WEIGHT, CriterionWeight, WeightInput

Form = Mapping[str, str]
Faults = dict[str, str]

# Empty rows below those that are filled, and the most of both.
_SPARE, MOST_ROWS = 2, 24
WHY = _("Say why, so that a colleague understands it later.")
_NUMBER = _("Write a number from 0 to 100.")
_WEIGHT = _("Write a whole number from 0 to 10.")
_DAY = _("Choose a day, or leave it empty.")
_AREA = _("Choose a therapy area.")
_PERIOD = _("Write month and day as 07-31, or a day of one year as 2027-07-31.")
_NAME = _("Give it a name.")
TOO_LONG = _("This is too long, or not of the form that it should have. Correct it.")
LONGEST_REASON = 1000
# What the desks find, so that the catalogues have it.
FOUND = (
    _("It ends before it begins. Give a later day."),
    _("The area has two weights on one day. Give one."),
    _("Write both days with a year, or both without."),
    _("There is no such day. Correct it."),
    _("Nothing that every inquiry is compared by would count. Give one a weight."),
    _("Promise at least 1 and at most 60 working days."),
)


def weights_form(weights: Sequence[CriterionWeight]) -> dict[str, str]:
    """Show the weights that count as a form."""
    form = {f"weight_{one.name}": f"{one.weight:g}" for one in weights}
    return form | {f"reason_{one.name}": one.reason for one in weights if one.changed}


def read_weights(form: Form, weights: Sequence[CriterionWeight]) -> tuple[dict[CriterionName, WeightInput], Faults]:
    """Read the criteria that differ from the program's table; each of those needs a reason."""
    found: dict[CriterionName, WeightInput] = {}
    faults: Faults = {}
    for one in weights:
        try:
            value = float(form.get(f"weight_{one.name}", "").replace(",", "."))
        except ValueError:
            value = -1
        if not 0 <= value <= HIGHEST_WEIGHT:
            faults[f"weight_{one.name}"] = _NUMBER
            continue
        reason = form.get(f"reason_{one.name}", "")
        if value == one.program_weight:
            continue
        if not reason:
            faults[f"reason_{one.name}"] = WHY
        if len(reason) > LONGEST_REASON:
            faults[f"reason_{one.name}"] = TOO_LONG
            continue
        found[one.name] = WeightInput(weight=value, reason=reason or "-")
    return found, faults


def priorities_form(priorities: Sequence[Priority]) -> dict[str, str]:
    """Show priorities as the rows of a form."""
    form: dict[str, str] = {}
    for at, one in enumerate(priorities):
        for name, value in msgspec.to_builtins(one).items():
            form[f"{name}_{at}"] = "" if value is None else str(value)
    return form


def quiet_form(periods: Sequence[QuietPeriod]) -> dict[str, str]:
    """Show quiet periods as the rows of a form."""
    return {
        f"{name}_{at}": str(value) for at, one in enumerate(periods) for name, value in msgspec.to_builtins(one).items()
    }


def rows_of(form: Form, field: str) -> range:
    """Return the rows a form shows: those that are filled, and some empty ones."""
    filled = [int(name.rpartition("_")[2]) for name, value in form.items() if name.startswith(f"{field}_") and value]
    return range(min(max(filled, default=-1) + 1 + _SPARE, MOST_ROWS))


def read_priorities(form: Form) -> tuple[list[Priority], list[int], Faults]:
    """Read the rows with a therapy area; also returns which row each came from."""
    found: list[Priority] = []
    rows: list[int] = []
    faults: Faults = {}
    for at in range(MOST_ROWS):
        row = _row(form, at, ("therapy_area", "weight", "reason", "from_day", "until_day"))
        if not any(row.values()):
            continue
        if not row["therapy_area"]:
            faults[f"therapy_area_{at}"] = _AREA
        if not (row["weight"].isdecimal() and len(row["weight"]) < 3 and int(row["weight"]) <= HIGHEST_PRIORITY):  # noqa: PLR2004 - two digits
            faults[f"weight_{at}"] = _WEIGHT
        if not row["reason"]:
            faults[f"reason_{at}"] = WHY
        faults |= {f"{name}_{at}": _DAY for name in ("from_day", "until_day") if row[name] and not _is_day(row[name])}
        if not any(name.endswith(f"_{at}") for name in faults):
            try:
                found.append(_convert(row, Priority, weight=int(row["weight"])))
                rows.append(at)
            except msgspec.ValidationError as error:
                field = "therapy_area" if "$.therapy_area" in str(error) else "reason"
                faults[f"{field}_{at}"] = _AREA if field == "therapy_area" else TOO_LONG
    return found, rows, faults


def read_quiet_periods(form: Form) -> tuple[list[QuietPeriod], list[int], Faults]:
    """Read the rows of which anything is filled in; also returns which row each came from."""
    found: list[QuietPeriod] = []
    rows: list[int] = []
    faults: Faults = {}
    for at in range(MOST_ROWS):
        row = _row(form, at, ("first_day", "last_day", "label"))
        if not any(row.values()):
            continue
        try:
            found.append(_convert(row, QuietPeriod))
            rows.append(at)
        except msgspec.ValidationError as error:
            field = next((name for name in ("first_day", "last_day") if f"$.{name}" in str(error)), "label")
            faults[f"{field}_{at}"] = _NAME if field == "label" and row["first_day"] and row["last_day"] else _PERIOD
    return found, rows, faults


def placed(errors: Sequence[Any], rows: Sequence[int]) -> Faults:
    """Return what a desk found in a list, at the fields of the rows that the list came from."""
    faults: Faults = {}
    for error in errors:
        head, _dot, field = error.path.partition("].")
        number = head.rpartition("[")[2]
        at = rows[int(number)] if number.isdecimal() and int(number) < len(rows) else None
        faults[error.path if at is None else f"{field}_{at}"] = error.message
    return faults


def _row(form: Form, at: int, names: Sequence[str]) -> dict[str, str]:
    return {name: form.get(f"{name}_{at}", "") for name in names}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _convert(row: dict[str, str], kind: Any, **others: Any) -> Any:
    return msgspec.convert({name: value for name, value in (row | others).items() if value != ""}, kind)
