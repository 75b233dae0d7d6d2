"""An office's queue: the open inquiries in the order of what needs doing."""

from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Transaction, as_system
from trialport.core.errors import BadInput
from trialport.inquiries import queue_queries as queries
from trialport.inquiries import queue_rules as rules
from trialport.inquiries.completeness import count_missing
from trialport.inquiries.models import InquiryState
from trialport.inquiries.queue_models import QueueItem, QueuePage, QueuePriority, WaitingFor
from trialport.inquiries.queue_queries import QueueContent
from trialport.inquiries.queue_rules import Placed
from trialport.inquiries.region_queries import select_priorities
from trialport.inquiries.rules import join_content
from trialport.inquiries.teamwork_models import OfficePerson
from trialport.inquiries.teamwork_queries import select_names
from trialport.vocabulary.codes import TherapyArea

# Nobody's, so that "assigned to me" of a machine, which is no person, finds nothing.
_NOBODY = UUID(int=0)


class QueueFilter(Struct, frozen=True, kw_only=True):
    """Which part of the queue is wanted; what is left open lets everything in."""

    state: InquiryState | None = None
    waiting_for: WaitingFor | None = None
    therapy_area: TherapyArea | None = None
    overdue: bool | None = None
    is_mine: bool = False

    def lets_in(self, placed: Placed) -> bool:
        """Tell whether an inquiry is wanted, as far as its row alone does not tell."""
        return self.waiting_for in (None, placed.waiting_for) and self.overdue in (None, placed.is_overdue)


class QueueCounts(Struct, frozen=True, kw_only=True):
    """What an office begins its day with."""

    open: int
    overdue: int
    office: int


async def read_queue(
    tx: Transaction, actor: Actor, wanted: QueueFilter, *, cursor: str | None, limit: int
) -> QueuePage:
    """Return a page of the queue; raises BadInput for a cursor that is none.

    The order rests on a calendar that the database does not know, so every open inquiry of the region is placed (a few
    hundred at most), and only those of the page are read further.
    """
    after = _read_cursor(cursor)
    placed = await _place_open(tx, actor, wanted)
    chosen = sorted(
        (one for one in placed if wanted.lets_in(one) and (after is None or one.key > after)), key=lambda one: one.key
    )
    page = chosen[:limit]
    contents = await queries.select_queue_contents(
        tx.connection, actor=actor, inquiry_ids=[one.row.inquiry_id for one in page]
    )
    assigned = {one.row.assigned_to for one in page if one.row.assigned_to is not None}
    async with as_system(tx.connection):
        names = await select_names(tx.connection, actor_ids=assigned)
    return QueuePage(
        items=tuple(_item(one, contents[one.row.inquiry_id], names) for one in page if one.row.inquiry_id in contents),
        next_cursor=rules.written_key(page[-1].key) if len(chosen) > limit else None,
    )


async def count_queue(tx: Transaction, actor: Actor) -> QueueCounts:
    """Count the open inquiries of the queue, the overdue ones, and those that wait for the office."""
    placed = await _place_open(tx, actor, QueueFilter())
    return QueueCounts(
        open=len(placed),
        overdue=sum(one.is_overdue for one in placed),
        office=sum(one.waiting_for == "office" for one in placed),
    )


async def _place_open(tx: Transaction, actor: Actor, wanted: QueueFilter) -> list[Placed]:
    """Place every open inquiry that the row alone does not keep out."""
    rows = await queries.select_queue(
        tx.connection,
        actor=actor,
        state=wanted.state,
        therapy_area=wanted.therapy_area,
        person_id=(actor.person_id or _NOBODY) if wanted.is_mine else None,
    )
    set_by = {actor.region_id or row.region_id for row in rows}
    stored = await select_priorities(tx.connection, region_ids=set_by)
    priorities = {one.region_id: one.priorities for one in stored}
    return [rules.place(row, priorities.get(actor.region_id or row.region_id, ()), tx.now) for row in rows]


def _read_cursor(cursor: str | None) -> rules.OrderKey | None:
    try:
        return None if cursor is None else rules.read_key(cursor)
    except ValueError as error:
        raise BadInput.at("cursor", "Send `next_cursor` of the page before, or leave it out.") from error


def _item(placed: Placed, content: QueueContent, names: dict[UUID, str]) -> QueueItem:
    row, priority = placed.row, placed.priority
    missing = count_missing(join_content(content.content, content.confidential), content.confidentiality_mode)
    return QueueItem(
        inquiry_id=row.inquiry_id,
        reference=content.reference,
        working_title=content.working_title,
        state=row.state,
        promised_on=row.promised_on,
        working_days_left=placed.days_left,
        overdue=placed.is_overdue,
        order_key=placed.key[1],
        age_days=placed.age_days,
        waiting_for=placed.waiting_for,
        is_paused=row.paused_at is not None,
        assigned_to=None
        if row.assigned_to is None
        else OfficePerson(person_id=row.assigned_to, name=names.get(row.assigned_to, "")),
        therapy_areas=row.therapy_areas,
        priority=None
        if priority is None
        else QueuePriority(therapy_area=priority.therapy_area, weight=priority.weight, reason=priority.reason),
        asked=row.asked,
        answered=row.answered,
        missing_fields=missing["needed"],
    )
