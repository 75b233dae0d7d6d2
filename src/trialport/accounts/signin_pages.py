"""Pages to sign in and out: a link by mail, confirmed in the browser that asked for it."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import ValidationError, convert

from trialport.accounts import sessions_service, signin_service
from trialport.accounts.browser import (
    HOME,
    SESSION_COOKIE,
    SIGN_IN,
    browser_hash,
    no_session_cookie,
    session_cookie,
)
from trialport.accounts.csrf import HARMLESS, read_form
from trialport.accounts.guards import PERSON, Session
from trialport.accounts.sessions_models import StartedSession
from trialport.core import http
from trialport.core.config import Settings
from trialport.core.edge import AppSettings, Tx
from trialport.core.error_pages import wants_page
from trialport.core.errors import Gone, NotAllowed
from trialport.core.fields import Email
from trialport.core.front_pages import own_address
from trialport.core.limits import Limit, Limits
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate

AppLimits = NamedDependency[SkipValidation[Limits]]
PageRequest = Request[Any, Any, State]

OPEN = {"open": True}
OPEN_FORM = {"open": True, "form": True}
# A form of ours holds a few short fields (bytes).
FORM_BYTES = 20_000

PER_ADDRESS = Limit("sign-in-address", 5, 900)
PER_PEER = Limit("sign-in-peer", 20, 900)
CONFIRMING = Limit("sign-in-confirm", 30, 900)
_WRONG_ADDRESS = to_translate("Write the address like anna.exempel@example.org.")


@get("/sign-in", opt=OPEN)
async def show_sign_in(request: PageRequest, settings: AppSettings) -> Response[str]:
    """Ask for the address, or offer the organisation's own sign-in."""
    return _sign_in_page(request, settings, return_to=request.query_params.get("next", HOME))


@post("/sign-in", opt=OPEN_FORM, status_code=303)
async def ask_for_link(request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits) -> Response[Any]:
    """Take the address and say the same whether or not somebody has it."""
    form = await read_form(request)
    email, return_to = form.get("email", ""), own_address(form.get("next", HOME))
    await limits.count(PER_PEER, limits.peer(request.scope))
    try:
        convert(email, Email)
    except ValidationError:
        return _sign_in_page(request, settings, return_to=return_to, email=email, is_wrong=True)
    await limits.count(PER_ADDRESS, email.lower())
    await signin_service.ask_for_link(
        tx,
        settings,
        email=email,
        language=page_language(request),
        browser_hash=browser_hash(request),
        return_to=return_to,
    )
    return go_to("/sign-in/sent")


@get("/sign-in/sent", opt=OPEN)
async def show_sent(request: PageRequest) -> Response[str]:
    return render_page(request, "accounts/link_sent.html", {"minutes": signin_service.LINK_MINUTES})


@get("/sign-in/link/{secret:str}", opt=OPEN)
async def show_link(request: PageRequest, tx: Tx, secret: FromPath[str]) -> Response[Any]:
    """Show a button only: whoever checks mails for harm opens each link, and must not spend it."""
    state = await signin_service.read_link(tx, secret, browser_hash(request))
    if state == "over" and request.auth is not None:
        return go_to(HOME)
    if state == "over":
        raise Gone("The link was used, or it is older than a quarter of an hour. Ask for a new one.")
    if state == "elsewhere":
        return render_page(request, "accounts/link_elsewhere.html", status_code=403)
    return render_page(request, "accounts/link_confirm.html", {"secret": secret})


@post("/sign-in/link/{secret:str}", opt=OPEN_FORM, status_code=303)
async def spend_link(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, secret: FromPath[str]
) -> Response[Any]:
    """Sign in, once."""
    await limits.count(CONFIRMING, limits.peer(request.scope))
    result = await signin_service.spend_link(
        tx,
        settings,
        secret=secret,
        browser_hash=browser_hash(request),
        user_agent=request.headers.get("user-agent", ""),
        brought=request.cookies.get(SESSION_COOKIE),
    )
    if result is None and request.auth is not None:
        # Pressed twice: the first time signed her in.
        return go_to(HOME)
    if result is None:
        # Answered, not raised, so that the line in the trail is kept.
        return http.answer_problem(request, Gone("The link was used, has lapsed, or was asked for elsewhere."))
    return signed_in_response(result.session, settings, result.return_to)


@post("/sign-out", opt={**PERSON, **HARMLESS, "form": True, "before_notice": True}, status_code=303)
async def sign_out(tx: Tx, session: Session) -> Response[None]:
    await sessions_service.end_session(tx, session, session.session_id)
    return signed_out_response()


def signed_in_response(session: StartedSession, settings: Settings, return_to: str) -> Response[None]:
    """Hand the browser its session and send it on; what comes before, as the choice of a role, is shown first."""
    answer = go_to(own_address(return_to))
    answer.set_cookie(session_cookie(session, settings.session_days * 86_400))
    return answer


def signed_out_response() -> Response[None]:
    """Take the session from the browser, with what it may have kept of our pages."""
    answer = go_to("/")
    answer.set_cookie(no_session_cookie())
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def failed_page(request: PageRequest, reason: str, detail: str) -> Response[Any]:
    """Say why signing in did not work, as a page that leads back, or as a problem for programs."""
    problem = NotAllowed(detail)
    if not wants_page(request):
        return http.answer_problem(request, problem)
    return render_page(request, "accounts/sign_in_failed.html", {"reason": reason}, status_code=problem.status)


def go_to(path: str) -> Response[None]:
    """Answer a form by another page, so that loading that again repeats nothing."""
    return Response(None, status_code=303, headers={"Location": path})


def _sign_in_page(
    request: PageRequest, settings: Settings, *, return_to: str, email: str = "", is_wrong: bool = False
) -> Response[str]:
    context = {
        "next": own_address(return_to),
        "email": email,
        "faults": {"email": _WRONG_ADDRESS} if is_wrong else {},
        "offers_oidc": bool(settings.oidc_issuer),
        "address": SIGN_IN,
    }
    return render_page(request, "accounts/sign_in.html", context, status_code=400 if is_wrong else 200)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_sign_in, ask_for_link, show_sent, show_link, spend_link, sign_out],
)
