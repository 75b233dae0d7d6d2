"""What every part of an inquiry's workspace shows above it, and what became new while somebody was at it."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from trialport.accounts.audit_queries import select_person_names
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.queries import AskedRegion, InquiryRow, select_asked_regions
from trialport.inquiries.rules import join_content, working_days_left
from trialport.inquiries.service import read_inquiry
from trialport.invitations import workspace_queries as queries
from trialport.invitations.workspace_queries import TimelineEvent

MOST_NEWS = 50
# A change under way while a page is read carries a time from just before it.
_UNDER_WAY = timedelta(minutes=1)
# That somebody read is no change.
_READINGS = ("inquiry.confidential_read", "attachment.downloaded")
_OPEN = ("submitted", "in_triage", "needs_information", "inviting", "collating")


class Frame(Struct, frozen=True, kw_only=True):
    """An inquiry as its workspace begins: what it is, how long there is left, and what the viewer may do."""

    row: InquiryRow
    content: InquiryContent
    region: AskedRegion
    # Working days until the promised day, negative once it has passed; None when nothing is owed any more.
    days_left: int | None
    is_overdue: bool
    actions: tuple[str, ...]
    read_at: datetime

    @property
    def path(self) -> str:
        """Return the address of the workspace."""
        return f"/inquiries/{self.row.inquiry_id}"

    @property
    def title(self) -> str:
        """Return the working title, which is never confidential."""
        return self.content.identity.working_title


async def read_frame(tx: Transaction, actor: Actor, inquiry_id: UUID) -> Frame:
    """Read an inquiry in the actor's scope; raises NotFound otherwise."""
    row = await read_inquiry(tx, actor, inquiry_id)
    (region,) = await select_asked_regions(tx.connection, codes=(), region_id=row.region_id)
    zone = ZoneInfo(region.timezone)
    day = (row.paused_at or tx.now).astimezone(zone).date()
    left = None
    if row.state in _OPEN:
        left = working_days_left(row.promised_on, day, region.country, region.quiet_periods)
    return Frame(
        row=row,
        content=join_content(row.content, row.confidential),
        region=region,
        days_left=left,
        is_overdue=left is not None and day > row.promised_on,
        actions=allowed_commands("inquiry", actor.role, row.state),
        read_at=tx.now,
    )


async def read_news(
    tx: Transaction, actor: Actor, inquiry_id: UUID, since: datetime | None
) -> tuple[TimelineEvent, ...]:
    """Return what was changed, and by whom, since a page was read, newest first."""
    for start in (since, None if since is None else since - _UNDER_WAY):
        found = await queries.select_timeline(
            tx.connection, actor=actor, inquiry_id=inquiry_id, since=start, before=None, limit=MOST_NEWS
        )
        events = [event for event in found if event.action not in _READINGS]
        if events:
            return await with_names(tx, events)
    return ()


async def read_timeline(
    tx: Transaction, actor: Actor, inquiry_id: UUID, *, before: UUID | None, limit: int
) -> tuple[TimelineEvent, ...]:
    """Return everything that was done about an inquiry in the actor's scope, newest first."""
    events = await queries.select_timeline(
        tx.connection, actor=actor, inquiry_id=inquiry_id, since=None, before=before, limit=limit
    )
    return await with_names(tx, events)


async def with_names(tx: Transaction, events: list[TimelineEvent]) -> tuple[TimelineEvent, ...]:
    """Put today's names of people to events; who may see the event may see who did it."""
    ids = {event.actor_id for event in events if event.actor_id is not None}
    async with as_system(tx.connection):
        names = await select_person_names(tx.connection, person_ids=ids)
    return tuple(
        structs.replace(event, actor_name=event.actor_name or (names.get(event.actor_id, "") if event.actor_id else ""))
        for event in events
    )


async def require_seen(tx: Transaction, actor: Actor, inquiry_id: UUID, revision: int | None) -> None:
    """Raise Changed when the inquiry has moved on since the state that a form was made from."""
    row = await read_inquiry(tx, actor, inquiry_id)
    if revision is not None and row.revision != revision:
        raise Changed("Somebody changed this inquiry after you read it. Read it again.")
