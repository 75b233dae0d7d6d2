"""How long a match takes and how much memory the index holds, beside a plain loop over the structs.

Run: uv run python bench/match.py [--sizes 1000,10000,100000]

The capacities are generated from a seed. The alternative asks the same things of each struct in turn, and
compares the words of the indications with rapidfuzz, as one would without a vocabulary or an index.
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from rapidfuzz import fuzz

from trialport.matching.columns import CapacityColumns
from trialport.matching.models import CapacityRow
from trialport.matching.question import AskedConcept, MatchQuestion
from trialport.matching.ranking import rank
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
from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.reading import Reader

ON = date(2026, 11, 21)
SEED = 20261121
REGIONS = tuple(UUID(int=number) for number in range(1, 21))
REGION_RESOURCES: dict[UUID, frozenset[ResourceKind]] = {region: frozenset(RESOURCE_KINDS[:6]) for region in REGIONS}
CAPACITIES_A_UNIT = 5
EXPLAINED = 50
HEADINGS = (
    "| capacities | candidates | match, top 50 explained (ms) | match, none explained (ms) "
    "| plain loop, none explained (ms) | plain / explained | plain / none explained "
    "| index (MiB) | structs (MiB) | process with index (MiB) | build (s) |"
)
INQUIRIES = ("J44", "I50", "C34/nsclc", "E11", "C50", "M06", "G35", "J45")


def generated(count: int, vocabulary: Vocabulary) -> Iterator[CapacityRow]:
    """Capacities as varied as a country's: from silent to complete, mostly of one to four indications."""
    choose = random.Random(SEED)  # noqa: S311 - made-up data, no secret.
    concepts = sorted(vocabulary.concept_ids)
    # The indications asked for are among the common ones, so that a match finds more than a handful.
    common = [*INQUIRIES, *(choose.choice(concepts) for _ in range(150))]
    for number in range(count):
        first = choose.choice(common)
        others = (choose.choice(concepts) for _ in range(choose.randrange(4)))
        indications = tuple(vocabulary.label(concept) for concept in (first, *others))
        area = (vocabulary.areas_of(first) or ("oncology",))[0]
        unit = number // CAPACITIES_A_UNIT
        yield CapacityRow(
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
                gmo=True,
                units_wanted=(UUID(int=(7 << 100) + number),),
            )
        )
    return asked


def plain_match(asked: MatchQuestion, rows: list[CapacityRow]) -> list[tuple[float, UUID]]:
    """Score each struct in turn, the words by rapidfuzz; the best, with nothing explained."""
    words = asked.indication.casefold()
    scored = []
    for row in rows:
        nearest = max(
            (fuzz.token_set_ratio(words, own.casefold()) for own in row.indications),
            default=80.0 if row.therapy_area in asked.therapy_areas else 0.0,
        )
        if nearest < 50 or row.state == "paused" or row.new_trials_possible is False:
            continue
        if row.study_types and asked.study_type not in row.study_types:
            continue
        points = [
            26 * nearest / 100,
            5.0 if row.study_types else 2.0,
            7.0 if asked.phase in row.phases else 0.0,
        ]
        points.append(7 * sum(group in row.age_groups for group in asked.age_groups) / len(asked.age_groups))
        points.append(5 * sum(one in row.care_settings for one in asked.care_settings) / 2)
        points.append(12.0 if row.state == "open" else 6.0)
        expected = (row.participants_per_month or 0.0) * asked.recruitment_months
        points.append(14 * min(expected / asked.participants_per_unit, 1.0))
        points.append(4 * min((row.nurse_hours_free or 0.0) / 8, 1.0))
        points.append(4 * min((row.physician_hours_free or 0.0) / 2, 1.0))
        points.append(26.0 if row.valid_until and row.valid_until >= ON else 0.0)
        done = sum(e.trials for e in row.experience if e.therapy_area in asked.therapy_areas)
        points.append(8 * done / (done + 2))
        has = [item in row.equipment or _offers(row, item) for item in asked.equipment]
        points.append(6 * sum(has) / len(has))
        points.append(4 * sum(kind in row.resources for kind in asked.resources) / len(asked.resources))
        offers = [row.dct_activities.get(activity) for activity in asked.dct_activities]
        points.append(8 * sum(o is not None and o.answer != "cannot" for o in offers) / len(offers))
        scored.append((sum(points), row.capacity_id))
    return sorted(scored, reverse=True)[:EXPLAINED]


def _offers(row: CapacityRow, item: str) -> bool:
    offer = msgspec.to_builtins(row.capabilities).get(item) if item in row.capabilities else None
    return offer is not None and offer["available"]


def resident_mib() -> float:
    """Memory of this process that is in RAM (MiB)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def median_ms(work: Callable[[MatchQuestion], object], asked: list[MatchQuestion]) -> float:
    """Median of three runs for each inquiry, after one for warmth (milliseconds)."""
    work(asked[0])
    taken = []
    for question in asked * 3:
        start = time.perf_counter()
        work(question)
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def measured(size: int, vocabulary: Vocabulary, asked: list[MatchQuestion]) -> str:
    """One line of the table."""
    gc.collect()
    before = resident_mib()
    start = time.perf_counter()
    columns = CapacityColumns.build(generated(size, vocabulary), vocabulary, REGION_RESOURCES)
    built = time.perf_counter() - start
    gc.collect()
    index_mib, process_mib = resident_mib() - before, resident_mib()
    ours = median_ms(lambda one: rank(one, columns, on=ON, regions=None, limit=EXPLAINED), asked)
    scored = median_ms(lambda one: rank(one, columns, on=ON, regions=None, limit=0), asked)
    found = [rank(one, columns, on=ON, regions=None, limit=0).candidate_count for one in asked]
    before = resident_mib()
    start = time.perf_counter()
    rows = list(generated(size, vocabulary))
    generating = time.perf_counter() - start
    rows_mib = resident_mib() - before
    plain = median_ms(lambda one: plain_match(one, rows), asked[:4])
    return (
        f"| {size:,} | {statistics.median(found):,.0f} | {ours:.1f} | {scored:.1f} | {plain:.1f} "
        f"| {plain / ours:.1f} x | {plain / scored:.1f} x | {index_mib:.0f} | {rows_mib:.0f} "
        f"| {process_mib:.0f} | {max(built - generating, 0):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of capacities, with commas")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    vocabulary = load_vocabulary()
    asked = questions(vocabulary)
    print(HEADINGS)
    print("|" + "---:|" * HEADINGS.count(" | ") + "---:|")
    for size in sizes:
        print(measured(size, vocabulary, asked), flush=True)


if __name__ == "__main__":
    main()
