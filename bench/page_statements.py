"""How many statements a page takes: the application in this process, on one connection that is listened to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar

Count = Callable[[str, dict[str, str]], Awaitable[int]]


class Statements:
    """Counts what it is told of."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _: Any) -> None:
        self.count += 1


async def listen(app: Litestar) -> Statements:
    """Count the statements of a started application whose pool holds one connection."""
    counted = Statements()
    connection = await app.state.pool.acquire()
    # The pool hands out a wrapper that lives for one use; the listener belongs on what it wraps.
    connection._con.add_query_logger(counted)  # noqa: SLF001
    await app.state.pool.release(connection)
    return counted


@asynccontextmanager
async def count_statements(app: Litestar) -> AsyncIterator[Count]:
    """Start the application; yields what asks for an address twice and counts the statements of the second time."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    public_url = app.state.settings.public_url
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=public_url) as http:
        counted = await listen(app)

        async def count(address: str, headers: dict[str, str]) -> int:
            # What is read the first time is noted, and types that the driver meets it asks for.
            await http.get(address, headers=headers)
            before = counted.count
            await http.get(address, headers=headers)
            return counted.count - before

        yield count
