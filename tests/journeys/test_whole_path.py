"""The whole main job with real processes: capacity in, an inquiry in, ranked and explained candidates out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from tests.journeys.processes import Program
from tests.journeys.served import served
from trialport.core.config import Settings

PATIENCE_SECONDS = 60
PSORIASIS: dict[str, Any] = {
    "state": "open",
    "indications": ["plaque psoriasis"],
    "study_types": ["drug"],
    "phases": ["3"],
    "age_groups": ["adult", "older_adult"],
    "participants_per_month": 4.0,
    "participants_basis": "register",
    "nurse_hours_free": 10.0,
    "dct_activities": {"video_visit": {"answer": "own"}},
}


class World:
    """People with their tokens at a running deployment."""

    def __init__(self, address: str, people: Cast, worker: Program) -> None:
        self._address = address
        self._people = people
        self.worker = worker

    async def ask(self, who: str, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._people.tokens[who]}", **request.pop("headers", {})}
        async with httpx.AsyncClient(base_url=self._address, timeout=30) as client:
            return await client.request(method, path, headers=headers, **request)

    async def assessed(self, url: str, version: int, run: int) -> dict[str, Any]:
        """Wait for this assessment as an office would: by asking again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.ask("office", "GET", f"{url}/assessments/latest")
                latest: dict[str, Any] = answer.json()
                if answer.status_code == 200 and (latest["version"], latest["run"]) >= (version, run):
                    return latest
                assert answer.status_code in (200, 404), answer.text
                assert self.worker.child.exit_code() is None, "the worker has ended"
                await asyncio.sleep(0.1)

    async def best(self, url: str) -> dict[str, Any]:
        page = await self.ask("office", "GET", f"{url}/candidates")
        assert page.status_code == 200, page.text
        best: dict[str, Any] = page.json()["items"][0]
        return best


@pytest.fixture
async def world(settings: Settings, people: Cast, tmp_path: Path) -> AsyncIterator[World]:
    environment = {
        "TRIALPORT_DATABASE_URL": settings.database_url,
        "TRIALPORT_VALKEY_URL": settings.valkey_url,
        "TRIALPORT_SWEEP_SECONDS": "1",
        "TRIALPORT_DEBOUNCE_SECONDS": "0",
    }
    worker = Program("worker", "work", tmp_path, environment)
    worker.start()
    try:
        with served(settings, tmp_path / "serve.log") as address:
            yield World(address, people, worker)
    finally:
        worker.stop()


async def test_it_works(world: World, people: Cast, connection: asyncpg.Connection) -> None:
    unit = f"/api/v1/units/{people.units['lung']}/capacities/dermatology"
    created = await world.ask("investigator", "PUT", unit, json=PSORIASIS, headers={"If-None-Match": "*"})
    assert created.status_code == 201, created.text

    planned = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    body = inquiry_body(
        identity={"working_title": "Tablet in psoriasis"},
        condition={"indication": "Måttlig till svår plackpsoriasis"},
        numbers={"participants_wanted": 24, "planned_start": planned, "recruitment_months": 12},
        dct_activities={"video_visit": "required", "home_nurse_visit": "optional"},
    )
    receipt = await world.ask("sponsor", "POST", "/api/v1/inquiries", json=body, headers={"Idempotency-Key": "1"})
    assert receipt.status_code == 202, receipt.text
    url = receipt.json()["status_url"]

    first = await world.assessed(url, version=1, run=1)
    assert first["reading"]["concepts"][0]["code"] == "L40"
    assert {one["unit"]["unit_id"] for one in first["excluded"]} >= {str(people.units["heart"])}
    best = await world.best(url)
    assert (best["unit"]["unit_id"], best["therapy_area"]) == (str(people.units["lung"]), "dermatology")
    states = {one["name"]: one["state"] for one in best["criteria"]}
    assert (states["indication"], states["participants"], states["freshness"]) == ("met", "met", "met")
    seen = (await world.ask("sponsor", "GET", url)).json()
    assert (seen["assessed"], seen["content"]) == (True, body)

    # Less capacity makes the assessment outdated; a new one follows and says so.
    fewer = {**PSORIASIS, "participants_per_month": 0.5}
    etag = created.headers["etag"]
    assert (await world.ask("investigator", "PUT", unit, json=fewer, headers={"If-Match": etag})).status_code == 200
    await world.assessed(url, version=1, run=2)
    weaker = await world.best(url)
    assert weaker["score"] < best["score"]
    assert {one["name"]: one["state"] for one in weaker["criteria"]}["participants"] in ("partly", "unmet")

    # The sponsor asks for less, and that version is assessed too.
    amended = await world.ask(
        "sponsor",
        "PATCH",
        url,
        json={"numbers": {**body["numbers"], "participants_wanted": 6}},
        headers={"If-Match": '"1"'},
    )
    assert amended.status_code == 200, amended.text
    second = await world.assessed(url, version=2, run=1)
    assert (second["version"], second["run"]) == (2, 1)
    assert {one["name"]: one["state"] for one in (await world.best(url))["criteria"]}["participants"] == "met"

    withdrawn = await world.ask("sponsor", "POST", f"{url}/withdraw", json={"reason": "Trial cancelled."})
    assert withdrawn.json()["state"] == "withdrawn"
    stored = await connection.fetch("select version, run from assessment order by version, run")
    assert [tuple(row) for row in stored] == [(1, 1), (1, 2), (2, 1)]
    # Readings are noted too; here it matters what was done.
    trail = await connection.fetch(
        "select action from audit_event where action not like '%_read' order by happened_at, audit_event_id"
    )
    assert [row["action"] for row in trail] == [
        "capacity.created",
        "inquiry.submitted",
        "capacity.changed",
        "inquiry.amended",
        "inquiry.withdrawn",
    ]
    ready = (await world.ask("office", "GET", "/health/ready")).json()
    assert (ready["status"], ready["queue_dead"]) == ("ok", 0)
