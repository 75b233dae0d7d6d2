"""The shortlist of an office: which units it means to ask, in its own order, each decision with a reason."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import Contradiction
from trialport.core.language import Language
from trialport.inquiries import service as inquiry_service
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.teamwork_service import region_at_work
from trialport.matching import shortlist_queries as queries
from trialport.matching import shortlist_rules as rules
from trialport.matching.explain_why import criterion_share
from trialport.matching.judgement_service import record_override
from trialport.matching.models import UnitReference
from trialport.matching.queries import select_latest_assessment
from trialport.matching.shortlist_models import EntryRow, Shortlist, ShortlistChange, ShortlistEntry, Standing
from trialport.matching.why import Share, shares_of
from trialport.matching.why_models import CriterionShare

_SHOWN_CRITERIA = 3


async def read_shortlist(tx: Transaction, actor: Actor, inquiry_id: UUID, language: Language) -> Shortlist:
    """Return what an office decided about units, beside what the newest assessment says of each."""
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "read_triage")
    return await _told(tx, actor, row, language)


async def change_shortlist(
    tx: Transaction, actor: Actor, inquiry_id: UUID, wish: ShortlistChange, language: Language
) -> Shortlist:
    """Add, drop or move units; what that says against the ranking is kept as a judgement too.

    A unit that the ranking does not know may be added. Raises Refused where the inquiry's state does not allow it,
    Contradiction for a decision that does not fit the shortlist.
    """
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "shortlist")
    region_id = region_at_work(actor, row)
    await queries.lock_shortlist(tx.connection, inquiry_id=inquiry_id, region_id=region_id)
    named = tuple(dict.fromkeys(wish.unit_ids))
    if foreign := await queries.select_foreign_units(tx.connection, unit_ids=named, region_id=region_id):
        raise Contradiction.at("unit_ids", f"{foreign[0]} is no unit of your region. GET /api/v1/units lists them.")
    order = await queries.select_listed_units(tx.connection, actor=actor, inquiry_id=inquiry_id, region_id=region_id)
    after = rules.changed_order(order, wish)
    assessment_id, standings = await _standings(tx, actor, inquiry_id, {*order, *named})
    await queries.upsert_entries(
        tx.connection,
        inquiry_id=inquiry_id,
        region_id=region_id,
        unit_ids=named,
        positions=[after.index(unit_id) + 1 if unit_id in after else None for unit_id in named],
        standings=[standings.get(unit_id) for unit_id in named],
        reason=wish.reason,
        assessment_id=assessment_id,
        actor_id=actor.actor_id,
        now=tx.now,
    )
    await queries.update_positions(tx.connection, inquiry_id=inquiry_id, region_id=region_id, order=after)
    for override in rules.overrides(order, after, wish, standings):
        await record_override(tx, actor, inquiry_id, override)
    await _record(tx, actor, inquiry_id, region_id, wish, order=order, after=after)
    return await _told(tx, actor, row, language)


async def listed_units(tx: Transaction, actor: Actor, row: InquiryRow, region_id: UUID) -> list[UUID]:
    """Return the units that are to be asked, in the office's order; raises Contradiction when there is none."""
    found = await queries.select_listed_units(
        tx.connection, actor=actor, inquiry_id=row.inquiry_id, region_id=region_id
    )
    if not found:
        raise Contradiction.at("unit_ids", "The shortlist is empty. Name the units to invite, or list some first.")
    return found


async def _standings(
    tx: Transaction, actor: Actor, inquiry_id: UUID, unit_ids: set[UUID]
) -> tuple[UUID | None, Mapping[UUID, Standing]]:
    """Return the newest assessment and how it sees units; nothing while the worker is at the first one."""
    assessment = await select_latest_assessment(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if assessment is None:
        return None, {}
    found = await queries.select_standings(
        tx.connection, actor=actor, assessment_id=assessment.assessment_id, unit_ids=sorted(unit_ids)
    )
    return assessment.assessment_id, found


async def _told(tx: Transaction, actor: Actor, row: InquiryRow, language: Language) -> Shortlist:
    entries = await queries.select_entries(tx.connection, actor=actor, inquiry_id=row.inquiry_id)
    _, standings = await _standings(tx, actor, row.inquiry_id, {one.unit_id for one in entries})
    return Shortlist(
        inquiry_id=row.inquiry_id,
        entries=tuple(_entry(one, standings.get(one.unit_id), language) for one in entries),
        available_actions=allowed_commands("inquiry", actor.role, row.state),
    )


def _entry(entry: EntryRow, standing: Standing | None, language: Language) -> ShortlistEntry:
    shares = () if standing is None or not standing.criteria else shares_of(standing.criteria)
    strongest = sorted((one for one in shares if one.points > 0), key=lambda one: -one.points)
    weakest = sorted((one for one in shares if one.most > one.points), key=lambda one: one.points - one.most)
    return ShortlistEntry(
        region_id=entry.region_id,
        unit=UnitReference(unit_id=entry.unit_id, name=entry.unit_name, kind=entry.unit_kind, site=entry.site_name),
        state=entry.state,
        position=entry.position,
        reason=entry.reason,
        changed_at=entry.changed_at,
        actor_id=entry.actor_id,
        assessment_id=entry.assessment_id,
        rank_then=entry.rank,
        score_then=entry.score,
        rank=None if standing is None else standing.rank,
        score=None if standing is None else standing.score,
        therapy_area=None if standing is None else standing.therapy_area,
        strongest=_first(strongest, language),
        weakest=_first(weakest, language),
    )


def _first(shares: Sequence[Share], language: Language) -> tuple[CriterionShare, ...]:
    return tuple(criterion_share(one, language) for one in shares[:_SHOWN_CRITERIA])


async def _record(
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    region_id: UUID,
    wish: ShortlistChange,
    *,
    order: Sequence[UUID],
    after: Sequence[UUID],
) -> None:
    await record_audit_event(
        tx,
        actor,
        action="shortlist.changed",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=region_id,
        details={"command": wish.command, "unit_ids": list(wish.unit_ids)},
        before={"order": list(order)},
        after={"order": list(after)},
    )
