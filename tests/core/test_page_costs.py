"""What a page costs, without a clock: as many statements for many rows as for few, one style sheet, one script, light.

The table is bench/page_table.py: a new page must be entered there, or both this and the bench fail.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from bench.page_rows import copy_units
from bench.page_statements import Statements, listen
from bench.page_table import address_of, linked_files, page_table, rows_on
from bench.page_world import (
    Ground,
    World,
    ask_about_capacities,
    grow,
    grow_around,
    invite_copies,
    lengthen_reply,
    make_course,
    people_of,
    place_people,
    sign_in_link,
    try_import,
)
from tests.accounts.browsers import SITE
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from trialport.accounts.browser import SESSION_COOKIE
from trialport.core.config import Settings

FEW, MANY = 3, 30
# Over the wire, with everything that a browser fetches for the first page it sees (bytes).
HEAVIEST = 150_000
_STYLES = re.compile(r'<link[^>]*rel="stylesheet"')


@pytest.fixture
def settings(settings: Settings) -> Settings:
    # With one connection, the driver has met every type after the first round.
    return replace(settings, public_url=SITE, pool_size=1)


@pytest.fixture
async def statements(app: Litestar) -> Statements:
    return await listen(app)


def ground_of(people: Cast) -> Ground:
    return Ground(
        region_id=people.regions["ours"],
        region="TST",
        unit_id=people.units["lung"],
        head_id=people.investigators["lung"],
        sponsor_id=people.sponsors["first"],
    )


async def test_pages_cost_the_same_however_many_rows_and_are_light(
    app: Litestar,
    connection: asyncpg.Connection,
    people: Cast,
    drain: Callable[[], Awaitable[int]],
    statements: Statements,
) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as http:

        async def ask(token: str, method: str, path: str, body: Any) -> Any:
            answer = await http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
            assert answer.is_success, (path, answer.text)
            return answer.json()

        async def assessed(_: str) -> None:
            await drain()

        world = await people_of(connection, ground_of(people))
        await copy_units(connection, world.ground.region_id, 1, 1)
        units = [people.units["lung"], people.units["heart"]]
        await make_course(connection, world, ask, assessed, inquiry_body(), units=units, settings=app.state.settings)
        await sign_in_link(app.state.pool, app.state.settings, world)
        rounds = []
        for first, last in ((1, FEW), (FEW + 1, MANY)):
            await grow(connection, world, first, last)
            await grow_around(connection, world, first, last)
            await copy_units(connection, world.ground.region_id, first + 1, last + 1)
            await invite_copies(connection, world, ask, assessed)
            await place_people(connection, world, last)
            await ask_about_capacities(connection, world, app.state.settings)
            await lengthen_reply(connection, world, last)
            await try_import(http, connection, world, last)
            rounds.append(await _look(app, http, world, statements))
    few, many = rounds
    assert _statements(many) == _statements(few)
    assert not [key for key, one in many.items() if one.rows is not None and one.rows <= (few[key].rows or 0)]
    assert not {key: one.weight for key, one in many.items() if one.weight > HEAVIEST}


class Look(NamedTuple):
    """What one look at a page cost."""

    statements: int
    rows: int | None
    weight: int


Looks = dict[tuple[str, str | None], Look]


def _statements(looks: Looks) -> dict[tuple[str, str | None], int]:
    return {key: one.statements for key, one in looks.items()}


async def _look(app: Litestar, http: httpx.AsyncClient, world: World, statements: Statements) -> Looks:
    found: Looks = {}
    weights: dict[str, int] = {}
    for path, role, page in page_table(app):
        if role == "admin":
            # Hers are an office's pages, by the same statements; the bench looks at them too.
            continue
        headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
        if role is not None:
            headers["Cookie"] = f"{SESSION_COOKIE}={world.sessions[role]}"
        address = address_of(path, page, world)
        # What is read the first time is noted.
        await http.get(address, headers=headers)
        before = statements.count
        answer, weight = await _get(http, address, headers)
        counted = statements.count - before
        assert answer.status_code == httpx.codes.OK, (path, role, answer.text)
        linked = linked_files(answer.text)
        assert len(_STYLES.findall(answer.text)) == answer.text.count("<script") == 1, path
        for file in linked:
            if file not in weights:
                weights[file] = (await _get(http, file, headers))[1]
        found[path, role] = Look(counted, rows_on(page, answer.text), weight + sum(weights[file] for file in linked))
    return found


async def _get(http: httpx.AsyncClient, address: str, headers: dict[str, str]) -> tuple[httpx.Response, int]:
    """Return an answer and its bytes as they travelled: its body as it was packed."""
    async with http.stream("GET", address, headers=headers) as answer:
        await answer.aread()
        return answer, answer.num_bytes_downloaded
