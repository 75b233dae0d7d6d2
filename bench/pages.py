"""Every page with 5,000 capacities and 500 inquiries: bytes at a first load, server time, statements, rows shown.

The real API as a process, one request at a time over a connection kept alive; each page that has an address of the
API for the same list is asked in turns with it. The statements are counted in this process, on the same data.
Run: `uv run python -m bench.pages`; `--small` for a look at whether it works, `--write` puts the table into
docs/benchmarks.md.
"""

import argparse
import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx

from bench.page_rows import copy_units
from bench.page_statements import count_statements
from bench.page_table import Page, address_of, linked_files, page_table, rows_on
from bench.page_world import (
    Ground,
    World,
    ask_about_capacities,
    grow,
    grow_around,
    make_course,
    people_of,
    place_people,
    sign_in_link,
    try_import,
)
from bench.servers import Stand, free_port, process, stand
from trialport.accounts.browser import SESSION_COOKIE
from trialport.core.config import Settings
from trialport.core.db import open_pool, prepare_connection
from trialport.demo.load import sample_inquiry
from trialport.main import create_app

KEY = "a-key-for-measuring-and-for-nothing-else"
REGION = "UAS"
REQUESTS = 40
WARM = 5
UNITS_ASKED = 60
# Comments, questions and files of one inquiry, tasks of each kind, sessions of each person, and the like.
AROUND = 40
TABLE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- pages: begin -->", "<!-- pages: end -->"
# What the aims are (milliseconds, bytes).
SLOWEST, HEAVIEST = 60, 150_000
# The JSON door of what a page lists.
DOORS = {
    "/queue": "/api/v1/queue?limit=50",
    "/tasks": "/api/v1/tasks?limit=50",
    "/inquiries": "/api/v1/inquiries?limit=25",
    "/invitations": "/api/v1/invitations?limit=50",
    "/inquiries/{inquiry_id}/candidates": "/api/v1/inquiries/{inquiry_id}/candidates?limit=50",
    "/inquiries/{inquiry_id}/answers": "/api/v1/inquiries/{inquiry_id}/invitations",
    "/register/people": "/api/v1/investigators?limit=50",
}


class Size(NamedTuple):
    """How much of each there is."""

    capacities: int
    inquiries: int


class Line(NamedTuple):
    """What one page cost a role."""

    path: str
    role: str | None
    bytes: int
    page_bytes: int
    p50: float
    p95: float
    statements: int
    rows: int | None
    # How often the median of its door goes into the page's; None where there is none.
    ratio: float | None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="250 capacities and 40 inquiries, 10 requests a page")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--note", default="with nothing else running", help="what else the machine was doing")
    options = parser.parse_args()
    size = Size(250, 40) if options.small else Size(5_000, 500)
    with stand() as here:
        port = free_port()
        environment = here.environment(port) | {"TRIALPORT_SECRET_KEY": KEY, "TRIALPORT_SWEEP_SECONDS": "1"}
        settings = _settings(here, f"http://127.0.0.1:{port}")
        with process(["-m", "trialport", "serve"], environment, f"http://127.0.0.1:{port}/health/live"):
            with process(["-m", "trialport", "work"], environment):
                world, built = asyncio.run(_build(here, settings, size))
            lines = asyncio.run(_measure(settings, world, 10 if options.small else REQUESTS))
    text = _report(lines, size, built, options.note)
    print(text)
    if options.write:
        before, _, rest = TABLE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        TABLE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _settings(here: Stand, address: str) -> Settings:
    return Settings(
        database_url=here.database_url,
        valkey_url=here.valkey_url,
        secret_key=KEY,
        public_url=address,
        files_url=(here.folder / "files").as_uri(),
        # With one connection, the driver has met every type after the first round.
        pool_size=1,
    )


async def _build(here: Stand, settings: Settings, size: Size) -> tuple[World, float]:
    """Fill the region: units with their capacities first, so that the inquiry is compared with all of them."""
    connection = await asyncpg.connect(here.owner_url)
    await prepare_connection(connection)
    began = time.perf_counter()
    world = await people_of(connection, await _ground(connection))
    region_id = world.ground.region_id
    there = await connection.fetchval("select count(*) from capacity where region_id = $1", region_id)
    await copy_units(connection, region_id, 1, -(-size.capacities // there) - 1)
    await connection.execute("analyze")
    await place_people(connection, world, 4)
    units = await connection.fetch(
        "select unit_id from unit where region_id = $1 order by unit_id = $2 desc, name limit $3",
        region_id,
        world.ground.unit_id,
        UNITS_ASKED,
    )
    async with httpx.AsyncClient(base_url=settings.public_url, timeout=120.0, trust_env=False) as http:

        async def ask(token: str, method: str, path: str, body: Any) -> Any:
            answer = await http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
            if not answer.is_success:
                raise RuntimeError(f"{method} {path}: {answer.text}")
            return answer.json()

        async def assessed(path: str) -> None:
            bearer = {"Authorization": f"Bearer {world.tokens['office']}"}
            # Another process does it, and says nothing.
            newest = f"{path}/assessments/latest"
            while (await http.get(newest, headers=bearer)).status_code != httpx.codes.OK:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

        asked = [one["unit_id"] for one in units]
        body = sample_inquiry(datetime.now(UTC).date())
        await make_course(connection, world, ask, assessed, body, units=asked, settings=settings)
        await try_import(http, connection, world, 200)
    await grow(connection, world, 1, size.inquiries // 2 - 1)
    await grow_around(connection, world, 1, AROUND)
    await ask_about_capacities(connection, world, settings)
    # The states that an open inquiry goes through, by turns.
    await connection.execute("set session_replication_role = replica")
    await connection.execute(
        """
        update inquiry set state = (array['in_triage', 'inviting', 'collating', 'needs_information'])[
            1 + get_byte(uuid_send(inquiry_id), 3) % 4]
        where state = 'inviting' and inquiry_id <> $1
        """,
        UUID(world.objects["open"]["inquiry_id"]),
    )
    await connection.execute("set session_replication_role = default")
    await connection.execute("vacuum analyze")
    pool = await open_pool(settings, "bench")
    await sign_in_link(pool, settings, world)
    await pool.close()
    await connection.close()
    return world, time.perf_counter() - began


async def _ground(connection: asyncpg.Connection) -> Ground:
    record = await connection.fetchrow(
        """
        select u.region_id, u.unit_id, p.investigator_id
        from unit u
        join region r using (region_id)
        join position p on p.unit_id = u.unit_id and p.is_head
        where r.code = $1 and exists (select from capacity c where c.unit_id = u.unit_id)
        order by u.registry_id = 'demo-uas-lunga' desc, u.unit_id limit 1
        """,
        REGION,
    )
    sponsor_id = await connection.fetchval("select sponsor_id from sponsor order by sponsor_id limit 1")
    return Ground(
        region_id=record["region_id"],
        region=REGION,
        unit_id=record["unit_id"],
        head_id=record["investigator_id"],
        sponsor_id=sponsor_id,
    )


async def _measure(settings: Settings, world: World, requests: int) -> list[Line]:
    app = create_app(settings)
    table = page_table(app)
    lines = []
    weights: dict[str, int] = {}
    async with (
        httpx.AsyncClient(base_url=settings.public_url, timeout=60.0, trust_env=False) as http,
        count_statements(app) as count,
    ):
        for path, role, page in table:
            answer, weight = await _get(http, address_of(path, page, world), _headers(world, role))
            for file in linked_files(answer.text):
                if file not in weights:
                    weights[file] = (await _get(http, file, {}))[1]
            statements = await count(address_of(path, page, world), _headers(world, role))
            taken, ratio = await _time(http, world, path, role, page, requests)
            lines.append(
                Line(
                    path,
                    role,
                    weight + sum(weights[file] for file in linked_files(answer.text)),
                    weight,
                    statistics.median(taken),
                    statistics.quantiles(taken, n=20)[-1],
                    statements,
                    rows_on(page, answer.text),
                    ratio,
                )
            )
    return lines


def _headers(world: World, role: str | None) -> dict[str, str]:
    cookie = {} if role is None else {"Cookie": f"{SESSION_COOKIE}={world.sessions[role]}"}
    return {"Accept": "text/html", "Accept-Encoding": "gzip", **cookie}


async def _get(http: httpx.AsyncClient, address: str, headers: dict[str, str]) -> tuple[httpx.Response, int]:
    """Return an answer and the bytes of its body as they travelled."""
    async with http.stream("GET", address, headers={"Accept-Encoding": "gzip", **headers}) as answer:
        await answer.aread()
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.text[:2000]}")
    return answer, answer.num_bytes_downloaded


async def _time(
    http: httpx.AsyncClient, world: World, path: str, role: str | None, page: Page, requests: int
) -> tuple[list[float], float | None]:
    """Ask for a page again and again, in turns with its door; returns milliseconds and the ratio of the medians."""
    headers, door = _headers(world, role), DOORS.get(path)
    json_headers: dict[str, str] = {}
    if door is not None and role is not None:
        door = door.format(**world.objects.get(page.about or "", {}))
        json_headers = {"Authorization": f"Bearer {world.tokens[role]}"}
        # Who may not pass the door is not compared with it.
        if (await http.get(door, headers=json_headers)).status_code != httpx.codes.OK:
            door = None
    pages, answers = [], []
    # A link opens so often in a quarter of an hour, and of some there are few.
    few = page.link in ("sign_off", "still_right")
    for number in range(20 if few else requests + WARM):
        began = time.perf_counter()
        await _get(http, address_of(path, page, world, number), headers)
        pages.append((time.perf_counter() - began) * 1000)
        if door is not None:
            began = time.perf_counter()
            await _get(http, door, json_headers)
            answers.append((time.perf_counter() - began) * 1000)
    pages = pages[WARM:]
    return pages, statistics.median(pages) / statistics.median(answers[WARM:]) if answers else None


def _report(lines: list[Line], size: Size, built: float, note: str) -> str:
    day = (datetime.now(UTC) + timedelta(hours=1)).date().isoformat()
    head = f"""On {day}, {note}. {size.capacities:,} capacities, {size.inquiries:,} inquiries (built in {built:.0f} s).

| page | role | first load (kB) | of it the page (kB) | p50 (ms) | p95 (ms) | statements | rows | page / JSON door |
|---|---|---:|---:|---:|---:|---:|---:|---:|"""
    rows = [
        f"| `{one.path}` | {one.role or 'anyone'} | {one.bytes / 1000:.0f} | {one.page_bytes / 1000:.1f} "
        f"| {one.p50:.1f} | {one.p95:.1f} | {one.statements} | {'' if one.rows is None else one.rows} "
        f"| {'' if one.ratio is None else f'{one.ratio:.2f}'} |"
        for one in lines
    ]
    slow = [f"`{one.path}` as {one.role or 'anyone'} ({one.p95:.0f} ms)" for one in lines if one.p95 > SLOWEST]
    heavy = [f"`{one.path}` ({one.bytes / 1000:.0f} kB)" for one in lines if one.bytes > HEAVIEST]
    told = [
        f"Slower than {SLOWEST} ms (p95): {', '.join(slow) or 'none'}.",
        f"Heavier than {HEAVIEST // 1000} kB at a first load: {', '.join(heavy) or 'none'}.",
    ]
    return "\n".join([head, *rows, "", *told])


if __name__ == "__main__":
    main()
