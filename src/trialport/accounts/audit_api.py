"""The audit trail over JSON and as CSV, for the office of a region and for admins."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.datastructures import State
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.response import Stream

from trialport.accounts import audit_csv
from trialport.accounts.audit_models import AuditFilter, AuditPage
from trialport.accounts.audit_service import list_audit_events
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.errors import Contradiction
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.core.streaming import stream_pages

_EVENTS_A_PAGE = 1000

OfObject = Annotated[
    UUID | None,
    QueryParameter(
        name="object", description="Only about this object (its identifier).", examples=[Example(value=EXAMPLE_UUID)]
    ),
]
OfType = Annotated[
    str | None,
    QueryParameter(
        name="object_type",
        description="Only about this kind of object.",
        pattern="^[a-z_]{1,60}$",
        examples=[Example(value="inquiry")],
    ),
]
OfAction = Annotated[
    str | None,
    QueryParameter(
        description="Only this action.", pattern="^[a-z_.]{1,80}$", examples=[Example(value="inquiry.submitted")]
    ),
]
OfActor = Annotated[
    UUID | None,
    QueryParameter(
        name="actor", description="Only by this person or machine token.", examples=[Example(value=EXAMPLE_UUID)]
    ),
]
# A number would pass as a time of its own (seconds since 1970), so the form is asked for.
_MOMENT = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?$"
Since = Annotated[
    str | None,
    QueryParameter(
        name="from",
        pattern=_MOMENT,
        description="Earliest time; UTC when it names no zone.",
        examples=[Example(value="2026-11-01T00:00:00Z")],
    ),
]
Until = Annotated[
    str | None,
    QueryParameter(
        name="to",
        pattern=_MOMENT,
        description="Time before which; UTC without a zone.",
        examples=[Example(value="2026-12-01T00:00:00Z")],
    ),
]


@get(
    "/audit",
    opt=may("audit_trail", "read"),
    summary="Search the audit trail, newest first",
    description="An office sees the events of its own region. Names are those of today: a person who was erased is "
    "called so, and her events stay.",
)
async def list_audit(
    tx: Tx,
    actor: Caller,
    object_id: OfObject = None,
    object_type: OfType = None,
    action: OfAction = None,
    actor_id: OfActor = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AuditPage:
    wanted = _filter(object_id, object_type, action, actor_id, since, until)
    rows = await list_audit_events(tx, actor, wanted, before=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda event: event.audit_event_id)
    return AuditPage(items=items, next_cursor=following)


@get(
    "/audit.csv",
    opt={**may("audit_trail", "export"), "records_reading": True},
    media_type="text/csv",
    summary="Export the audit trail as CSV, newest first",
    description="The same filters as the search, and no limit. Cells that a spreadsheet would compute begin with `'`. "
    "The export is itself an event of the trail.",
)
async def export_audit(
    request: Request[Any, Any, State],
    tx: Tx,
    actor: Caller,
    object_id: OfObject = None,
    object_type: OfType = None,
    action: OfAction = None,
    actor_id: OfActor = None,
    since: Since = None,
    until: Until = None,
) -> Stream:
    wanted = _filter(object_id, object_type, action, actor_id, since, until)
    await _record_export(tx, actor, wanted)

    async def read_page(page: Transaction, cursor: UUID | None) -> tuple[bytes, UUID | None]:
        events = await list_audit_events(page, actor, wanted, before=cursor, limit=_EVENTS_A_PAGE)
        head = audit_csv.header_line() if cursor is None else b""
        following = events[-1].audit_event_id if len(events) == _EVENTS_A_PAGE else None
        return head + audit_csv.event_lines(events), following

    return Stream(
        stream_pages(request, read_page),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


async def _record_export(tx: Transaction, actor: Actor, wanted: AuditFilter) -> None:
    asked = {name: str(value) for name in AuditFilter.__struct_fields__ if (value := getattr(wanted, name)) is not None}
    await record_audit_event(
        tx,
        actor,
        action="audit.exported",
        object_type="region" if actor.region_id else "system",
        object_id=actor.region_id or UUID(int=0),
        region_id=actor.region_id,
        details={"filter": asked},
    )


def _filter(
    object_id: UUID | None,
    object_type: str | None,
    action: str | None,
    actor_id: UUID | None,
    since: str | None,
    until: str | None,
) -> AuditFilter:
    return AuditFilter(
        object_id=object_id,
        object_type=object_type,
        action=action,
        actor_id=actor_id,
        since=_moment("from", since),
        until=_moment("to", until),
    )


def _moment(name: str, text: str | None) -> datetime | None:
    """Read a time, in UTC where it names no zone; raises Contradiction for a day that no calendar has."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Contradiction.at(name, "There is no such time. Give one like 2026-11-01T00:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


router = Router(path="/", tags=["audit"], route_handlers=[list_audit, export_audit])
