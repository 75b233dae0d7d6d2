"""Recording what people decided about a ranking, so that the ranking can be measured against it."""

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import Contradiction
from trialport.inquiries import service as inquiry_service
from trialport.matching import judgement_queries as queries
from trialport.matching import judgement_rules as rules
from trialport.matching import service
from trialport.matching.judgement_models import (
    CapacityReference,
    Judged,
    JudgementDetail,
    NewJudgement,
    OverrideCreate,
    SelectionCreate,
)
from trialport.matching.queries import StoredAssessment


async def record_override(
    tx: Transaction, actor: Actor, inquiry_id: UUID, wish: OverrideCreate
) -> tuple[JudgementDetail, ...]:
    """Store that an office added, dropped or moved a unit against the newest assessment.

    Raises Refused where the inquiry's state does not allow it, Contradiction for what does not fit the assessment.
    """
    assessment, known = await _assessed(tx, actor, inquiry_id, "override")
    judged = _known(known, wish.capacity, "capacity")
    above = None if wish.above is None else _known(known, wish.above, "above")
    return await _store(tx, actor, assessment, [_override(wish, judged, above, known)], wish.reason)


def _override(wish: OverrideCreate, judged: Judged, above: Judged | None, known: Sequence[Judged]) -> NewJudgement:
    ranked = [one for one in known if one.region_id == judged.region_id]
    if (above is not None) != (wish.kind == "moved"):
        raise Contradiction.at("above", "Name the candidate it is put above with `moved`, and only then.")
    if wish.kind == "added":
        if judged.rank is not None and judged.rank <= rules.SHORTLIST:
            raise Contradiction.at("capacity", f"It is among the first {rules.SHORTLIST} already.")
        return NewJudgement(judged=judged, kind="override_added", pairs=rules.pairs_of_added(judged, ranked))
    if judged.rank is None:
        raise Contradiction.at("capacity", "It was left out by a rule. It can be added, not moved or dropped.")
    if above is None:
        return NewJudgement(judged=judged, kind="override_dropped", pairs=rules.pairs_of_dropped(judged, ranked))
    if above.region_id != judged.region_id or above.rank is None or above.rank >= judged.rank:
        raise Contradiction.at("above", "Name a candidate of the same region that stands ahead of it.")
    return NewJudgement(
        judged=judged, kind="override_moved", above=above, pairs=rules.pairs_of_moved(judged, above, ranked)
    )


async def record_selection(
    tx: Transaction, actor: Actor, inquiry_id: UUID, wish: SelectionCreate
) -> tuple[JudgementDetail, ...]:
    """Store which units a sponsor chose of those offered in one region; a later selection replaces an earlier one.

    Raises Refused where the inquiry's state does not allow it, Contradiction for what does not fit the assessment.
    """
    assessment, known = await _assessed(tx, actor, inquiry_id, "record_selection")
    selected = [_known(known, one, f"selected[{at}]") for at, one in enumerate(wish.selected)]
    others = [_known(known, one, f"not_selected[{at}]") for at, one in enumerate(wish.not_selected)]
    if next(rules.doubled([*selected, *others]), None) is not None:
        raise Contradiction.at("selected", "Name each capacity once.")
    if len({one.region_id for one in (*selected, *others)}) > 1:
        raise Contradiction.at("selected", "Record each region's selection by itself.")
    judgements = [
        NewJudgement(judged=one, kind="selected", pairs=rules.pairs_of_selected(one, others)) for one in selected
    ]
    judgements += [NewJudgement(judged=one, kind="not_selected") for one in others]
    return await _store(tx, actor, assessment, judgements, wish.reason)


async def list_judgements(
    tx: Transaction, actor: Actor, inquiry_id: UUID, *, after: UUID | None, limit: int
) -> list[JudgementDetail]:
    """Return what was decided about an inquiry's units in the actor's scope; raises NotFound out of scope."""
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "read_candidates")
    return await queries.select_judgements(
        tx.connection, actor=actor, inquiry_id=inquiry_id, decision_id=None, after=after, limit=limit
    )


async def _assessed(
    tx: Transaction, actor: Actor, inquiry_id: UUID, command: str
) -> tuple[StoredAssessment, list[Judged]]:
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, command)
    assessment = await service.latest_assessment(tx, actor, inquiry_id)
    known = await queries.select_judged(tx.connection, actor=actor, assessment_id=assessment.assessment_id)
    return assessment, known


def _known(known: Iterable[Judged], wanted: CapacityReference, path: str) -> Judged:
    for one in known:
        if (one.unit_id, one.therapy_area) == (wanted.unit_id, wanted.therapy_area):
            return one
    raise Contradiction.at(path, "The newest assessment has no such capacity in your region. Read the candidates.")


async def _store(
    tx: Transaction, actor: Actor, assessment: StoredAssessment, judgements: Sequence[NewJudgement], reason: str
) -> tuple[JudgementDetail, ...]:
    decision_id = uuid4()
    await queries.insert_judgements(
        tx.connection,
        decision_id=decision_id,
        inquiry_id=assessment.inquiry_id,
        version=assessment.version,
        assessment_id=assessment.assessment_id,
        judgements=judgements,
        reason=reason,
        actor=actor,
        now=tx.now,
    )
    await record_audit_event(
        tx,
        actor,
        action="judgement.recorded",
        object_type="inquiry",
        object_id=assessment.inquiry_id,
        region_id=judgements[0].judged.region_id,
        details={
            "decision_id": decision_id,
            "run": assessment.run,
            "judged": [{"kind": one.kind, "capacity_id": one.judged.capacity_id} for one in judgements],
        },
    )
    stored = await queries.select_judgements(
        tx.connection,
        actor=actor,
        inquiry_id=assessment.inquiry_id,
        decision_id=decision_id,
        after=None,
        limit=len(judgements),
    )
    return tuple(stored)
