"""Bad input of every kind: a problem a person can act on, never a 5xx, and never a row written."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.journeys.served import served
from trialport.core.config import Settings

INQUIRIES = "/api/v1/inquiries"
JSON = {"Content-Type": "application/json"}
LEAKS = re.compile(r"traceback|asyncpg|litestar|msgspec|select |insert |\.py\b|site-packages|SECRET", re.IGNORECASE)
MEGABYTE = b"x" * 1_000_000


@pytest.fixture
async def nothing_is_written(connection: asyncpg.Connection) -> AsyncIterator[None]:
    before = await count_rows(connection)
    yield
    assert await count_rows(connection) == before


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    tables = await connection.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    assert len(tables) > 10
    return {name: await connection.fetchval(f'select count(*) from "{name}"') for (name,) in tables}


def check_problem(answer: httpx.Response, status: int, path: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert problem["type"].startswith("urn:trialport:problem:")
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["detail"].endswith((".", "?"))
    assert not LEAKS.search(answer.text), answer.text
    if path is not None:
        assert path in [one["path"] for one in problem["errors"]], problem
    return problem


def with_field(group: str, field: str, value: Any) -> dict[str, Any]:
    body = inquiry_body()
    body[group] = {**body.get(group, {}), field: value}
    return body


FIELDS: list[tuple[str, str, Any]] = [
    ("numbers", "participants_wanted", "1"),
    ("numbers", "participants_wanted", 1.5),
    ("numbers", "participants_wanted", True),
    ("numbers", "participants_wanted", None),
    ("numbers", "participants_wanted", 0),
    ("numbers", "participants_wanted", -1),
    ("numbers", "participants_wanted", int("9" * 399)),
    ("numbers", "participants_wanted", []),
    ("numbers", "planned_start", "2026-02-30"),
    ("numbers", "planned_start", "2027-13-01"),
    ("numbers", "planned_start", "0000-00-00"),
    ("numbers", "planned_start", "2027-03-01T00:00:00Z"),
    ("numbers", "planned_start", 20270301),
    ("numbers", "starts", "2027-03-01"),
    ("kind", "study_type", "drugs"),
    ("kind", "phase", 3),
    ("kind", "first_in_human", "false"),
    ("kind", "first_in_human", 0),
    ("condition", "indication", ""),
    ("condition", "indication", " \t "),
    ("condition", "indication", "x" * 2001),
    ("condition", "indication", ["COPD"]),
    ("condition", "icd10_codes", "J44"),
    ("who", "country", "Sweden"),
    ("who", "sponsor_name", {"a": 1}),
    ("identity", "nct_number", "NCT1"),
    ("money", "per_participant_budget", "a lot"),
    ("money", "per_participant_budget", -0.1),
    ("placement", "units_wanted", "all"),
]


@pytest.mark.usefixtures("nothing_is_written")
async def test_each_field_at_fault_is_named(client: Client) -> None:
    sponsor = client("sponsor")
    for group, field, value in FIELDS:
        answer = await sponsor.post(INQUIRIES, json=with_field(group, field, value))
        problem = check_problem(answer, 400, f"{group}.{field}")
        assert len(problem["errors"]) == 1, problem


@pytest.mark.usefixtures("nothing_is_written")
async def test_all_fields_at_fault_are_named_at_once(client: Client) -> None:
    body = inquiry_body(
        kind={"study_type": "drugs"},
        numbers={"participants_wanted": "24", "planned_start": "2026-02-30"},
        dct_activities={"video_visit": "perhaps", "teleport": "required"},
        surprise=1,
    )
    del body["product"]
    problem = check_problem(await client("sponsor").post(INQUIRIES, json=body), 400)
    assert {one["path"] for one in problem["errors"]} == {
        "kind.study_type",
        "kind.phase",
        "numbers.participants_wanted",
        "numbers.planned_start",
        "dct_activities.video_visit",
        "dct_activities.teleport",
        "product",
        "surprise",
    }


BODIES: list[bytes] = [
    b"",
    b"   ",
    b"null",
    b"[]",
    b'"text"',
    b"1",
    b"{",
    b"{}x",
    b"[" * 100_000,
    b'{"who":' * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"who":' * 400 + b"1" + b"}" * 400,
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    '{"who": "å"}'.encode("utf-16"),
    b'{"who": "\xed\xa0\x80"}',
    b'{"who": {"sponsor_name": "\\ud800"}}',
    b'{"who": {"sponsor_name": "a\\u0000b"}}',
    b'{"who": {"sponsor_name": "a\x00b"}}',
    b'{"\\u0000": 1}',
    b'{"numbers": {"participants_wanted": NaN}}',
    b'{"numbers": {"participants_wanted": Infinity}}',
    b'{"money": {"start_up_fee": -Infinity}}',
    b'{"money": {"start_up_fee": 1e999}}',
    b'{"numbers": {"participants_wanted": ' + b"9" * 400 + b"}}",
    b'{"numbers": {"participants_wanted": ' + b"9" * 5000 + b"}}",
    b'{"who": 1, "who": 2}',
    b'{"who": {"country": "SE", "country": "DK"}}',
    b'{"who": {"contact": {"\\ud800": 1, "\\ud800": 2}}}',
]


@pytest.mark.usefixtures("nothing_is_written")
async def test_bodies_that_are_no_inquiry(client: Client) -> None:
    sponsor = client("sponsor")
    for body in BODIES:
        problem = check_problem(await sponsor.post(INQUIRIES, content=body, headers=JSON), 400)
        assert problem["type"] == "urn:trialport:problem:bad-input", body[:50]


@pytest.mark.usefixtures("nothing_is_written")
async def test_a_good_body_with_one_bad_character_is_not_written(client: Client) -> None:
    for bad in ("\\u0000", "\\ud800", "\\udc00x"):
        text = json.dumps(inquiry_body()).replace("SECRET-PRODUCT-1", bad)
        answer = await client("sponsor").post(INQUIRIES, content=text.encode(), headers=JSON)
        check_problem(answer, 400, "product.name")


@pytest.mark.usefixtures("nothing_is_written")
async def test_other_media_types(client: Client) -> None:
    body = json.dumps(inquiry_body()).encode()
    for media_type in (
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "nonsense",
    ):
        answer = await client("sponsor").post(INQUIRIES, content=body, headers={"Content-Type": media_type})
        assert check_problem(answer, 415)["type"] == "urn:trialport:problem:media-type"
    check_problem(await client("sponsor").post(INQUIRIES, content=body), 415)
    imported = await client("office").post("/api/v1/capacities/import", content=body, headers=JSON)
    check_problem(imported, 415)


@pytest.mark.usefixtures("nothing_is_written")
async def test_values_that_contradict_each_other(client: Client) -> None:
    for group, field, value in (
        ("numbers", "planned_start", "2001-01-01"),
        ("placement", "regions_wanted", ["NOPE"]),
        ("condition", "icd10_codes", ["J44", "X9X"]),
        ("population", "age_to", 1),
    ):
        answer = await client("sponsor").post(INQUIRIES, json=with_field(group, field, value))
        problem = check_problem(answer, 422)
        assert problem["type"] == "urn:trialport:problem:contradiction"
        assert problem["errors"][0]["path"].startswith(f"{group}.{field}")


QUERIES = [
    *("limit=0", "limit=-1", "limit=201", "limit=99999999999999999999", "limit=abc", "limit=", "limit=1&limit=2"),
    *("cursor=abc", "cursor=-1", "cursor=", "cursor=null", "cursor=%00", "cursor=%ff", "cursor=%zz"),
    *("state=nonsense", "state=", "state=null", "regoin=TST", "=1", "%ff=1", "%00=1", "state[]=submitted"),
]


@pytest.mark.usefixtures("nothing_is_written")
async def test_queries(client: Client) -> None:
    for query in QUERIES:
        check_problem(await client("office").get(f"{INQUIRIES}?{query}"), 400)
    problem = check_problem(await client("office").get(f"{INQUIRIES}?state=nonsense&limit=0"), 400)
    assert {one["path"] for one in problem["errors"]} == {"state", "limit"}
    assert "withdrawn" in json.dumps(problem["errors"])


@pytest.mark.usefixtures("nothing_is_written")
async def test_paths(client: Client, any_id: object) -> None:
    office = client("office")
    for path in (
        "/api",
        "/api/v1/nothing",
        f"{INQUIRIES}/not-an-id",
        f"{INQUIRIES}/{any_id}",
        f"{INQUIRIES}/%ff",
        f"{INQUIRIES}/%ed%a0%80",
        f"{INQUIRIES}/..%2f..%2fetc%2fpasswd",
        f"{INQUIRIES}/' or 1=1 --",
        "/api/v1/units/%zz",
        "/" + "a" * 5000,
    ):
        check_problem(await office.get(path), 404)
    check_problem(await office.get(f"{INQUIRIES}/%00"), 404)
    unknown = await office.get(f"/api/v1/units/{any_id}/capacities/nonsense")
    check_problem(unknown, 400, "therapy_area")
    check_problem(await office.get(f"/api/v1/units/{any_id}/capacities/a%00b"), 400)
    assert (await office.get(f"{INQUIRIES}/")).status_code == httpx.codes.OK


@pytest.mark.usefixtures("nothing_is_written")
async def test_methods_and_who_is_asked_first(client: Client) -> None:
    """An address that does not exist is 404 for anybody, a wrong method 405, and only then a token is asked."""
    nobody = client(None)
    check_problem(await nobody.get("/api/v1/nothing"), 404)
    for method in ("PUT", "DELETE", "TRACE", "CONNECT", "NONSENSE"):
        answer = await nobody.request(method, INQUIRIES)
        check_problem(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    check_problem(await nobody.post(INQUIRIES, content=b"[" * 100_000), 401)
    head = await nobody.head(INQUIRIES)
    assert (head.status_code, head.content) == (401, b"")
    options = await nobody.options(INQUIRIES)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.usefixtures("nothing_is_written")
async def test_authorisation(client: Client, people: Cast) -> None:
    token = people.tokens["office"]
    for value in (
        *(b"", b"Bearer", b"Bearer ", b"Basic YTpi", b"Bearer \xff\xfe", "Bearer å".encode(), b"Bearer null"),
        *(f"Token {token}".encode(), f"Bearer {token}x".encode(), f"Bearer {token} {token}".encode()),
        *(b"Bearer " + b"x" * 60_000, f"bearer {token[:-1]}".encode()),
    ):
        answer = await client(None).get(INQUIRIES, headers={b"Authorization": value})
        check_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert token not in answer.text


@pytest.mark.usefixtures("nothing_is_written")
async def test_preconditions(client: Client, people: Cast) -> None:
    address = f"/api/v1/units/{people.units['lung']}/capacities/respiratory"
    office, body = client("office"), {"state": "open"}
    check_problem(await office.put(address, json=body), 428)
    for value in (
        b'"999"',
        b'"999999999999"',
        b'W/"1"',
        b"1",
        b'"',
        b'"1", "2"',
        b"nonsense",
        b'"-1"',
        b'"\xe5"',
        b'"\xb2"',
    ):
        check_problem(await office.put(address, json=body, headers={b"If-Match": value}), 412)
    check_problem(await office.put(address, json=body, headers={"If-Match": "x" * 101}), 400, "If-Match")
    check_problem(await office.put(address, json=body, headers={"If-None-Match": '"1"'}), 400, "If-None-Match")
    check_problem(await office.put(address, json=body, headers={"If-None-Match": "*"}), 412)


@pytest.mark.usefixtures("nothing_is_written")
async def test_idempotency_keys(client: Client) -> None:
    for key in (b"", b"x" * 201, b"a b", b"\xff", "å".encode()):
        answer = await client("sponsor").post(INQUIRIES, json=inquiry_body(), headers={b"Idempotency-Key": key})
        check_problem(answer, 400, "Idempotency-Key")


async def test_any_accept_header_gets_json(client: Client) -> None:
    for accept in ("text/html", "nonsense", "application/xml;q=0.9", "*/*"):
        answer = await client("office").get("/api/v1/regions", headers={"Accept": accept})
        assert answer.status_code == httpx.codes.OK
        assert answer.headers["content-type"] == "application/json"


async def test_a_real_server(settings: Settings, people: Cast, connection: asyncpg.Connection, tmp_path: Path) -> None:
    """What only shows over a real connection: 50 MB of body, and bytes that no client library sends."""
    before = await count_rows(connection)
    token = people.tokens["sponsor"]
    with served(settings, tmp_path / "server.log") as address:
        await check_large_bodies(address, token)
        await check_raw_requests(int(address.rpartition(":")[2]), token)
    assert await count_rows(connection) == before
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log
    assert token not in log
    assert " ERROR " not in log


async def check_large_bodies(address: str, token: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield MEGABYTE

    headers = {**JSON, "Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as client:
        for content in (MEGABYTE * 50, pieces()):
            problem = check_problem(await client.post(INQUIRIES, content=content, headers=headers), 413)
            assert problem["type"] == "urn:trialport:problem:too-large"
        check_problem(await client.post(INQUIRIES, content=MEGABYTE * 50, headers=JSON), 401)
        check_problem(await client.post("/nothing", content=pieces()), 404)
        assert (await client.get("/health/ready")).status_code == httpx.codes.OK


async def check_raw_requests(port: int, token: str) -> None:
    signed = b"Host: a\r\nConnection: close\r\nAuthorization: Bearer " + token.encode() + b"\r\n"
    for head, status in (
        (b"GET /api/v1/inquiries/\xff\xfe HTTP/1.1\r\n", (400, 404)),
        (b"GET /api/v1/inquiries?state=\xff HTTP/1.1\r\n", (400,)),
        (b"GET /api/v1/inquiries/%00 HTTP/1.1\r\n", (404,)),
        (b"GET /api/v1/inquiries?cursor=%00 HTTP/1.1\r\n", (400,)),
        (b"GET /api/v1/inquiries/%ed%a0%80%ff HTTP/1.1\r\n", (404,)),
        (b"GET /api/v1/units?name=%ed%a0%80 HTTP/1.1\r\n", (200, 400)),
        (b"GET /api/v1/inquiries\x00 HTTP/1.1\r\n", (400,)),
        (b"GET //api//v1//nothing HTTP/1.1\r\n", (404,)),
        (b"TRACE /api/v1/inquiries HTTP/1.1\r\n", (405,)),
        (b"GET /api/v1/inquiries HTTP/1.1\r\nX-Odd: a\x00b\r\n", (400,)),
        (b"GET /api/v1/inquiries HTTP/1.1\r\nIf-Match: \xff\r\n", (200,)),
        (b"POST /api/v1/inquiries HTTP/1.1\r\nContent-Type: \xff\r\nContent-Length: 2\r\n", (415,)),
        (b"POST /api/v1/inquiries HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: -1\r\n", (400,)),
        (b"POST /api/v1/inquiries HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n", (413, 415)),
    ):
        answer = await ask_raw(port, head + signed + b"\r\n" + (b"{}" if b"Content-Length: 2" in head else b""))
        assert answer.startswith(b"HTTP/1.1 "), (head, answer)
        assert int(answer.split(b" ")[1]) in status, (head, answer)


async def ask_raw(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
