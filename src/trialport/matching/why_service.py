"""Explaining a unit's place: in a stored assessment, or in a ranking made for it."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.core.errors import NotFound
from trialport.inquiries import service as inquiry_service
from trialport.matching import queries, service, weights_service
from trialport.matching.assessment_models import MatchCreate
from trialport.matching.models import CriterionName, Exclusion, Standing
from trialport.matching.queries import StoredAssessment
from trialport.matching.question import from_content
from trialport.matching.register import Register
from trialport.matching.why import CandidateWhy, ExclusionWhy, one_before, why_among, why_unit
from trialport.vocabulary.reading import Reader


async def explain_candidate(
    tx: Transaction, actor: Actor, inquiry_id: UUID, unit_id: UUID
) -> tuple[tuple[CandidateWhy, ...], tuple[Exclusion, ...]]:
    """Explain a unit in the newest assessment from what is stored: its candidates, and what was left out of it.

    Raises NotFound when the inquiry or the unit is out of the actor's scope.
    """
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "read_candidates")
    stored = await service.latest_assessment(tx, actor, inquiry_id)
    standings = await queries.select_standings(tx.connection, actor=actor, assessment_id=stored.assessment_id)
    explained = await _explained(tx, actor, stored, [one for one in standings if one.unit_id == unit_id], standings)
    excluded = tuple(
        await queries.select_exclusions(tx.connection, actor=actor, assessment_id=stored.assessment_id, unit_id=unit_id)
    )
    if not explained and not excluded:
        raise NotFound("The newest assessment has no such unit of yours.")
    return explained, excluded


async def _explained(
    tx: Transaction,
    actor: Actor,
    stored: StoredAssessment,
    own: Sequence[Standing],
    standings: Sequence[Standing],
) -> tuple[CandidateWhy, ...]:
    """Explain a unit's candidates; of the others only score and unit are read, and all of the one ahead."""
    if not own:
        return ()

    # The criteria compared are those of the inquiry, so what is weighed alike is what the region's weights say.
    def weights(one: Standing) -> dict[CriterionName, float] | None:
        used = stored.region_weights.get(one.region_id)
        return None if used is None else used.weights

    alike = {one.capacity_id: [other for other in standings if weights(other) == weights(one)] for one in own}
    before = {one.capacity_id: one_before(one, alike[one.capacity_id]) for one in own}
    found = await queries.select_candidates(
        tx.connection,
        actor=actor,
        assessment_id=stored.assessment_id,
        after_rank=0,
        limit=2 * len(own),
        capacity_ids=[*before, *(one.capacity_id for one in before.values() if one is not None)],
    )
    whole = {one.capacity_id: one for one in found}
    return tuple(
        why_among(one, alike[one.capacity_id], None if ahead is None else whole[ahead.capacity_id])
        for one in found
        if one.capacity_id in before
        for ahead in (before[one.capacity_id],)
    )


async def explain_match(
    tx: Transaction,
    register: Register,
    reader: Reader,
    data: MatchCreate,
    region_ids: Collection[UUID],
    unit_id: UUID,
) -> tuple[tuple[CandidateWhy, ...], tuple[ExclusionWhy, ...]]:
    """Read and rank without storing anything, and explain one unit."""
    reading, _ = await service.match_preview(tx, register, reader, data, region_ids, 0)
    view = await register.view(tx, region_ids)
    weighing = await weights_service.weighing_of(tx.connection, region_ids)
    question = from_content(data.as_content(tx.today), reading)
    return await asyncio.to_thread(
        why_unit, question, view.columns, unit_id, on=tx.today, regions=region_ids, weighing=weighing
    )
