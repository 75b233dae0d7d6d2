"""The gate: a bearer token or a session on every route that is not marked open, and a role that the route names.

What a route says of itself, in its options: `open` for everybody; `person` for whoever signed in, whatever her
role; `roles(...)` for these roles; `oneself` for nobody who stands in for another just now; `before_notice` where the
privacy notice need not have been seen; `form` where the body is a form. A route that says nothing is closed to all.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import SkipValidation

from trialport.accounts import browser, sessions_queries, tokens_queries
from trialport.accounts.csrf import FORM_TYPES, SAFE_METHODS, comes_from_us, method_of, typed_in
from trialport.accounts.models import Actor, Role
from trialport.accounts.service import find_holder
from trialport.accounts.sessions_models import SignedIn
from trialport.accounts.sessions_service import SEEN_EVERY, find_signed_in
from trialport.core.db import SYSTEM_VIEWER, acquire, transaction
from trialport.core.error_pages import prefers_page
from trialport.core.errors import Busy, NotAllowed, NotSignedIn
from trialport.core.front_pages import NOTICE_VERSION
from trialport.core.limits import Limit, Limits
from trialport.core.static_files import PREFIX

Caller = NamedDependency[SkipValidation[Actor]]
Session = NamedDependency[SkipValidation[SignedIn]]

# The one address that is open by its path: the framework itself registers the handler behind it.
OPEN_DOCUMENT = "/schema/openapi.json"
EVERYONE: tuple[Role, ...] = (
    "sponsor_contact",
    "investigator",
    "unit_head",
    "office",
    "management",
    "admin",
    "service",
)
# Options of a route for whoever signed in, whatever her role.
PERSON: dict[str, Any] = {"person": True}
# Options of a route about oneself that is closed to a delegate while she acts for another.
ONESELF: dict[str, Any] = {"oneself": True}
# A token's use is written down at most this often.
TOKEN_USED_EVERY = timedelta(hours=1)
# Wrong tokens of one peer; right ones are not counted, so nobody can lock a neighbour out.
WRONG_TOKENS = Limit("wrong-token", 300, 900)


def roles(*allowed: Role) -> dict[str, Any]:
    """Options of a route: the roles that may call it. A route that names none is closed to all."""
    return {"roles": frozenset(allowed)}


async def refuse_other_roles(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Guard of every route: deny unless the route is open, or for whom it names, and the token goes as far."""
    is_open = handler.opt.get("open") or connection.scope["path"] == OPEN_DOCUMENT
    if is_open and not handler.opt.get("start"):
        return
    signed_in: SignedIn | None = connection.auth
    if signed_in is not None:
        _send_ahead(connection, handler, signed_in)
    if is_open:
        return
    if handler.opt.get("person") and signed_in is not None:
        return
    actor: Actor | SignedIn | None = connection.user
    if actor is None:
        raise await _signed_out_meanwhile(connection, handler)
    if not isinstance(actor, Actor) or actor.role not in handler.opt.get("roles", ()):
        raise NotAllowed("This address is for other roles than yours. Ask the trial office if you need it.")
    if handler.opt.get("oneself") and actor.acting_for is not None:
        raise NotAllowed("This is for the person herself, and you act for somebody else now. Choose your own role.")
    needed = "read" if method_of(connection) in SAFE_METHODS or handler.opt.get("readonly") else "write"
    if needed not in actor.scopes:
        raise NotAllowed(f"The token may not {needed}. Ask for one with the scope `{needed}`.")


def _send_ahead(
    connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler, signed_in: SignedIn
) -> None:
    """Raise for what comes first: the privacy notice, and the choice of a role; programs get an error instead."""
    is_page = prefers_page(connection.headers.get("accept"))
    if signed_in.notice_version != NOTICE_VERSION and not handler.opt.get("before_notice"):
        if is_page:
            raise browser.go_first(connection, browser.NOTICE)
        raise NotAllowed("Read the privacy notice first: sign in with a browser, it is shown there.")
    if signed_in.role is None and not handler.opt.get("person") and is_page and method_of(connection) in SAFE_METHODS:
        raise browser.go_first(connection, browser.ROLE)


class Authentication(AbstractAuthenticationMiddleware):
    """Finds who asks, by bearer token or by session, before anything else looks at the request."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, State]) -> AuthenticationResult:
        opt = connection.scope["route_handler"].opt
        if connection.scope["path"].startswith(f"{PREFIX}/"):
            # Files that are the same for everybody; who asks for them is not looked up.
            return AuthenticationResult(user=None, auth=None)
        is_open = bool(opt.get("open"))
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if not is_open and scheme.lower() == "bearer" and token:
            return AuthenticationResult(user=await _holder_of(connection, token.strip()), auth=None)
        signed_in = await _session_of(connection, is_open=is_open)
        browser.note_viewer(connection, signed_in)
        if signed_in is None and opt.get("form") and not is_open and method_of(connection) not in SAFE_METHODS:
            # The guard refuses it, where the form can be read and what was typed be given back.
            return AuthenticationResult(user=None, auth=None)
        if signed_in is None and not is_open:
            browser.send_to_sign_in(connection)
            raise _not_signed_in()
        # Somebody without a role is nobody's actor, but the page's head names her all the same.
        return AuthenticationResult(user=signed_in and (signed_in.actor or signed_in), auth=signed_in)


async def _holder_of(connection: ASGIConnection[Any, Any, Any, State], token: str) -> Actor:
    state, now = connection.app.state, datetime.now(UTC)
    # One statement needs no transaction around it, and this one stands before every request.
    async with acquire(state.pool, state.settings.acquire_seconds) as connection_of_pool:
        holder = await find_holder(connection_of_pool, token, now)
    if holder is None:
        await _count_wrong_token(connection)
        raise _not_signed_in()
    token_id = holder.actor.token_id
    if token_id is not None and (holder.last_used_at is None or holder.last_used_at < now - TOKEN_USED_EVERY):
        async with transaction(state.pool, viewer=SYSTEM_VIEWER, now=now) as tx:
            await tokens_queries.update_token_used(tx.connection, token_id=token_id, now=now)
    return holder.actor


async def _count_wrong_token(connection: ASGIConnection[Any, Any, Any, State]) -> None:
    limits: Limits = connection.app.state.limits
    try:
        await limits.count(WRONG_TOKENS, limits.peer(connection.scope))
    except Busy:
        # Machines go on working while tries cannot be counted: a token cannot be guessed.
        return


async def _session_of(connection: ASGIConnection[Any, Any, Any, State], *, is_open: bool) -> SignedIn | None:
    secret = connection.cookies.get(browser.SESSION_COOKIE)
    if not secret:
        return None
    state, now = connection.app.state, datetime.now(UTC)
    try:
        async with acquire(state.pool, state.settings.acquire_seconds) as connection_of_pool:
            signed_in = await find_signed_in(connection_of_pool, state.settings, secret, now)
        if signed_in is not None and signed_in.last_seen_at < now - SEEN_EVERY:
            async with transaction(state.pool, viewer=SYSTEM_VIEWER, now=now) as tx:
                await sessions_queries.update_session_seen(tx.connection, session_id=signed_in.session_id, now=now)
    except Busy:
        if is_open:
            # What is open to everybody is answered without the database too.
            return None
        raise
    return signed_in


def _not_signed_in(typed: Mapping[str, str] | None = None) -> NotSignedIn:
    return NotSignedIn(
        "Send a valid token as `Authorization: Bearer <token>`.",
        headers={"WWW-Authenticate": 'Bearer realm="trialport"'},
        typed=typed,
    )


async def _signed_out_meanwhile(
    connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler
) -> NotSignedIn | browser.GoTo:
    """Refuse a form whose session is over, and give back what was typed where a page of ours sent it.

    Whoever wanted to sign out has what she wanted.
    """
    if (
        not isinstance(connection, Request)
        or connection.content_type[0] not in FORM_TYPES
        or not comes_from_us(connection, connection.app.state.settings)
    ):
        return _not_signed_in()
    if handler.opt.get("harmless") and prefers_page(connection.headers.get("accept")):
        return browser.GoTo("/")
    return _not_signed_in(await typed_in(connection))


def provide_actor(request: Request[Actor, Any, State]) -> Actor:
    """Hand the caller to a route."""
    return request.user


def provide_session(request: Request[Any, SignedIn, State]) -> SignedIn:
    """Hand a route whose session it is."""
    return request.auth
