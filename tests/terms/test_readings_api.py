"""Reading a text over HTTP."""

import logging
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from tests.conftest import Client
from trialport.terms.pace import Pace
from trialport.vocabulary.reading import shared_reader

TEXT = "Fas 3. Vuxna med svår KOL, inte astma."
READERS = ("sponsor", "investigator", "unit_head", "office", "admin", "service")


def shipped(text: str, lang: Any = None) -> Any:
    reading = shared_reader().read_text(text, lang)
    return [(one.concept, one.start, one.end, one.method) for one in reading.concepts]


def concepts(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return [(one["concept"], one["start"], one["end"], one["method"]) for one in answer.json()["concepts"]]


async def test_it_works(client: Client) -> None:
    for who in READERS:
        short = await client(who).get("/api/v1/readings", params={"text": TEXT, "lang": "sv"})
        assert concepts(short) == shipped(TEXT, "sv"), who
        long = await client(who).post("/api/v1/readings", json={"text": TEXT, "lang": "sv"})
        assert long.json() == short.json(), who
        assert [one["concept"] for one in long.json()["set_aside"]] == ["J45"]
        assert {"phase", "age_group"} == {one["kind"] for one in long.json()["stated"]}
        assert long.json()["therapy_areas"][0]["code"] == "respiratory"


async def test_a_long_text_is_read_whole(client: Client) -> None:
    text = "and " * 4_900 + "asthma"
    assert 19_000 < len(text) <= 20_000
    answer = await client("office").post("/api/v1/readings", json={"text": text})
    assert concepts(answer)[0][0] == "J45"
    assert answer.json()["concepts"][0]["end"] == len(text)


async def test_nothing_of_the_text_is_kept(
    client: Client, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    written = "select sum(n_tup_ins + n_tup_upd) from pg_stat_user_tables where relname <> 'access_token'"
    before = await connection.fetchval(written)
    with caplog.at_level(logging.DEBUG):
        await client("sponsor").post("/api/v1/readings", json={"text": "SECRETWORD asthma"})
        await client("sponsor").get("/api/v1/readings", params={"text": "SECRETWORD asthma"})
    await connection.execute("select pg_stat_force_next_flush()")
    assert await connection.fetchval(written) == before
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("trialport")]
    assert ours
    assert not any("SECRETWORD" in line for line in ours)


async def test_anonymous_is_refused(client: Client) -> None:
    assert (await client(None).get("/api/v1/readings", params={"text": "COPD"})).status_code == 401
    assert (await client(None).post("/api/v1/readings", json={"text": "COPD"})).status_code == 401
    assert (await client("management").post("/api/v1/readings", json={"text": "COPD"})).status_code == 403


async def test_bad_input_is_400(client: Client) -> None:
    bodies: list[Any] = [{}, {"text": ""}, {"text": "  "}, {"text": 5}, {"text": "x" * 20_001}, {"text": "x", "a": 1}]
    for body in [*bodies, {"text": "COPD", "lang": "fi"}, {"text": "a\0b"}]:
        answer = await client("office").post("/api/v1/readings", json=body)
        assert answer.status_code == 400, body
        assert answer.json()["detail"]
    for query in ("", "?text=", "?text=COPD&lang=fi", "?text=COPD&text=KOL", "?text=" + "x" * 2_001):
        answer = await client("office").get(f"/api/v1/readings{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"], query


async def test_too_many_is_429(client: Client, app: Litestar) -> None:
    app.state.pace = Pace(2)
    for _ in range(2):
        assert (await client("office").post("/api/v1/readings", json={"text": "COPD"})).status_code == 200
    answer = await client("office").get("/api/v1/readings", params={"text": "COPD"})
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:trialport:problem:too-many-requests"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    # Others are not kept waiting by one who asks too much.
    assert (await client("sponsor").get("/api/v1/readings", params={"text": "COPD"})).status_code == 200
