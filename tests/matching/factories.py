"""Capacities and inquiries for the tests of matching, on one fixed day."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from trialport.matching.columns import CapacityColumns
from trialport.matching.models import Candidate, CapacityRow, Criterion, CriterionName
from trialport.matching.question import AskedConcept, MatchQuestion
from trialport.matching.ranking import Ranking, rank
from trialport.units.models import Experience
from trialport.vocabulary.codes import ResourceKind
from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.reading import Reader

ON = date(2026, 11, 21)
REGION = UUID(int=1)
OTHER_REGION = UUID(int=2)
REGION_RESOURCES: dict[UUID, frozenset[ResourceKind]] = {REGION: frozenset({"biobank"})}


@cache
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@cache
def reader() -> Reader:
    return Reader(vocabulary())


def capacity(number: int = 1, **fields: Any) -> CapacityRow:
    """A lung clinic that has told everything a COPD inquiry asks; `fields` say otherwise."""
    told: dict[str, Any] = {
        "region_id": REGION,
        "unit_name": f"Unit {number}",
        "site_name": "Site",
        "unit_kind": "hospital_department",
        "therapy_area": "respiratory",
        "indications": ("COPD",),
        "study_types": ("drug",),
        "phases": ("2", "3"),
        "age_groups": ("adult", "older_adult"),
        "care_settings": ("outpatient",),
        "state": "open",
        "participants_per_month": 3.0,
        "participants_basis": "estimate",
        "nurse_hours_free": 10.0,
        "physician_hours_free": 4.0,
        "experience": (Experience(therapy_area="respiratory", phase="3", trials=4),),
        "confirmed_at": datetime(2026, 10, 1, 8, tzinfo=UTC),
        "valid_until": date(2026, 12, 30),
        "revision": 3,
        "gcp_investigators": 2,
        "running_trials": 3,
        "lead_time_days": 60,
        "languages": ("sv", "en"),
    }
    identity = {
        "capacity_id": UUID(int=1000 + number),
        "unit_id": UUID(int=100 + number),
        "site_id": UUID(int=10),
    }
    return CapacityRow(**(identity | told | fields))


def silent(number: int = 1, **fields: Any) -> CapacityRow:
    """A unit that has said nothing but its therapy area and that it is open."""
    untold: dict[str, Any] = dict.fromkeys(
        ("indications", "study_types", "phases", "age_groups", "care_settings", "experience", "languages"), ()
    ) | dict.fromkeys(
        (
            "participants_per_month",
            "participants_basis",
            "nurse_hours_free",
            "physician_hours_free",
            "confirmed_at",
            "valid_until",
            "gcp_investigators",
            "running_trials",
            "lead_time_days",
        )
    )
    return capacity(number, **(untold | fields))


def question(**fields: Any) -> MatchQuestion:
    """A phase 3 drug trial in COPD that wants 24 participants in 12 months; `fields` say otherwise."""
    asked: dict[str, Any] = {
        "indication": "COPD",
        "concepts": (AskedConcept(concept="J44", label="chronic obstructive pulmonary disease"),),
        "therapy_areas": ("respiratory",),
        "study_type": "drug",
        "phase": "3",
        "age_groups": ("adult", "older_adult"),
        "planned_start": date(2027, 3, 1),
        "recruitment_months": 12,
        "participants_wanted": 24,
    }
    return MatchQuestion(**(asked | fields))


def columns(*rows: CapacityRow) -> CapacityColumns:
    return CapacityColumns.build(rows, vocabulary(), REGION_RESOURCES)


def ranked(asked: MatchQuestion, *rows: CapacityRow, limit: int | None = None, exclusions: bool = True) -> Ranking:
    return rank(asked, columns(*rows), on=ON, regions=None, limit=limit, exclusions=exclusions)


def only(asked: MatchQuestion, row: CapacityRow, *, exclusions: bool = True) -> Candidate:
    (candidate,) = ranked(asked, row, exclusions=exclusions).candidates
    return candidate


def criterion(name: CriterionName, asked: MatchQuestion, row: CapacityRow, *, exclusions: bool = True) -> Criterion:
    """The one criterion of the one candidate."""
    candidate = only(asked, row, exclusions=exclusions)
    return next(one for one in candidate.criteria if one.name == name)


def excluded_for(asked: MatchQuestion, row: CapacityRow) -> str | None:
    """The reason the capacity is left out, or None."""
    excluded = ranked(asked, row).excluded
    return excluded[0].reason if excluded else None
