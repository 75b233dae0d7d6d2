"""What every route is given: one transaction, committed before the answer leaves, bells rung after."""

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from trialport.core.config import Settings
from trialport.core.db import Transaction, transaction
from trialport.core.http import request_id

Tx = NamedDependency[SkipValidation[Transaction]]
AppSettings = NamedDependency[SkipValidation[Settings]]


async def provide_transaction(request: Request[Any, Any, State]) -> AsyncGenerator[Transaction, None]:
    """Open the request's transaction, read-only for GET and for routes marked `readonly`."""
    state = request.app.state
    readonly = request.method in ("GET", "HEAD") or bool(request.route_handler.opt.get("readonly"))
    async with transaction(
        state.pool,
        request_id=request_id(request),
        readonly=readonly,
        acquire_seconds=state.settings.acquire_seconds,
    ) as tx:
        yield tx
    if tx.rung:
        state.doorbell.ring_later(tx.rung)


def provide_settings(request: Request[Any, Any, State]) -> Settings:
    """Hand the settings to a route."""
    settings: Settings = request.app.state.settings
    return settings
