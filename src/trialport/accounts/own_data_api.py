"""Everybody's own data over JSON."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import State

from trialport.accounts import own_data_service as service
from trialport.accounts.guards import EVERYONE, ONESELF, PERSON, Caller, roles
from trialport.accounts.models import Actor
from trialport.accounts.own_data_models import DataSubject, MeDetail, NameReadingPage, OwnDataExport
from trialport.accounts.sessions_models import SignedIn
from trialport.core.edge import Tx
from trialport.core.paging import Cursor, Limit, cut_page

# Who lost all roles is still stored here, and may still know it.
WHOEVER = {**roles(*EVERYONE), **PERSON}


@get("/me", opt=WHOEVER, summary="Read who you are here")
async def read_me(tx: Tx, request: Request[Actor | SignedIn, Any, State]) -> MeDetail:
    return await service.read_me(tx, _subject(request))


@get(
    "/me/export",
    opt={**WHOEVER, "records_reading": True},
    summary="Export everything stored about you",
    description="Account, roles, sessions, mails, you as an investigator, what you did, what was done to your data "
    "and who was shown your name (GDPR, articles 15 and 20). The export is noted in the audit trail.",
)
async def export_me(tx: Tx, request: Request[Actor | SignedIn, Any, State]) -> Response[OwnDataExport]:
    export = await service.export_own_data(tx, _subject(request))
    return Response(export, headers={"Content-Disposition": 'attachment; filename="trialport-own-data.json"'})


@get(
    "/me/name-readings",
    opt={**roles("investigator", "unit_head"), **ONESELF},
    summary="See who was shown your name, newest first",
    description="The same person's looks within a quarter of an hour count as one; your own do not.",
)
async def list_name_readings(tx: Tx, actor: Caller, cursor: Cursor = None, limit: Limit = 50) -> NameReadingPage:
    rows = await service.list_name_readings(tx, actor.investigator_id, before=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda reading: reading.audit_event_id)
    return NameReadingPage(items=items, next_cursor=following)


def _subject(request: Request[Actor | SignedIn, Any, State]) -> DataSubject:
    user: Actor | SignedIn = request.user
    signed_in: SignedIn | None = request.auth
    return DataSubject(
        person_id=user.person_id,
        token_id=user.token_id if isinstance(user, Actor) else None,
        name=user.name,
        role=user.role,
        region_id=user.region_id,
        investigator_id=user.investigator_id if signed_in is None else signed_in.own_investigator_id,
        acting_for_name=user.acting_for_name,
    )


router = Router(path="/", tags=["own data"], route_handlers=[read_me, export_me, list_name_readings])
