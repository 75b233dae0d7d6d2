"""The alternative: a bare Litestar application whose handlers do one statement each, on the same server."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from granian import Granian
from granian.constants import Interfaces, Loops
from litestar import Litestar, Request, get, post
from litestar.params import FromPath, JSONBody


@post("/inquiries", status_code=202)
async def insert(request: Request[Any, Any, Any], data: JSONBody[dict[str, Any]]) -> dict[str, str]:
    made: UUID = await request.app.state.pool.fetchval(
        "insert into bare (body) values ($1) returning bare_id", msgspec.json.encode(data).decode()
    )
    return {"bare_id": str(made)}


@get("/inquiries/{bare_id:uuid}")
async def select(request: Request[Any, Any, Any], bare_id: FromPath[UUID]) -> dict[str, Any]:
    body: str = await request.app.state.pool.fetchval("select body from bare where bare_id = $1", bare_id)
    return {"bare_id": str(bare_id), "body": msgspec.json.decode(body)}


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["TRIALPORT_OWNER_DATABASE_URL"], min_size=1, max_size=10) as pool:
        await pool.execute(
            "create table if not exists bare (bare_id uuid primary key default uuidv7(), body jsonb not null)"
        )
        app.state.pool = pool
        yield


def create_app() -> Litestar:
    return Litestar([insert, select], lifespan=[lifespan], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    Granian(
        "bench.bare:create_app",
        address="127.0.0.1",
        port=int(os.environ["TRIALPORT_PORT"]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        factory=True,
        websockets=False,
        log_enabled=False,
    ).serve()
