"""Local terms and corrections over HTTP: two persons, one region, and what is read by them."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.accounts.service import create_token

PROBLEM = "application/problem+json"
TRACK = {"term": "Andningsspåret", "language": "sv", "concept": "J44"}
Drain = Callable[[], Awaitable[int]]


@pytest.fixture
async def colleague(client: Client, connection: asyncpg.Connection, people: Cast) -> httpx.AsyncClient:
    """A second person of our region's office."""
    return await person(client, connection, people, "second office (test)")


async def person(
    client: Client, connection: asyncpg.Connection, people: Cast, name: str, region: str = "ours"
) -> httpx.AsyncClient:
    token = await create_token(connection, name=name, role="office", region_id=people.regions[region])
    made = client(None)
    made.headers["Authorization"] = f"Bearer {token}"
    return made


async def propose(client: Client, who: str = "office", /, **fields: Any) -> dict[str, Any]:
    answer = await client(who).post("/api/v1/terms", json={**TRACK, **fields})
    assert answer.status_code == 201, answer.text
    term: dict[str, Any] = answer.json()
    return term


def address(term: dict[str, Any], command: str = "") -> str:
    return f"/api/v1/terms/{term['local_term_id']}{command and '/' + command}"


async def read_as(client: Client, who: str, text: str = "Patienter i andningsspåret") -> list[str]:
    answer = await client(who).post("/api/v1/readings", json={"text": text, "lang": "sv"})
    assert answer.status_code == 200, answer.text
    return [one["code"] for one in answer.json()["concepts"] if one["method"] == "synonym"]


async def test_it_works(
    client: Client, colleague: httpx.AsyncClient, connection: asyncpg.Connection, people: Cast
) -> None:
    made = await client("office").post("/api/v1/terms", json={**TRACK, "note": "Our clinic."})
    assert made.status_code == 201
    term = made.json()
    assert made.headers["location"] == address(term)
    assert made.headers["etag"] == '"1"'
    assert (term["state"], term["region"], term["available_actions"]) == ("proposed", "TST", ["read", "withdraw"])
    assert "J44" not in await read_as(client, "office")
    seen = await colleague.get(address(term))
    assert seen.json()["available_actions"] == ["read", "agree", "reject"]
    agreed = await colleague.post(address(term, "agree"), headers={"If-Match": seen.headers["etag"]})
    assert agreed.status_code == 200, agreed.text
    assert (agreed.json()["state"], agreed.json()["agreed_by"]) == ("agreed", "second office (test)")
    assert await read_as(client, "office") == await read_as(client, "sponsor") == ["J44"]
    ended = await client("office").post(address(term, "withdraw"), json={"reason": "No longer used."})
    assert (ended.json()["state"], ended.json()["reason"]) == ("withdrawn", "No longer used.")
    assert await read_as(client, "office") == []
    history = (await colleague.get(address(term, "history"))).json()["items"]
    assert [(one["revision"], one["action"]) for one in history] == [(3, "withdrawn"), (2, "agreed"), (1, "proposed")]
    events = await connection.fetch(
        "select action, actor_name, region_id from audit_event where object_type = 'local_term' order by audit_event_id"
    )
    assert [tuple(event) for event in events] == [
        ("local_term.proposed", "office (test)", people.regions["ours"]),
        ("local_term.agreed", "second office (test)", people.regions["ours"]),
        ("local_term.withdrawn", "office (test)", people.regions["ours"]),
    ]


async def test_one_person_is_not_two(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    term = await propose(client)
    again = await person(client, connection, people, "Office  (Test)")
    for one in (client("office"), again):
        for command in ("agree", "reject"):
            answer = await one.post(address(term, command), json={"reason": "x"} if command == "reject" else None)
            assert answer.status_code == 409, answer.text
            assert answer.json()["state"] == "proposed"
            assert answer.json()["available_actions"] == ["read", "withdraw"]
    assert (await client("admin").post(address(term, "agree"))).status_code == 403
    assert (await client("office").get(address(term))).json()["revision"] == 1


async def test_states_refuse_what_they_do_not_allow(client: Client, colleague: httpx.AsyncClient) -> None:
    rejected = await propose(client)
    assert (await colleague.post(address(rejected, "withdraw"), json={})).status_code == 409
    answer = await colleague.post(address(rejected, "reject"), json={"reason": "Used for asthma too."})
    assert (answer.json()["state"], answer.json()["reason"]) == ("rejected", "Used for asthma too.")
    for command, body in (("agree", None), ("reject", {"reason": "x"}), ("withdraw", {})):
        refused = await colleague.post(address(rejected, command), json=body)
        assert refused.status_code == 409
        assert (refused.json()["state"], refused.json()["available_actions"]) == ("rejected", ["read"])
    own = await propose(client)
    assert (await client("office").post(address(own, "withdraw"), json={})).json()["state"] == "withdrawn"
    by_admin = await propose(client)
    assert (await client("admin").post(address(by_admin, "withdraw"), json={})).json()["state"] == "withdrawn"


async def test_a_state_read_before_is_412(client: Client, colleague: httpx.AsyncClient) -> None:
    term = await propose(client)
    for tag in ('"2"', "nonsense"):
        assert (await colleague.post(address(term, "agree"), headers={"If-Match": tag})).status_code == 412
    assert (await colleague.post(address(term, "agree"), headers={"If-Match": "*"})).status_code == 200


async def test_the_same_words_mean_one_thing(client: Client, colleague: httpx.AsyncClient) -> None:
    term = await propose(client)
    for fields in ({"concept": "J45"}, {}, {"term": "ANDNINGSSPÅREN", "concept": "J45"}):
        answer = await colleague.post("/api/v1/terms", json={**TRACK, **fields})
        assert answer.status_code == 409, fields
        assert answer.json()["state"] == "proposed"
        assert term["local_term_id"] in answer.json()["detail"]
    await colleague.post(address(term, "agree"))
    refused = await client("office").post("/api/v1/terms", json={**TRACK, "concept": "J45"})
    assert (refused.status_code, refused.json()["state"]) == (409, "agreed")
    assert "J44" in refused.json()["detail"]
    # Another language, and another region, have words of their own.
    await propose(client, language="da", concept="J45")
    await propose(client, "other_office", concept="J45")
    await client("office").post(address(term, "withdraw"), json={})
    await propose(client, concept="J45")


async def test_a_correction_names_where_it_was_seen(client: Client, colleague: httpx.AsyncClient) -> None:
    ours, theirs = await submit(client), await submit(client, placement={"regions_wanted": ["OTH"]})
    body = {"term": "COPD", "language": "en", "concept": "J45", "read_as": "J44"}
    foreign = await client("office").post("/api/v1/terms", json={**body, "inquiry_id": theirs["inquiry_id"]})
    nothing = await client("office").post("/api/v1/terms", json={**body, "inquiry_id": str(UUID(int=7))})
    assert foreign.status_code == nothing.status_code == 422
    assert {**foreign.json(), "request_id": ""} == {**nothing.json(), "request_id": ""}
    made = await client("office").post("/api/v1/terms", json={**body, "inquiry_id": ours["inquiry_id"]})
    assert made.status_code == 201, made.text
    assert (made.json()["read_as"], made.json()["inquiry_id"]) == ("J44", ours["inquiry_id"])
    assert (await colleague.post(address(made.json(), "agree"))).status_code == 200
    assert await read_as(client, "office", "COPD") == ["J45"]


async def test_assessments_are_made_anew(client: Client, colleague: httpx.AsyncClient, drain: Drain) -> None:
    inquiry = await submit(client, condition={"indication": "Patienter i andningsspåret"})
    assert await drain() == 1
    latest = f"/api/v1/inquiries/{inquiry['inquiry_id']}/assessments/latest"
    before = (await client("office").get(latest)).json()
    assert "J44" not in {one["code"] for one in before["reading"]["concepts"]}
    term = await propose(client)
    assert await drain() == 0
    await colleague.post(address(term, "agree"))
    assert await drain() == 2
    after = (await client("office").get(latest)).json()
    assert (after["run"], [one["code"] for one in after["reading"]["concepts"]]) == (2, ["J44"])
    assert after["vocabulary_version"].startswith(before["vocabulary_version"] + "+")
    assert after["candidates"] == 2
    preview = await client("office").post("/api/v1/matches", json={"condition": {"indication": "andningsspåret"}})
    assert [one["code"] for one in preview.json()["reading"]["concepts"]] == ["J44"]
    await client("office").post(address(term, "withdraw"), json={})
    assert await drain() == 2
    ended = (await client("office").get(latest)).json()
    assert (ended["run"], ended["reading"]) == (3, before["reading"])
    assert ended["vocabulary_version"] == before["vocabulary_version"]


async def test_nothing_leaks_to_another_region(
    client: Client, colleague: httpx.AsyncClient, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    term = await propose(client)
    await colleague.post(address(term, "agree"))
    assert await read_as(client, "office") == ["J44"]
    assert await read_as(client, "other_office") == await read_as(client, "admin") == []
    assert (await client("other_office").get("/api/v1/terms")).json()["items"] == []
    for command in ("", "history"):
        theirs = await client("other_office").get(address(term, command))
        missing = await client("other_office").get(address({"local_term_id": UUID(int=7)}, command))
        assert theirs.status_code == missing.status_code == 404
        assert {**theirs.json(), "request_id": ""} == {**missing.json(), "request_id": ""}
    assert (await client("other_office").post(address(term, "agree"))).status_code == 404
    # An inquiry to both is read by what both have agreed on.
    both = await submit(
        client, condition={"indication": "andningsspåret"}, placement={"regions_wanted": ["TST", "OTH"]}
    )
    await drain()
    latest = f"/api/v1/inquiries/{both['inquiry_id']}/assessments/latest"
    read = (await client("other_office").get(latest)).json()["reading"]["concepts"]
    assert "J44" not in {one["code"] for one in read}
    their_term = await propose(client, "other_office")
    second = await person(client, connection, people, "second other office (test)", "theirs")
    await second.post(address(their_term, "agree"))
    await drain()
    assert [one["code"] for one in (await client("office").get(latest)).json()["reading"]["concepts"]] == ["J44"]


async def test_a_list_in_pages_by_state(client: Client, colleague: httpx.AsyncClient) -> None:
    made = [await propose(client, term=f"spår{word}") for word in ("alfa", "beta", "gamma")]
    await colleague.post(address(made[1], "agree"))
    first = (await client("office").get("/api/v1/terms", params={"limit": 2})).json()
    rest = (await client("office").get("/api/v1/terms", params={"cursor": first["next_cursor"]})).json()
    assert [one["term"] for one in first["items"] + rest["items"]] == ["spårgamma", "spårbeta", "spåralfa"]
    assert rest["next_cursor"] is None
    agreed = (await client("admin").get("/api/v1/terms", params={"state": "agreed"})).json()["items"]
    assert [one["term"] for one in agreed] == ["spårbeta"]


async def test_a_request_repeated_is_one_term(client: Client) -> None:
    headers = {"Idempotency-Key": "my-term"}
    first = await client("office").post("/api/v1/terms", json=TRACK, headers=headers)
    again = await client("office").post("/api/v1/terms", json=TRACK, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.headers["etag"], again.headers["location"]) == (first.headers["etag"], first.headers["location"])
    other = await client("office").post("/api/v1/terms", json={**TRACK, "concept": "J45"}, headers=headers)
    assert other.status_code == 422


async def test_anonymous_is_refused(client: Client, any_id: UUID) -> None:
    for answer in (
        await client(None).get("/api/v1/terms"),
        await client(None).post("/api/v1/terms", json=TRACK),
        await client(None).post(f"/api/v1/terms/{any_id}/agree"),
    ):
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith(PROBLEM)


async def test_bad_input_is_400(client: Client) -> None:
    faults: list[dict[str, Any]] = [
        {"term": ""},
        {"term": "x" * 201},
        {"language": "fi"},
        {"concept": ""},
        {"concept": "x" * 101},
        {"inquiry_id": "nonsense"},
        {"note": "x" * 1_001},
        {"more": 1},
    ]
    for fields in faults:
        answer = await client("office").post("/api/v1/terms", json={**TRACK, **fields})
        assert answer.status_code == 400, fields
        assert answer.json()["errors"], fields
    assert (await client("office").get("/api/v1/terms?state=open")).status_code == 400


async def test_what_does_not_fit_is_422(client: Client) -> None:
    faults: list[tuple[str, dict[str, Any]]] = [
        *(("term", {"term": words}) for words in ("!!", "i och med", "12", "patienter", "KOL: svår")),
        ("term", {"term": "ett två tre fyra fem sex sju åtta nio tio elva"}),
        ("concept", {"concept": "Q999"}),
        ("concept", {"concept": "j44"}),
        ("read_as", {"read_as": "nonsense"}),
        ("read_as", {"read_as": "J44"}),
    ]
    for path, fields in faults:
        answer = await client("office").post("/api/v1/terms", json={**TRACK, **fields})
        assert answer.status_code == 422, fields
        assert [one["path"] for one in answer.json()["errors"]] == [path], fields
