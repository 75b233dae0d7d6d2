"""Assessing an inquiry, and ranking without storing."""

import asyncio
import hashlib
from collections.abc import Collection
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Contradiction, Problem
from trialport.core.jobs.lease import ask_for_job, finish_job
from trialport.core.jobs.models import ClaimedJob
from trialport.inquiries import queries as inquiry_queries
from trialport.inquiries import rules as inquiry_rules
from trialport.inquiries import service as inquiry_service
from trialport.inquiries.content import InquiryContent
from trialport.matching import queries, weights_service
from trialport.matching.assessment_models import MatchCreate
from trialport.matching.columns import CapacityColumns
from trialport.matching.condition_reading import read_condition
from trialport.matching.queries import StoredAssessment
from trialport.matching.question import MatchQuestion, from_content
from trialport.matching.ranking import Ranking, rank
from trialport.matching.register import Register
from trialport.matching.weighing import DEFAULT_WEIGHTS, Weighing
from trialport.matching.weights import ALGORITHM_VERSION
from trialport.notifications.service import open_office_task, settle_office_tasks
from trialport.terms import queries as term_queries
from trialport.terms.book import NO_TERMS, RegionTerms
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader


class Snapshot(Struct, frozen=True, kw_only=True):
    """All that an assessment depends on, read in one transaction."""

    inquiry_id: UUID
    version: int
    region_ids: tuple[UUID, ...]
    content: InquiryContent
    fingerprint: str
    columns: CapacityColumns
    weighing: Weighing
    on: date
    local: RegionTerms = NO_TERMS


class Assessed(Struct, frozen=True, kw_only=True):
    """A ranking with what it was made from, ready to be stored."""

    snapshot: Snapshot
    reading: Reading
    input_hash: bytes
    vocabulary_version: str
    ranking: Ranking


class NotAssessedYet(Problem):
    status, slug, title = 404, "not-assessed-yet", "Not assessed yet"


async def take_snapshot(tx: Transaction, register: Register, inquiry_id: UUID, version: int) -> Snapshot | None:
    """Read one version of an inquiry and the register of the regions it asks; None when it does not exist."""
    found = await inquiry_queries.select_version(tx.connection, inquiry_id=inquiry_id, version=version)
    if found is None:
        return None
    shown, hidden, region_ids = found
    view = await register.view(tx, region_ids)
    return Snapshot(
        inquiry_id=inquiry_id,
        version=version,
        region_ids=tuple(region_ids),
        content=inquiry_rules.join_content(shown, hidden),
        fingerprint=view.fingerprint,
        columns=view.columns,
        weighing=await weights_service.weighing_of(tx.connection, region_ids),
        on=tx.today,
        local=view.local,
    )


def assess(snapshot: Snapshot, reader: Reader) -> Assessed:
    """Read the indication and compare it with every capacity; pure, meant for a thread."""
    local = snapshot.local.terms
    vocabulary_version = reader.version_with(local)
    reading = read_condition(reader, snapshot.content.condition, local)
    question = from_content(snapshot.content, reading)
    ranking = rank(
        question,
        snapshot.columns,
        on=snapshot.on,
        regions=snapshot.region_ids,
        limit=None,
        weighing=snapshot.weighing,
    )
    return Assessed(
        snapshot=snapshot,
        reading=reading,
        input_hash=_hash(question, snapshot, vocabulary_version),
        vocabulary_version=vocabulary_version,
        ranking=ranking,
    )


def _hash(question: MatchQuestion, snapshot: Snapshot, vocabulary_version: str) -> bytes:
    """Hash what the result depends on: the same hash means the same ranking."""
    used = snapshot.weighing.used_in(snapshot.region_ids)
    parts = [question, snapshot.fingerprint, snapshot.on, ALGORITHM_VERSION, vocabulary_version, used]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).digest()


async def record_assessment(
    tx: Transaction, settings: Settings, assessed: Assessed, job: ClaimedJob | None = None
) -> UUID:
    """Store an assessment with all its candidates and finish its job.

    A register or weights that changed meanwhile are looked at again soon. Raises LeaseLostError when the job is
    another's now.
    """
    snapshot = assessed.snapshot
    # The region before the job row, here and in `refresh_assessments`: the other way round they deadlock.
    await queries.lock_assessments_shared(tx.connection, region_ids=snapshot.region_ids)
    if job is not None:
        await finish_job(tx, job)
    assessment_id = await queries.insert_assessment(
        tx.connection,
        inquiry_id=snapshot.inquiry_id,
        version=snapshot.version,
        algorithm_version=ALGORITHM_VERSION,
        vocabulary_version=assessed.vocabulary_version,
        input_hash=assessed.input_hash,
        weights=dict(DEFAULT_WEIGHTS),
        region_weights=snapshot.weighing.used_in(snapshot.region_ids),
        reading=assessed.reading,
        now=tx.now,
    )
    await queries.insert_candidates(tx.connection, assessment_id=assessment_id, candidates=assessed.ranking.candidates)
    await queries.insert_exclusions(tx.connection, assessment_id=assessment_id, exclusions=assessed.ranking.excluded)
    await settle_office_tasks(tx, kind="dead_job", object_id=snapshot.inquiry_id)
    now_there = await queries.select_register_fingerprint(tx.connection, region_ids=snapshot.region_ids)
    weighing = await weights_service.weighing_of(tx.connection, snapshot.region_ids)
    if now_there != snapshot.fingerprint or weighing != snapshot.weighing:
        for region_id in snapshot.region_ids:
            await ask_for_job(tx, settings, kind="refresh_assessments", subject_id=region_id)
    stamp = await term_queries.select_terms_stamp(tx.connection, region_ids=snapshot.region_ids)
    if (_without_capacities(now_there), stamp) != (_without_capacities(snapshot.fingerprint), snapshot.local.stamp):
        # Units are compared by time, and this one would count as later than what it did not see.
        await inquiry_service.ask_for_assessment(
            tx, settings, snapshot.inquiry_id, snapshot.version, delay_seconds=settings.debounce_seconds
        )
    return assessment_id


def _without_capacities(fingerprint: str) -> str:
    return fingerprint.partition("|")[2]


async def refresh_assessments(
    tx: Transaction, settings: Settings, region_id: UUID, job: ClaimedJob | None = None
) -> int:
    """Mark the assessments that a change in the region may alter, and ask for new ones; returns how many.

    New ones start after `debounce_seconds`, so that a burst of changes leads to one.
    """
    await queries.lock_assessments(tx.connection, region_id=region_id)
    if job is not None:
        await finish_job(tx, job)
    outdated = await queries.update_assessments_outdated(tx.connection, region_id=region_id, now=tx.now)
    for inquiry_id, version in outdated:
        await inquiry_service.ask_for_assessment(
            tx, settings, inquiry_id, version, delay_seconds=settings.debounce_seconds
        )
    return len(outdated)


async def request_reassessment(tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID) -> None:
    """Ask for a new assessment of an inquiry's newest version, also after a job was given up."""
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "reassess")
    await inquiry_service.ask_for_assessment(tx, settings, inquiry_id, row.version)
    await record_audit_event(
        tx,
        actor,
        action="assessment.requested",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
        details={"version": row.version},
    )


async def latest_assessment(tx: Transaction, actor: Actor, inquiry_id: UUID) -> StoredAssessment:
    """Return the newest assessment; raises NotFound out of scope, NotAssessedYet while the worker is at it."""
    stored = await queries.select_latest_assessment(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if stored is None:
        await inquiry_service.read_inquiry(tx, actor, inquiry_id)
        raise NotAssessedYet(
            "The assessment of this version is under way. Ask again in a moment.",
            headers={"Retry-After": "1"},
        )
    return stored


async def regions_to_match(tx: Transaction, actor: Actor, wanted: tuple[str, ...]) -> list[UUID]:
    """Return the regions a preview looks at: those wanted, within what the caller may ask."""
    found = await inquiry_queries.select_asked_regions(
        tx.connection, codes=wanted, region_id=None if wanted else actor.region_id
    )
    if actor.role in ("office", "service"):
        found = [region for region in found if region.region_id == actor.region_id]
    if not found or len(found) < len(set(wanted)):
        raise Contradiction.at("placement.regions_wanted", "Name regions that exist and that you may ask.")
    return [region.region_id for region in found]


# A unit counts as fitting from this score on (0 to 100): below it, more speaks against it than for it.
_FITTING_SCORE = 50.0


def count_fitting_units(ranking: Ranking) -> int:
    """Count the units, among the candidates explained, that may fit."""
    return len({one.unit_id for one in ranking.candidates if one.score >= _FITTING_SCORE})


async def match_preview(
    tx: Transaction,
    register: Register,
    reader: Reader,
    data: MatchCreate,
    region_ids: Collection[UUID],
    limit: int,
) -> tuple[Reading, Ranking]:
    """Read and rank without storing anything."""
    view = await register.view(tx, region_ids)
    weighing = await weights_service.weighing_of(tx.connection, region_ids)
    content = data.as_content(tx.today)

    def work() -> tuple[Reading, Ranking]:
        reading = read_condition(reader, content.condition, view.local.terms)
        question = from_content(content, reading)
        ranking = rank(question, view.columns, on=tx.today, regions=region_ids, limit=limit, weighing=weighing)
        return reading, ranking

    return await asyncio.to_thread(work)


async def report_dead_assessment(tx: Transaction, inquiry_id: UUID) -> None:
    """Open a task for each office asked when an inquiry's assessment was given up."""
    for region_id in await inquiry_queries.select_region_ids(tx.connection, inquiry_id=inquiry_id):
        await open_office_task(
            tx,
            region_id=region_id,
            kind="dead_job",
            object_type="inquiry",
            object_id=inquiry_id,
            message="The assessment of this inquiry failed repeatedly. Ask for a new assessment; "
            "if it fails again, tell the system's administrator.",
        )
