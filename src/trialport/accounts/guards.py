"""The gate: a bearer token on every route that is not marked open, and a role that the route names."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import SkipValidation

from trialport.accounts.models import Actor, Role
from trialport.accounts.service import find_actor
from trialport.core.db import acquire
from trialport.core.errors import NotAllowed, NotSignedIn

Caller = NamedDependency[SkipValidation[Actor]]

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


def roles(*allowed: Role) -> dict[str, Any]:
    """Options of a route: the roles that may call it. A route that names none is closed to all."""
    return {"roles": frozenset(allowed)}


async def refuse_other_roles(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Guard of every route: deny unless the route is open or names the caller's role."""
    if handler.opt.get("open") or connection.scope["path"] == OPEN_DOCUMENT:
        return
    if connection.user.role not in handler.opt.get("roles", ()):
        raise NotAllowed("This address is for other roles than yours. Ask the trial office if you need it.")


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Finds the actor of the bearer token before anything else looks at the request."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, State]) -> AuthenticationResult:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            state = connection.app.state
            # One statement needs no transaction around it, and this one stands before every request.
            async with acquire(state.pool, state.settings.acquire_seconds) as connection_of_pool:
                actor = await find_actor(connection_of_pool, token.strip())
            if actor is not None:
                return AuthenticationResult(user=actor, auth=None)
        raise NotSignedIn(
            "Send a valid token as `Authorization: Bearer <token>`.",
            headers={"WWW-Authenticate": 'Bearer realm="trialport"'},
        )


def provide_actor(request: Request[Actor, Any, State]) -> Actor:
    """Hand the caller to a route."""
    return request.user
