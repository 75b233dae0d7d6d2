"""Whether the process lives, and whether it can serve."""

import logging
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import asyncpg
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta, Struct

from trialport.core import health_queries
from trialport.core.config import expected_schema
from trialport.core.db import transaction
from trialport.core.errors import Problem
from trialport.core.jobs.queries import select_job_queue

log = logging.getLogger(__name__)

# A due job that has waited longer than this says that no worker is at work (seconds).
_SLOW_QUEUE_SECONDS = 60


class Liveness(Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.", examples=["ok"])]


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether requests can be served, and how the work behind them stands."""

    status: Annotated[
        Literal["ok", "degraded", "unavailable"],
        Meta(description="`degraded`: requests are served, but work waits too long.", examples=["ok"]),
    ]
    database: Annotated[bool, Meta(description="Whether the database answers.", examples=[True])]
    schema_version: Annotated[str | None, Meta(description="Newest migration applied.", examples=["20261121000004"])]
    schema_expected: Annotated[
        str, Meta(description="Newest migration this version knows.", examples=["20261121000004"])
    ]
    queue_waiting: Annotated[int | None, Meta(description="Jobs waiting or running (count).", examples=[0])]
    queue_dead: Annotated[int | None, Meta(description="Jobs given up (count).", examples=[0])]
    queue_oldest_seconds: Annotated[
        float | None, Meta(description="How long the oldest due job has waited (seconds).", examples=[0.0])
    ]


@get("/health/live", opt={"open": True}, summary="Whether the process lives", tags=["health"])
async def read_liveness() -> Liveness:
    return Liveness(status="ok")


@get(
    "/health/ready",
    opt={"open": True},
    summary="Whether requests can be served",
    description="503 when the database does not answer or its schema is not the one expected.",
    tags=["health"],
    responses={503: ResponseSpec(Readiness, generate_examples=False, description="Requests cannot be served.")},
)
async def read_readiness(request: Request[Any, Any, State]) -> Response[Readiness]:
    expected = expected_schema()
    try:
        async with transaction(request.app.state.pool, readonly=True, acquire_seconds=2) as tx:
            version = await health_queries.select_schema_version(tx.connection)
            queue = await select_job_queue(tx.connection, now=datetime.now(UTC)) if version == expected else None
    except (Problem, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        version, queue, database = None, None, False
    else:
        database = True
    slow = queue is not None and queue.oldest_due_seconds > _SLOW_QUEUE_SECONDS
    status: Literal["ok", "degraded", "unavailable"] = "unavailable" if queue is None else "degraded" if slow else "ok"
    body = Readiness(
        status=status,
        database=database,
        schema_version=version,
        schema_expected=expected,
        queue_waiting=queue.waiting if queue else None,
        queue_dead=queue.dead if queue else None,
        queue_oldest_seconds=queue.oldest_due_seconds if queue else None,
    )
    return Response(body, status_code=503 if status == "unavailable" else 200)
