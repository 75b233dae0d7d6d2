"""Capacities and inquiries for the measurements of matching, generated from a seed."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import structs

from trialport.matching.models import CapacityRow
from trialport.matching.question import AskedConcept, MatchQuestion
from trialport.units.models import CapabilityOffer, DctOffer, Experience
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    PHASES,
    RESOURCE_KINDS,
    STUDY_TYPES,
    DctAnswer,
    ResourceKind,
)
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.reading import Reader

ON = date(2026, 11, 21)
SEED = 20261121
REGIONS = tuple(UUID(int=number) for number in range(1, 21))
REGION_RESOURCES: dict[UUID, frozenset[ResourceKind]] = {region: frozenset(RESOURCE_KINDS[:6]) for region in REGIONS}
CAPACITIES_A_UNIT = 5
EXPLAINED = 50
INQUIRIES = ("J44", "I50", "C34/nsclc", "E11", "C50", "M06", "G35", "J45")


def generated(count: int, vocabulary: Vocabulary) -> Iterator[CapacityRow]:
    """Capacities as varied as a country's: from silent to complete, mostly of one to four indications."""
    choose = random.Random(SEED)  # noqa: S311 - made-up data, no secret.
    # Drawn apart, so that what was there before stays what it was.
    choose_further = random.Random(SEED + 1)  # noqa: S311 - as above.
    concepts = sorted(vocabulary.concept_ids)
    # The indications asked for are among the common ones, so that a match finds more than a handful.
    common = [*INQUIRIES, *(choose.choice(concepts) for _ in range(150))]
    taken: set[str] = set()
    for number in range(count):
        if number % CAPACITIES_A_UNIT == 0:
            taken.clear()
        first = choose.choice(common)
        # A unit has one capacity in each therapy area.
        while (vocabulary.areas_of(first) or ("oncology",))[0] in taken:
            first = choose.choice(common)
        others = (choose.choice(concepts) for _ in range(choose.randrange(4)))
        indications = tuple(vocabulary.label(concept) for concept in (first, *others))
        area = (vocabulary.areas_of(first) or ("oncology",))[0]
        taken.add(area)
        unit = number // CAPACITIES_A_UNIT
        row = CapacityRow(
            capacity_id=UUID(int=choose.getrandbits(128)),
            region_id=REGIONS[unit % len(REGIONS)],
            unit_id=UUID(int=(7 << 100) + unit),
            site_id=UUID(int=(5 << 100) + unit // 20),
            unit_name=f"Unit {unit}",
            site_name=f"Site {unit // 20}",
            unit_kind="hospital_department",
            therapy_area=area,
            indications=indications if choose.random() < 0.7 else (),
            competing_trials=indications[:1] if choose.random() < 0.2 else (),
            experience=tuple(
                Experience(therapy_area=area, phase=phase, trials=choose.randrange(6))
                for phase in choose.sample(PHASES, 3)
            ),
            revision=1,
            **_state(choose),
            **_offer(choose),
        )
        yield structs.replace(row, **_further(choose_further, row))


def _state(choose: random.Random) -> dict[str, Any]:
    """How open a unit is, how many it can recruit, and how fresh the record is; a fifth say little."""
    told = choose.random() < 0.8
    return {
        "study_types": STUDY_TYPES if told else (),
        "phases": tuple(choose.sample(PHASES, 6)) if told else (),
        "age_groups": AGE_GROUPS[choose.randrange(5) :] if told else (),
        "state": choose.choices(("open", "limited", "full", "paused"), (70, 15, 10, 5))[0],
        "state_until": ON + timedelta(days=choose.randrange(400)) if choose.random() < 0.3 else None,
        "new_trials_possible": True if told else None,
        "new_trials_from": ON + timedelta(days=choose.randrange(200)) if choose.random() < 0.2 else None,
        "lead_time_days": choose.choice((None, 30, 60, 120)),
        "participants_per_month": round(choose.random() * 6, 1) if told else None,
        "participants_basis": choose.choice(("estimate", "register", "ehr_count")),
        "nurse_hours_free": float(choose.randrange(30)) if told else None,
        "physician_hours_free": float(choose.randrange(10)) if told else None,
        "confirmed_at": datetime(2026, 9, 1, tzinfo=UTC),
        "valid_until": ON + timedelta(days=choose.randrange(-60, 90)),
    }


def _offer(choose: random.Random) -> dict[str, Any]:
    """What a unit has and can do."""
    answers: tuple[DctAnswer, ...] = ("own", "with_partner", "cannot")
    return {
        "care_settings": tuple(choose.sample(CARE_SETTINGS, 2)),
        "dct_activities": {
            activity: DctOffer(answer=choose.choice(answers)) for activity in choose.sample(DCT_ACTIVITIES, 8)
        },
        "equipment": tuple(choose.sample(CAPABILITIES, 4)),
        "resources": tuple(choose.sample(RESOURCE_KINDS, 2)),
        "capabilities": {
            capability: CapabilityOffer(available=choose.random() < 0.8)
            for capability in choose.sample(CAPABILITIES, 4)
        },
        "gcp_investigators": choose.randrange(4),
    }


def _further(choose: random.Random, row: CapacityRow) -> dict[str, Any]:
    """How many trials run, what a unit does in primary care, its languages, and where it can do what it can."""
    return {
        "running_trials": choose.choice((None, 0, 2, 5, 9)),
        "primary_care_role": choose.choice((None, None, None, "sample", "full_site")),
        "languages": ("sv", "en", "ar", "fi")[: choose.randrange(5)],
        "dct_activities": {
            activity: structs.replace(offer, geography=choose.choice((None, "Uppsala county", "Knivsta kommun")))
            for activity, offer in row.dct_activities.items()
        },
    }


def questions(vocabulary: Vocabulary) -> list[MatchQuestion]:
    """Several inquiries that ask for every criterion."""
    reader = Reader(vocabulary)
    asked = []
    for number, concept in enumerate(INQUIRIES):
        label = vocabulary.label(concept)
        areas = tuple(area.code for area in reader.read_text(label).therapy_areas)
        asked.append(
            MatchQuestion(
                indication=label,
                concepts=(AskedConcept(concept=concept, label=label),),
                therapy_areas=areas,
                study_type="atmp" if number % 2 else "drug",
                phase=PHASES[2 + number % 4],
                age_groups=("adult", "older_adult"),
                care_settings=("outpatient", "home"),
                planned_start=ON + timedelta(days=60 + 10 * number),
                participants_wanted=24,
                nurse_hours=8,
                physician_hours=2,
                gcp_experience=True,
                equipment=CAPABILITIES[6:9],
                resources=RESOURCE_KINDS[:2],
                dct_required=DCT_ACTIVITIES[:2],
                dct_optional=DCT_ACTIVITIES[2:6],
                primary_care_role="visit",
                languages=("sv", "en"),
                pharmacy=("trial_pharmacy", "aseptic_preparation"),
                gmo=True,
                units_wanted=(UUID(int=(7 << 100) + number),),
            )
        )
    return asked
