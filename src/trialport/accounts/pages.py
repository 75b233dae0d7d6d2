"""Pages about oneself: the privacy notice, the role one acts in, one's data and sessions."""

from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, QueryParameter

from trialport.accounts import sessions_service
from trialport.accounts.browser import HOME
from trialport.accounts.browser_names import browser_name
from trialport.accounts.csrf import read_form
from trialport.accounts.guards import PERSON, Session
from trialport.accounts.signin_pages import (
    FORM_BYTES,
    PageRequest,
    go_to,
    signed_in_response,
    signed_out_response,
)
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import BadInput, NotFound
from trialport.core.front_pages import NOTICE_VERSION, own_address
from trialport.core.language import LANGUAGE_COOKIE, Language
from trialport.core.pages import render_page

_YEAR_SECONDS = 365 * 24 * 3600
PERSON_FORM = {**PERSON, "form": True}
# The page that somebody looked for when this one came first.
ReturnTo = Annotated[str, QueryParameter(name="next", max_length=1000)]


@get("/me", opt={**PERSON, "records_reading": True})
async def show_me(request: PageRequest, tx: Tx, settings: AppSettings, session: Session) -> Response[Any]:
    """Show what is stored about oneself; with several roles and none chosen, the choice first."""
    grants = await sessions_service.read_roles(tx, session)
    if session.role is None and len(grants) > 1:
        return go_to("/me/role")
    values = {
        "me": session,
        "grants": grants,
        "principals": await sessions_service.read_principals(tx, session),
        "delegates": await sessions_service.read_delegates(tx, session),
        "sessions": await sessions_service.read_sessions(tx, settings, session),
    }
    return render_page(request, "accounts/me.html", values)


@get("/me/notice", opt={**PERSON, "before_notice": True})
async def show_notice(request: PageRequest, session: Session, return_to: ReturnTo = HOME) -> Response[str]:
    """Show the privacy notice before anything else, once for each version."""
    return render_page(request, "accounts/notice.html", {"me": session, "next": own_address(return_to)})


@post("/me/notice", opt={**PERSON_FORM, "before_notice": True}, status_code=303)
async def note_notice(request: PageRequest, tx: Tx, session: Session) -> Response[None]:
    await sessions_service.note_notice_seen(tx, session, NOTICE_VERSION)
    return go_to(own_address((await read_form(request)).get("next", HOME)))


@get("/me/role", opt=PERSON)
async def show_roles(request: PageRequest, tx: Tx, session: Session, return_to: ReturnTo = HOME) -> Response[str]:
    grants = await sessions_service.read_roles(tx, session)
    principals = await sessions_service.read_principals(tx, session)
    values = {"me": session, "grants": grants, "principals": principals, "next": own_address(return_to)}
    return render_page(request, "accounts/role.html", values)


@post("/me/role", opt=PERSON_FORM, status_code=303)
async def choose_role(request: PageRequest, tx: Tx, settings: AppSettings, session: Session) -> Response[None]:
    """Act in another role, or for an investigator who named one as her delegate, in a new session."""
    form = await read_form(request)
    chosen = _identifier(form.get("role_grant_id", ""))
    principal = _identifier(form["acting_for_id"]) if "acting_for_id" in form else None
    rotated = await sessions_service.choose_role(tx, session, chosen, principal)
    return signed_in_response(rotated, settings, form.get("next", HOME))


@get("/me/sessions", opt=PERSON)
async def show_sessions(request: PageRequest, tx: Tx, settings: AppSettings, session: Session) -> Response[str]:
    sessions = await sessions_service.read_sessions(tx, settings, session)
    return render_page(request, "accounts/sessions.html", {"sessions": sessions, "browser_name": browser_name})


@post("/me/sessions/{session_id:uuid}/end", opt=PERSON_FORM, status_code=303)
async def end_session(tx: Tx, session: Session, session_id: FromPath[UUID]) -> Response[None]:
    """End one of one's own sessions, perhaps this one."""
    await sessions_service.end_session(tx, session, session_id)
    return signed_out_response() if session_id == session.session_id else go_to("/me/sessions")


@post("/me/sessions/end-all", opt=PERSON_FORM, status_code=303)
async def end_all_sessions(tx: Tx, session: Session) -> Response[None]:
    """Sign out everywhere."""
    await sessions_service.end_all_sessions(tx, session)
    return signed_out_response()


@post("/me/language", opt={**PERSON_FORM, "before_notice": True}, status_code=303)
async def choose_language(request: PageRequest, tx: Tx, session: Session) -> Response[None]:
    """Set the language of pages and of mails."""
    form = await read_form(request)
    language = form.get("language", "")
    if language not in get_args(Language):
        raise BadInput.at("language", f"Send one of: {', '.join(get_args(Language))}.")
    await sessions_service.set_language(tx, session, language)
    answer = go_to(own_address(form.get("return_to", "/me")))
    answer.set_cookie(
        Cookie(key=LANGUAGE_COOKIE, value=language, max_age=_YEAR_SECONDS, secure=True, httponly=True, samesite="lax")
    )
    return answer


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("You hold no such role.") from None


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[
        show_me,
        show_notice,
        note_notice,
        show_roles,
        choose_role,
        show_sessions,
        end_session,
        end_all_sessions,
        choose_language,
    ],
)
