"""Answers too long for one transaction: read page after page, each in a short transaction of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from trialport.core.db import Transaction, transaction
from trialport.core.http import request_id

# Returns what is sent and where the next page begins, None after the last.
ReadPage = Callable[[Transaction, UUID | None], Awaitable[tuple[bytes, UUID | None]]]


async def stream_pages(request: Request[Any, Any, State], read_page: ReadPage) -> AsyncIterator[bytes]:
    """Send page after page to the caller, whom row-level security goes by in each of them.

    No connection is held while the caller takes in what was sent, however slowly.
    """
    state = request.app.state
    cursor: UUID | None = None
    while True:
        async with transaction(
            state.pool,
            viewer=request.user.viewer,
            request_id=request_id(request),
            readonly=True,
            acquire_seconds=state.settings.acquire_seconds,
        ) as tx:
            page, cursor = await read_page(tx, cursor)
        yield page
        if cursor is None:
            return
