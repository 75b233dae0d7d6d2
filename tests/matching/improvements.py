"""Ways in which a unit can get better for an inquiry: none of them may ever lower its score."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import msgspec

from tests.matching.factories import ON
from trialport.matching.models import CapacityRow
from trialport.matching.question import MatchQuestion
from trialport.units.models import CapabilityOffer, DctOffer, Experience, PrimaryCareRole
from trialport.vocabulary.codes import AGE_GROUPS, DCT_ACTIVITIES, TherapyArea

Improve = Callable[[CapacityRow, MatchQuestion], dict[str, Any]]


def said(**fields: Any) -> Improve:
    """The unit says the best there is."""
    return lambda _row, _asked: fields


def wanted(field: str, codes: Callable[[MatchQuestion], tuple[Any, ...]]) -> Improve:
    """The unit says what is wanted, beside what it has said."""
    return lambda row, asked: {field: tuple(dict.fromkeys((*getattr(row, field), *codes(asked))))}


def more(field: str, amount: float) -> Improve:
    """The unit has somewhat more than it had; what it has not told stays untold."""

    def improve(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
        before = getattr(row, field)
        return {field: None if before is None else before + amount}

    return improve


def named_indication(row: CapacityRow, asked: MatchQuestion) -> dict[str, Any]:
    concepts = tuple(one.concept for one in asked.concepts)
    return {"indications": (*row.indications, *concepts) if concepts else row.indications}


def more_experience(row: CapacityRow, asked: MatchQuestion) -> dict[str, Any]:
    areas: tuple[TherapyArea, ...] = (row.therapy_area, "respiratory", "oncology")
    done = tuple(Experience(therapy_area=area, phase=asked.phase, trials=2) for area in areas)
    return {"experience": (*row.experience, *done) if row.experience else ()}


def all_capabilities(row: CapacityRow, asked: MatchQuestion) -> dict[str, Any]:
    named = (*asked.equipment, *row.capabilities)
    return {"capabilities": {one: CapabilityOffer(available=True) for one in named}}


def all_activities(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
    """The unit does everything itself, in the places it has told."""
    offers = {one: row.dct_activities.get(one, DctOffer(answer="own")) for one in DCT_ACTIVITIES}
    return {"dct_activities": {one: msgspec.structs.replace(offer, answer="own") for one, offer in offers.items()}}


def fewer_rivals(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
    return {"competing_trials": row.competing_trials[1:]}


def shorter_lead(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
    return {"lead_time_days": None if row.lead_time_days is None else row.lead_time_days // 2}


def fewer_running(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
    return {"running_trials": None if row.running_trials is None else row.running_trials // 2}


def next_role(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
    """One step more in primary care than was stated."""
    roles = get_args(PrimaryCareRole)
    if row.primary_care_role is None:
        return {}
    return {"primary_care_role": roles[min(roles.index(row.primary_care_role) + 1, len(roles) - 1)]}


def place_told(place: str) -> Improve:
    """The unit says where it can do the first activity asked that it had given no place for, or a smaller one."""

    def improve(row: CapacityRow, asked: MatchQuestion) -> dict[str, Any]:
        offers = dict(row.dct_activities)
        for activity in asked.dct_placed:
            offer = offers.get(activity)
            if offer is not None and offer.geography != "Uppsala county":
                offers[activity] = msgspec.structs.replace(offer, geography=place)
                break
        return {"dct_activities": offers}

    return improve


def full_instead_of_paused(row: CapacityRow, _asked: MatchQuestion) -> dict[str, Any]:
    return {"state": "full" if row.state == "paused" else row.state}


def one_activity(row: CapacityRow, asked: MatchQuestion) -> dict[str, Any]:
    """The unit finds a partner for the first activity asked that it had not said it can do."""
    offers = dict(row.dct_activities)
    for activity in asked.dct_activities:
        if activity not in offers or offers[activity].answer in ("cannot", "unknown"):
            offers[activity] = DctOffer(answer="with_partner")
            break
    return {"dct_activities": offers}


IMPROVEMENTS: dict[str, Improve] = {
    "indication": named_indication,
    "study_type": wanted("study_types", lambda asked: (asked.study_type,)),
    "phase": wanted("phases", lambda asked: (asked.phase,)),
    "age_group": wanted("age_groups", lambda asked: asked.age_groups or AGE_GROUPS),
    "care_setting": wanted("care_settings", lambda asked: asked.care_settings),
    "equipment": wanted("equipment", lambda asked: asked.equipment),
    "one_item": wanted("equipment", lambda asked: asked.equipment[:1]),
    "resource": wanted("resources", lambda asked: asked.resources[:1]),
    "open": said(state="open"),
    "state_past": said(state_until=ON - timedelta(days=1)),
    "full_instead_of_paused": full_instead_of_paused,
    "possible": said(new_trials_possible=True),
    "at_once": said(new_trials_from=None),
    "shorter_lead": shorter_lead,
    "more_participants": more("participants_per_month", 0.7),
    "many_participants": more("participants_per_month", 1e5),
    "better_basis": said(participants_basis="ehr_count"),
    "fewer_rivals": fewer_rivals,
    "nurse": said(nurse_hours_free=2000.0),
    "physician": said(physician_hours_free=2000.0),
    "a_little_nurse": more("nurse_hours_free", 0.3),
    "fresh": said(valid_until=date(2030, 1, 1), confirmed_at=datetime(2026, 11, 1, tzinfo=UTC)),
    "experience": more_experience,
    "gcp": said(gcp_investigators=3),
    "dct": all_activities,
    "one_activity": one_activity,
    "capabilities": all_capabilities,
    "fewer_running": fewer_running,
    "no_trial_running": said(running_trials=0, competing_trials=()),
    "next_role": next_role,
    "full_site": said(primary_care_role="full_site"),
    "language": wanted("languages", lambda asked: asked.languages[:1]),
    "languages": wanted("languages", lambda asked: asked.languages),
    "pharmacy_item": wanted("equipment", lambda asked: asked.pharmacy[:1]),
    "pharmacy": wanted("equipment", lambda asked: asked.pharmacy),
    "pharmacy_at_hand": wanted("resources", lambda _asked: ("trial_pharmacy",)),
    "place": place_told("Knivsta municipality"),
    "whole_region": place_told("Uppsala county"),
}
