"""A canary in every confidential field, a real API process, and a search through all it leaves behind."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from redis.asyncio import Redis

from tests.cast import Cast
from tests.conftest import Servers
from tests.inquiries.test_confidentiality import MARKS_AT_MOST, all_rows, all_values, full_body, markable, needles
from tests.journeys.served import served
from trialport.core.config import Settings
from workers import schedule

Drain = Callable[[], Awaitable[int]]


class Visitors:
    """The cast at a running API; keeps every answer that must hold nothing confidential."""

    def __init__(self, address: str, people: Cast) -> None:
        self._address, self._people = address, people
        self.answers: list[tuple[str, str]] = []

    async def ask(self, who: str, method: str, path: str, *, may_read: bool = False, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._people.tokens[who]}", **request.pop("headers", {})}
        async with httpx.AsyncClient(base_url=self._address, timeout=60) as client:
            answer = await client.request(method, path, headers=headers, **request)
        assert answer.status_code < 500, (method, path, answer.text)
        if not may_read:
            self.answers.append((f"{method} {path} as {who}: {answer.status_code}", answer.text + repr(answer.headers)))
        return answer


@pytest.fixture
async def valkey(servers: Servers) -> AsyncIterator[Redis]:
    one: Redis = Redis.from_url(servers.valkey_url)
    yield one
    await one.aclose()


async def live_through(visitors: Visitors, drain: Drain, context: dict[str, Any], marked: list[str]) -> None:
    """Submit, fail, assess, read, preview, amend, hand out, search, export and withdraw."""
    body = full_body(marked)
    receipt = await visitors.ask("sponsor", "POST", "/api/v1/inquiries", json=body)
    assert receipt.status_code == 202, receipt.text
    url = receipt.json()["status_url"]
    for wrong in (
        {**body, "population": {**body.get("population", {}), "age_from": 9, "age_to": 1}},
        {**body, "product": {**body["product"], "nonsense": 1}},
        {**body, "numbers": "all"},
        {**body, "placement": {**body["placement"], "units_wanted": ["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"]}},
    ):
        assert (await visitors.ask("sponsor", "POST", "/api/v1/inquiries", json=wrong)).status_code in (400, 422)
    await drain()
    for who in ("sponsor", "office"):
        shown = await visitors.ask(who, "GET", url, may_read=True)
        assert [needle for needle in needles(marked) if needle not in shown.text] == [], "who may, reads all of it"
    for who in ("rival", "other_office", "investigator", "unit_head", "management"):
        for path in ("", "/teaser", "/candidates", "/disclosure", "/assessments/latest"):
            assert (await visitors.ask(who, "GET", url + path)).status_code in (403, 404)
    for who in ("sponsor", "office"):
        assert (await visitors.ask(who, "GET", f"{url}/teaser")).status_code == 200
    await visitors.ask("office", "PUT", f"{url}/diary-number", json={"diary_number": f"RS {marked[0]}"})
    assert (await visitors.ask("office", "GET", f"{url}/disclosure")).status_code == 200
    assert (await visitors.ask("office", "POST", f"{url}/disclosure", json={"note": "Sent."})).status_code == 201
    stale = {"If-Match": '"99"'}
    change = {"product": {**body["product"], "mechanism": "another mechanism"}}
    assert (await visitors.ask("sponsor", "PATCH", url, json=change, headers=stale)).status_code == 412
    newest = {"If-Match": '"1"'}
    changed = await visitors.ask("sponsor", "PATCH", url, json=change, headers=newest, may_read=True)
    assert changed.status_code == 200, changed.text
    await drain()
    await schedule.sweep(context)
    await schedule.seal(context)
    for who in ("office", "admin", "sponsor", "other_office"):
        for path in (
            "/inquiries",
            "/audit",
            "/audit.csv",
            "/disclosures",
            "/tasks",
            "/me",
            "/me/export",
            "/agreements",
        ):
            await visitors.ask(who, "GET", f"/api/v1{path}")
    assert (await visitors.ask("sponsor", "POST", f"{url}/withdraw", json={}, may_read=True)).status_code == 200


async def test_no_canary_leaves_its_cage(
    app: Litestar,
    settings: Settings,
    people: Cast,
    drain: Drain,
    connection: asyncpg.Connection,
    valkey: Redis,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    log = tmp_path / "api.log"
    context = {"pool": app.state.pool, "settings": settings, "doorbell": app.state.doorbell}
    paths = markable()
    with served(settings, log) as address:
        visitors = Visitors(address, people)
        for marked in (paths[:MARKS_AT_MOST], paths[MARKS_AT_MOST:]):
            await live_through(visitors, drain, context, marked)
            looked_for = needles(marked)
            rows = await all_rows(connection)
            hidden = rows.pop("inquiry_confidential")
            assert [needle for needle in looked_for if needle not in hidden] == []
            assert [(needle, table) for needle in looked_for for table, text in rows.items() if needle in text] == []
            for table in ("audit_event", "audit_link", "job", "disclosure", "assessment"):
                assert rows[table], f"{table} was filled, so that there was something to search"
            kept = await all_values(valkey)
            assert [needle for needle in looked_for if needle in kept] == []
            told = visitors.answers
            assert [(needle, place) for needle in looked_for for place, text in told if needle in text] == []
            visitors.answers = []
    said = log.read_text() + caplog.text
    assert "POST /api/v1/inquiries 202" in said
    assert [needle for needle in needles(paths) if needle in said] == []
