"""Judged inquiries to replay: of a database, of an exported file, or made up from a seed."""

import random
from collections.abc import Iterable
from pathlib import Path

import asyncpg
import msgspec

from bench.match_data import ON, REGION_RESOURCES, SEED, generated, questions
from bench.replay import Case, Fits
from trialport.core.db import SYSTEM_VIEWER, Connection, prepare_connection, set_viewer
from trialport.matching import judgement_queries, weights_service
from trialport.matching.columns import CapacityColumns
from trialport.matching.judgement_queries import JudgedAssessment
from trialport.matching.models import Candidate, CriterionName
from trialport.matching.ranking import rank
from trialport.matching.weighing import DEFAULT_WEIGHTS
from trialport.vocabulary.codes import PHASES
from trialport.vocabulary.index import load_vocabulary

SYNTHETIC_CAPACITIES = 1_500
SYNTHETIC_INQUIRIES = 40
# The taste of the made-up people: what they hold for more or less important than the program does. Who proposes
# these weights should see the pairs agree better.
TASTE: dict[CriterionName, float] = {"staff_hours": 24, "experience": 16, "freshness": 14, "participants": 20}
TASTE_NOISE = 4.0
OFFERED, CHOSEN = 12, 3


async def of_database(url: str) -> list[Case]:
    """Read every judged inquiry of a database, by region, with the weights that count there now."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await prepare_connection(connection)
        async with connection.transaction(readonly=True):
            await set_viewer(connection, SYSTEM_VIEWER)
            judged = await judgement_queries.select_judged_assessments(connection)
            weighing = await weights_service.weighing_of(connection, {one.region_id for one in judged})
            return [await _case(connection, one, dict(weighing.of(one.region_id))) for one in judged]
    finally:
        await connection.close()


async def _case(connection: Connection, one: JudgedAssessment, weights: dict[CriterionName, float]) -> Case:
    stored = await judgement_queries.select_stored_fits(
        connection, assessment_id=one.assessment_id, region_id=one.region_id
    )
    # Ties are broken by unit and capacity, as in the ranking.
    stored.sort(key=lambda found: (found.unit_id, found.capacity_id))
    numbers = {found.capacity_id: number for number, found in enumerate(stored, start=1)}
    for capacity_id in sorted({*one.selected, *(own for pair in one.pairs for own in pair)}):
        numbers.setdefault(capacity_id, len(numbers) + 1)
    return Case(
        inquiry=str(one.inquiry_id),
        region=str(one.region_id),
        weights=weights,
        candidates=tuple(
            Fits(numbers[found.capacity_id], {made.name: made.fit for made in found.criteria}) for found in stored
        ),
        pairs=tuple((numbers[preferred], numbers[other]) for preferred, other in one.pairs),
        selected=tuple(numbers[capacity_id] for capacity_id in one.selected),
    )


def nameless(cases: Iterable[Case]) -> list[Case]:
    """Number inquiries and regions instead of naming them, in an order that tells nothing of when."""
    inquiries: dict[str, str] = {}
    regions: dict[str, str] = {}
    mixed = sorted(cases, key=hash_of)
    return [
        msgspec.structs.replace(
            case,
            inquiry=inquiries.setdefault(case.inquiry, f"inquiry {len(inquiries) + 1}"),
            region=regions.setdefault(case.region, f"region {len(regions) + 1}"),
        )
        for case in mixed
    ]


def hash_of(case: Case) -> bytes:
    """Order cases by what was judged, not by when."""
    return msgspec.json.encode((case.pairs, case.selected, len(case.candidates)))


def write_file(path: Path, cases: Iterable[Case]) -> None:
    """Write one case a line."""
    path.write_bytes(b"".join(msgspec.json.encode(case) + b"\n" for case in cases))


def of_file(path: Path) -> list[Case]:
    """Read an exported file."""
    lines = path.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Case) for line in lines if line.strip()]


def made_up(seed: int = SEED) -> list[Case]:
    """Make judgements about made-up capacities and inquiries, by people whose taste is `TASTE` with some chance."""
    choose = random.Random(seed)  # noqa: S311 - made-up data, no secret.
    vocabulary = load_vocabulary()
    columns = CapacityColumns.build(generated(SYNTHETIC_CAPACITIES, vocabulary), vocabulary, REGION_RESOURCES)
    asked = questions(vocabulary)
    cases = []
    for number in range(1, SYNTHETIC_INQUIRIES + 1):
        varied = msgspec.structs.replace(
            choose.choice(asked),
            phase=choose.choice(PHASES[2:7]),
            participants_wanted=choose.randrange(6, 80),
            nurse_hours=float(choose.randrange(2, 25)),
            equipment=(),
            gmo=False,
            study_type="drug",
        )
        ranking = rank(varied, columns, on=ON, regions=None, limit=None)
        if len(ranking.candidates) > OFFERED:
            cases.append(_judged(number, ranking.candidates, choose))
    return cases


def _judged(number: int, candidates: tuple[Candidate, ...], choose: random.Random) -> Case:
    taste = {**DEFAULT_WEIGHTS, **TASTE}
    by_id = sorted(candidates, key=lambda one: (one.unit_id, one.capacity_id))
    numbers = {one.capacity_id: at for at, one in enumerate(by_id, start=1)}
    offered = candidates[:OFFERED]

    def liked(one: Candidate) -> float:
        total = sum(taste[made.name] for made in one.criteria)
        score = 100 * sum(taste[made.name] * made.fit for made in one.criteria) / total
        return score + choose.gauss(0, TASTE_NOISE)

    ordered = sorted(offered, key=liked, reverse=True)
    chosen, others = ordered[:CHOSEN], ordered[CHOSEN:]
    return Case(
        inquiry=f"made-up inquiry {number}",
        region="made-up region",
        synthetic=True,
        weights=dict(DEFAULT_WEIGHTS),
        candidates=tuple(
            Fits(numbers[one.capacity_id], {made.name: made.fit for made in one.criteria}) for one in by_id
        ),
        pairs=tuple((numbers[a.capacity_id], numbers[b.capacity_id]) for a in chosen for b in others),
        selected=tuple(numbers[one.capacity_id] for one in chosen),
    )
