"""The doors of the inquiry: submitting, listing, reading."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit

Drain = Callable[[], Awaitable[int]]
INQUIRIES = "/api/v1/inquiries"
TABLES = ["inquiry", "inquiry_version", "inquiry_confidential", "inquiry_region", "job", "audit_event"]


async def counts(connection: asyncpg.Connection) -> dict[str, int]:
    return {table: await connection.fetchval(f"select count(*) from {table}") for table in TABLES}


async def test_it_works(client: Client, connection: asyncpg.Connection) -> None:
    answer = await client("sponsor").post(INQUIRIES, json=inquiry_body())
    assert answer.status_code == 202
    receipt = answer.json()
    assert receipt["reference"] == f"TST-{datetime.now(UTC).year}-0001"
    assert answer.headers["location"] == receipt["status_url"]
    assert date.fromisoformat(receipt["promised_on"]) > datetime.now(UTC).date()
    read = await client("sponsor").get(receipt["status_url"])
    assert read.status_code == 200
    assert read.headers["etag"] == '"1"'
    detail = read.json()
    assert detail["content"] == inquiry_body()
    assert {name: detail[name] for name in receipt if name != "status_url"} == {
        name: value for name, value in receipt.items() if name != "status_url"
    }
    assert detail["available_actions"] == ["read", "read_teaser", "amend", "withdraw", "attach", "read_completeness"]
    assert (detail["assessed"], detail["regions"]) == (False, ["TST"])
    # Who reads the confidential fields is noted too.
    assert await counts(connection) == {**dict.fromkeys(TABLES, 1), "audit_event": 2}
    event = await connection.fetchrow(
        "select action, actor_role, object_id, details from audit_event order by audit_event_id limit 1"
    )
    assert tuple(event) == (
        "inquiry.submitted",
        "sponsor_contact",
        UUID(receipt["inquiry_id"]),
        {"reference": receipt["reference"], "version": 1},
    )


async def test_anonymous_is_refused(client: Client, connection: asyncpg.Connection) -> None:
    before = await counts(connection)
    assert (await client(None).post(INQUIRIES, json=inquiry_body())).status_code == 401
    assert (await client(None).get(INQUIRIES)).status_code == 401
    assert await counts(connection) == before


async def test_stranger_gets_404(client: Client, any_id: UUID) -> None:
    """A rival and another region's office are told the same as for what does not exist."""
    own = (await submit(client))["status_url"]
    absent = f"{INQUIRIES}/{any_id}"
    for who in ("rival", "other_office"):
        for method, path, body, headers in (
            ("GET", "", None, {}),
            ("PATCH", "", {"money": {"payer": "Me"}}, {"If-Match": '"1"'}),
            ("POST", "/withdraw", {}, {}),
        ):
            refused = await client(who).request(method, own + path, json=body, headers=headers)
            unknown = await client(who).request(method, absent + path, json=body, headers=headers)
            assert refused.status_code == unknown.status_code == 404
            assert _without_id(refused.json()) == _without_id(unknown.json())
        assert (await client(who).get(INQUIRIES)).json()["items"] == []
    assert (await client("sponsor").get(own)).json()["state"] == "submitted"


def _without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


async def test_bad_input_is_400(client: Client, connection: asyncpg.Connection) -> None:
    before = await counts(connection)
    for groups, path in (
        ({"kind": {"study_type": "potion", "phase": "3"}}, "kind.study_type"),
        ({"who": {"sponsor_name": "X"}}, "who"),
        ({"surprise": 1}, ""),
        ({"numbers": {"participants_wanted": "24", "planned_start": "2027-01-01"}}, "numbers.participants_wanted"),
        ({"answer": {"outcome_promised_by": "2027-02-30"}}, "answer.outcome_promised_by"),
        ({"condition": {"indication": "   "}}, "condition.indication"),
    ):
        answer = await client("sponsor").post(INQUIRIES, json=inquiry_body(**groups))
        assert answer.status_code == 400, groups
        assert path in answer.json()["errors"][0]["path"]
    assert await counts(connection) == before


async def test_values_that_do_not_fit_are_422(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    before = await counts(connection)
    yesterday = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
    foreign, lung = str(people.units["foreign"]), str(people.units["lung"])
    regions = ["TST"]
    for groups, path in (
        ({"numbers": {"participants_wanted": 1, "planned_start": yesterday}}, "numbers.planned_start"),
        ({"answer": {"outcome_promised_by": yesterday}}, "answer.outcome_promised_by"),
        ({"population": {"age_from": 80, "age_to": 40}}, "population.age_to"),
        ({"condition": {"indication": "COPD", "icd10_codes": ["J44", "U00"]}}, "condition.icd10_codes[1]"),
        ({"placement": {"regions_wanted": ["TST", "NONE"]}}, "placement.regions_wanted"),
        ({"placement": {"regions_wanted": regions, "regions_excluded": regions}}, "placement.regions_excluded"),
        ({"placement": {"regions_excluded": regions}}, "placement.regions_excluded"),
        ({"placement": {"regions_wanted": regions, "units_wanted": [foreign]}}, "placement.units_wanted"),
        ({"placement": {"regions_wanted": regions, "units_excluded": [foreign]}}, "placement.units_excluded"),
        (
            {"placement": {"regions_wanted": regions, "units_wanted": [lung], "units_excluded": [lung]}},
            "placement.units_excluded",
        ),
        (
            {"confidentiality": {"fields": [{"field": "condition.indication", "harm": "Tells the target."}]}},
            "confidentiality.fields[0].field",
        ),
        (
            {"confidentiality": {"fields": [{"field": "product.colour", "harm": "None."}]}},
            "confidentiality.fields[0].field",
        ),
    ):
        answer = await client("sponsor").post(INQUIRIES, json=inquiry_body(**groups))
        assert answer.status_code == 422, (groups, answer.text)
        assert [one["path"] for one in answer.json()["errors"]] == [path]
    assert await counts(connection) == before


async def test_all_contradictions_are_named_at_once(client: Client) -> None:
    answer = await client("sponsor").post(
        INQUIRIES,
        json=inquiry_body(
            population={"age_from": 9, "age_to": 8},
            numbers={"participants_wanted": 1, "planned_start": "2020-01-01"},
            condition={"indication": "COPD", "icd10_codes": ["U00"]},
        ),
    )
    assert {one["path"] for one in answer.json()["errors"]} == {
        "population.age_to",
        "numbers.planned_start",
        "condition.icd10_codes[0]",
    }


async def test_lists_are_cut_into_pages(client: Client) -> None:
    made = [(await submit(client))["inquiry_id"] for _ in range(5)]
    await submit(client, "rival")
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        page = await client("colleague").get(INQUIRIES, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200
        seen += [one["inquiry_id"] for one in page.json()["items"]]
        assert len(page.json()["items"]) <= 2
        if (cursor := page.json()["next_cursor"]) is None:
            break
    assert seen == list(reversed(made))
    assert len((await client("office").get(INQUIRIES)).json()["items"]) == 6
    await client("sponsor").post(f"{INQUIRIES}/{made[0]}/withdraw", json={})
    withdrawn = (await client("office").get(INQUIRIES, params={"state": "withdrawn"})).json()["items"]
    assert [one["inquiry_id"] for one in withdrawn] == [made[0]]
    for query in ({"state": "lost"}, {"limit": 0}, {"limit": 201}, {"cursor": "x"}):
        assert (await client("office").get(INQUIRIES, params=query)).status_code == 400, query


async def test_the_token_decides_whose_inquiry_it_is(
    client: Client, connection: asyncpg.Connection, people: Cast
) -> None:
    """A sponsor who writes a rival's name into the body neither opens nor fills the rival's list."""
    who = {**inquiry_body()["who"], "sponsor_name": "Rival Pharma (demonstration)"}
    receipt = await submit(client, who=who)
    assert (await client("rival").get(receipt["status_url"])).status_code == 404
    assert (await client("colleague").get(receipt["status_url"])).status_code == 200
    owner = await connection.fetchval("select sponsor_id from inquiry")
    assert owner == people.sponsors["first"]


async def test_the_office_submits_for_a_sponsor(client: Client) -> None:
    """An inquiry that came by telephone belongs to the sponsor it names, however the name is written."""
    who = {**inquiry_body()["who"], "sponsor_name": "  first   PHARMA (demonstration) "}
    receipt = await submit(client, "office", who=who)
    assert (await client("sponsor").get(receipt["status_url"])).status_code == 200
    new = {**inquiry_body()["who"], "sponsor_name": "Never Heard Of AB"}
    other = await submit(client, "office", who=new)
    assert (await client("sponsor").get(other["status_url"])).status_code == 404
    assert (await client("office").get(other["status_url"])).status_code == 200
