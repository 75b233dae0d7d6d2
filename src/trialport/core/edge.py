"""What every route is given: one transaction, committed before the answer leaves, bells rung after."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from litestar import Request
from litestar.datastructures import ResponseHeader, State
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, SkipValidation

from trialport.core.config import Settings
from trialport.core.db import NOBODY, OpenTransaction, Transaction, transaction
from trialport.core.http import request_id
from trialport.core.language import LANGUAGE_COOKIE, Language, chosen_language

Tx = NamedDependency[SkipValidation[Transaction]]
TxOpener = NamedDependency[SkipValidation[OpenTransaction]]
AppSettings = NamedDependency[SkipValidation[Settings]]
ViewerLanguage = NamedDependency[SkipValidation[Language]]

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="ETag of the state you read; `*` for any state.",
        examples=[Example(value='"1"')],
        max_length=100,
    ),
]
IfNoneMatch = Annotated[
    Literal["*"] | None,
    HeaderParameter(
        name="If-None-Match",
        description="`*` to create a record.",
        examples=[Example(value="*")],
    ),
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Your own key for this request: 1 to 200 printable ASCII characters without blanks.",
        examples=[Example(value="5f0c6f7f-0f7e-4f6e-9a2d-3a0b1c2d3e4f")],
        pattern="^[!-~]{1,200}$",
    ),
]
AcceptLanguage = Annotated[
    str | None,
    HeaderParameter(
        name="Accept-Language",
        description="Languages you read, as `sv, da;q=0.8`; sentences come in en, sv or da.",
        examples=[Example(value="sv, en;q=0.5")],
    ),
]
ETAG = ResponseHeader(
    name="ETag", documentation_only=True, required=True, description="State of the record, for If-Match."
)
LOCATION = ResponseHeader(
    name="Location", documentation_only=True, required=True, description="Where to follow what was asked."
)
REPLAYED = ResponseHeader(
    name="Idempotent-Replayed",
    documentation_only=True,
    description="`true` when this is the stored answer to an earlier request with the same key.",
)


async def provide_transaction(request: Request[Any, Any, State]) -> AsyncGenerator[Transaction, None]:
    """Open the request's transaction: read-only for a GET (unless it writes or records reading) or `readonly`."""
    state = request.app.state
    options = request.route_handler.opt
    # Who reads a name or a confidential field leaves a trace, and that is all a GET may write.
    # Another server sends the browser to some of our pages, and can do so by GET only: those say that they write.
    readonly = request.method in ("GET", "HEAD") and not (options.get("records_reading") or options.get("writes"))
    readonly = readonly or bool(options.get("readonly"))
    # On an open route nobody may have signed in.
    caller = request.scope.get("user")
    async with transaction(
        state.pool,
        viewer=NOBODY if caller is None else caller.viewer,
        request_id=request_id(request),
        readonly=readonly,
        acquire_seconds=state.settings.acquire_seconds,
    ) as tx:
        yield tx
    if tx.rung:
        state.doorbell.ring_later(tx.rung)


def provide_opener(request: Request[Any, Any, State]) -> OpenTransaction:
    """Hand a route that lets bytes flow the way to short transactions, so that none is held meanwhile."""

    @asynccontextmanager
    async def open_transaction() -> AsyncIterator[Transaction]:
        state = request.app.state
        async with transaction(
            state.pool,
            viewer=request.user.viewer,
            request_id=request_id(request),
            acquire_seconds=state.settings.acquire_seconds,
        ) as tx:
            yield tx
        if tx.rung:
            state.doorbell.ring_later(tx.rung)

    return open_transaction


def provide_settings(request: Request[Any, Any, State]) -> Settings:
    """Hand the settings to a route."""
    settings: Settings = request.app.state.settings
    return settings


def provide_language(request: Request[Any, Any, State], accept_language: AcceptLanguage = None) -> Language:
    """Hand a route the viewer's language, and have the answer say that it is in it."""
    chosen = chosen_language(request.cookies.get(LANGUAGE_COOKIE), accept_language)
    request.scope["state"]["language"] = chosen
    return chosen
