"""One's own sessions over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get
from litestar.openapi.spec import Example
from litestar.params import PathParameter

from trialport.accounts import sessions_service
from trialport.accounts.guards import PERSON, Session
from trialport.accounts.sessions_models import SessionList
from trialport.core.edge import AppSettings, Tx
from trialport.core.fields import EXAMPLE_UUID

SessionId = Annotated[
    UUID, PathParameter(description="Identifier of the session.", examples=[Example(value=EXAMPLE_UUID)])
]


@get(
    "/me/sessions",
    opt=PERSON,
    summary="List your sessions, newest first",
    description="For people who signed in; a machine's token has no sessions.",
)
async def list_sessions(tx: Tx, settings: AppSettings, session: Session) -> SessionList:
    return SessionList(items=tuple(await sessions_service.read_sessions(tx, settings, session)))


@delete(
    "/me/sessions/{session_id:uuid}",
    opt=PERSON,
    summary="End one of your sessions",
    description="Whoever uses it is signed out at once. Send the header X-CSRF-Token, as for every change.",
)
async def end_session(tx: Tx, session: Session, session_id: SessionId) -> None:
    await sessions_service.end_session(tx, session, session_id)


router = Router(path="/", tags=["me"], route_handlers=[list_sessions, end_session])
