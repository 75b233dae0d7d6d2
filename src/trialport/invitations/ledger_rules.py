"""Rules of the ledger: what an invitation asks of a unit's capacity, and what a balance says."""

from collections.abc import Mapping

from trialport.invitations.ledger_models import Balance, ReleaseReason, Standing, Strength
from trialport.invitations.models import Decision
from trialport.invitations.rules import is_binding

# One invitation is one trial.
SLOTS_ASKED = 1


def reason_to_release(standing: Standing) -> ReleaseReason | None:
    """Say why a unit that has answered takes nothing; None where it can take part."""
    if standing.answer == "no":
        return "answered_no"
    if standing.answer == "later":
        return "answered_later"
    return "sign_off_refused" if standing.approval == "refused" else None


def strength_of(standing: Standing) -> Strength:
    """Tell how firmly an answer takes what it asks for."""
    if standing.answer is None:
        return "soft"
    return "firm" if is_binding(standing.answer, standing.approval, is_filled=standing.is_filled) else "soft"


def release_reason(state: str, decision: Decision | None) -> ReleaseReason:
    """Say why the units are free again when an inquiry has ended in this state, or its sponsor keeps silent.

    A unit that was selected keeps what it holds until its trial has started.
    """
    if state in ("withdrawn", "declined"):
        return "inquiry_withdrawn" if state == "withdrawn" else "inquiry_declined"
    return _SETTLED.get(decision, "inquiry_closed") if state == "closed" else "sponsor_silent"


_SETTLED: Mapping[Decision | None, ReleaseReason] = {
    "selected": "not_selected",
    "not_selected": "sponsor_declined",
    "trial_cancelled": "trial_cancelled",
    "no_decision": "sponsor_silent",
}


def own_hours(asked: float | None, lent: float) -> float | None:
    """Return what is left for the unit itself (nurse hours a week) after what resources lend it."""
    return None if asked is None else max(0.0, asked - lent)


def is_overbooked(balance: Balance) -> bool:
    """Tell whether more is firmly set aside than there is, as after a capacity was reduced."""
    return (balance.slots_said is not None and balance.slots_firm > balance.slots_said) or (
        balance.hours_said is not None and balance.hours_firm > balance.hours_said
    )


def notes_on(balance: Balance) -> tuple[str, ...]:
    """Say in words what a person should look at."""
    found = []
    if balance.slots_said is not None and balance.slots_firm > balance.slots_said:
        found.append(f"{balance.slots_firm} trials are promised and {balance.slots_said} are possible.")
    if balance.hours_said is not None:
        free = balance.hours_said - balance.hours_firm
        if free < 0:
            found.append(f"{balance.hours_firm:g} nurse hours a week are promised and {balance.hours_said:g} are free.")
        elif balance.asking_for_hours > 1 and balance.hours_soft > free:
            found.append(
                f"{balance.asking_for_hours} invitations are out for the same nurse hours, "
                f"of which {free:g} a week are free."
            )
    if balance.slots_said is not None and balance.slots_soft > max(0, balance.slots_said - balance.slots_firm) > 0:
        found.append(
            f"{balance.slots_soft} invitations are out for the {balance.slots_said - balance.slots_firm} left."
        )
    return tuple(found)
