"""How an office divides its work: who has an inquiry in hand, and what it notes for itself."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, NotFound
from trialport.inquiries import teamwork_queries as queries
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.teamwork_models import AssignmentDetail, CommentDetail
from trialport.inquiries.teamwork_queries import CommentRow


def region_at_work(actor: Actor, row: InquiryRow) -> UUID:
    """Return the region that the actor works for: an office's own; an admin's only where one is asked.

    Raises NotFound where the inquiry asks several and the actor has none of her own.
    """
    if actor.region_id in row.region_ids and actor.region_id is not None:
        return actor.region_id
    if actor.region_id is None and len(row.region_ids) == 1:
        return row.region_ids[0]
    raise NotFound("This inquiry asks several regions; the office of each works on its own.")


async def read_assignment(tx: Transaction, actor: Actor, row: InquiryRow) -> AssignmentDetail:
    """Return who has an inquiry in hand, and who of the region's office could."""
    region_id = region_at_work(actor, row)
    person_id = await queries.select_assignment(
        tx.connection, actor=actor, inquiry_id=row.inquiry_id, region_id=region_id
    )
    async with as_system(tx.connection):
        office = await queries.select_office_people(tx.connection, region_id=region_id)
    assigned = next((one for one in office if one.person_id == person_id), None)
    return AssignmentDetail(inquiry_id=row.inquiry_id, assigned_to=assigned, office=tuple(office))


async def assign_inquiry(tx: Transaction, actor: Actor, inquiry_id: UUID, person_id: UUID | None) -> AssignmentDetail:
    """Give an inquiry to a person of the region's office, or take it back.

    Raises Refused where the state does not allow it, Contradiction for who is not of that office.
    """
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "assign")
    region_id = region_at_work(actor, row)
    async with as_system(tx.connection):
        office = await queries.select_office_people(tx.connection, region_id=region_id)
    assigned = next((one for one in office if one.person_id == person_id), None)
    if person_id is not None and assigned is None:
        raise Contradiction.at("person_id", "Nobody of the region's office has this id. Choose one of its people.")
    before = await queries.select_assignment(tx.connection, actor=actor, inquiry_id=inquiry_id, region_id=region_id)
    if person_id is None:
        await queries.delete_assignment(tx.connection, inquiry_id=inquiry_id, region_id=region_id)
    else:
        await queries.upsert_assignment(
            tx.connection,
            inquiry_id=inquiry_id,
            region_id=region_id,
            person_id=person_id,
            actor_id=actor.actor_id,
            now=tx.now,
        )
    if before != person_id:
        await _record(tx, actor, "inquiry.assigned", inquiry_id, region_id, {"from": before, "to": person_id})
    return AssignmentDetail(inquiry_id=inquiry_id, assigned_to=assigned, office=tuple(office))


async def add_comment(tx: Transaction, actor: Actor, inquiry_id: UUID, body: str) -> CommentDetail:
    """Note something about an inquiry, for the office of the region alone; it stays as it is."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "comment")
    region_id = region_at_work(actor, row)
    made = await queries.insert_comment(
        tx.connection, inquiry_id=inquiry_id, region_id=region_id, body=body, actor_id=actor.actor_id, now=tx.now
    )
    # What it says stays out of the trail, which cannot be changed.
    details: dict[str, object] = {"inquiry_comment_id": made.inquiry_comment_id}
    await _record(tx, actor, "inquiry.commented", inquiry_id, region_id, details)
    return _told(made, actor.name)


async def list_comments(
    tx: Transaction, actor: Actor, inquiry_id: UUID, *, before: UUID | None, limit: int
) -> list[CommentDetail]:
    """Return what the office has noted, newest first."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "read_comments")
    rows = await queries.select_comments(tx.connection, actor=actor, inquiry_id=inquiry_id, before=before, limit=limit)
    async with as_system(tx.connection):
        names = await queries.select_names(
            tx.connection, actor_ids={one.actor_id for one in rows if one.actor_id is not None}
        )
    return [_told(one, None if one.actor_id is None else names.get(one.actor_id)) for one in rows]


def _told(row: CommentRow, author_name: str | None) -> CommentDetail:
    return CommentDetail(
        inquiry_comment_id=row.inquiry_comment_id,
        body=row.body,
        written_at=row.written_at,
        author_id=row.actor_id,
        author_name=author_name,
    )


async def _record(
    tx: Transaction, actor: Actor, action: str, inquiry_id: UUID, region_id: UUID, details: dict[str, object]
) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=region_id,
        details=details,
    )
