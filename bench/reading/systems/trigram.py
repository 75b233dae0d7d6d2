"""pg_trgm: the nearest terms by trigrams out of a GiST index, in a PostgreSQL that runs on the same core."""

import asyncio
import json
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.debian_postgres import Server, running
from bench.reading.systems import NEAREST, TERMS, Found, Opened

INDEX = "postgres"
# Longer signatures than the default (12 bytes) make the search more precise.
_SCHEMA = (
    "create extension pg_trgm",
    "create table term (body text not null, concept text not null)",
)
_INDEX = "create index on term using gist (body gist_trgm_ops (siglen = 64))"
_NEAREST = "select concept, 1 - (body <-> $1) from term order by body <-> $1 limit $2"


async def _fill(server: Server, terms: list[tuple[str, str]]) -> float:
    connection = await asyncpg.connect(**server.where)
    try:
        for statement in _SCHEMA:
            await connection.execute(statement)
        started = time.perf_counter()
        await connection.copy_records_to_table("term", records=terms)
        await connection.execute(_INDEX)
        await connection.execute("analyze term")
        return time.perf_counter() - started
    finally:
        await connection.close()


def build(folder: Path) -> float:
    terms = [(text, concept) for text, concept in json.loads((folder / TERMS).read_bytes())]
    with running(folder / INDEX) as server:
        return asyncio.run(_fill(server, terms))


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    """Start the server on the data it was built with; what it holds is the share of all its processes."""
    with running(folder / INDEX) as server, asyncio.Runner() as runner:

        def wait(work: Coroutine[Any, Any, Any]) -> Any:
            return runner.run(work)

        connection = wait(_connected(server))
        lookup = wait(connection.prepare(_NEAREST))

        def find(text: str, lang: str | None) -> Found:  # noqa: ARG001 - words of all languages lie together.
            rows = wait(lookup.fetch(text, NEAREST))
            return Found([(concept, score) for concept, score in rows if score > 0])

        def memory_mib() -> float:
            whole = psutil.Process(server.pid)
            return sum(one.memory_full_info().pss for one in (whole, *whole.children(recursive=True))) / 2**20

        try:
            yield Opened(find, memory_mib)
        finally:
            wait(connection.close())


async def _connected(server: Server) -> Any:
    return await asyncpg.connect(**server.where)
