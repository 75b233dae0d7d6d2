"""One inquiry to several regions, and the numbers each region gives."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit

Drain = Callable[[], Awaitable[int]]
INQUIRIES = "/api/v1/inquiries"
YEAR = datetime.now(UTC).year


async def test_each_office_sees_its_own_candidates(client: Client, drain: Drain, people: Cast) -> None:
    receipt = await submit(client, placement={"regions_wanted": ["OTH", "TST"]})
    url = receipt["status_url"]
    assert receipt["reference"].startswith("TST-"), "the sponsor's own region receives it, whatever the order"
    await drain()
    for who, own in (("office", {"lung", "heart"}), ("other_office", {"foreign"})):
        assert (await client(who).get(url)).json()["regions"] == ["OTH", "TST"]
        assert [one["inquiry_id"] for one in (await client(who).get(INQUIRIES)).json()["items"]] == [
            receipt["inquiry_id"]
        ]
        candidates = (await client(who).get(url + "/candidates")).json()["items"]
        assert {one["unit"]["unit_id"] for one in candidates} == {str(people.units[name]) for name in own}
        assert [one["rank"] for one in candidates] == list(range(1, len(own) + 1))
        assert (await client(who).get(url + "/assessments/latest")).json()["candidates"] == len(own)
    everything = (await client("admin").get(url + "/candidates")).json()["items"]
    assert [one["rank"] for one in everything] == [1, 2, 3]


async def test_a_region_not_asked_sees_nothing(client: Client, drain: Drain) -> None:
    url = (await submit(client, placement={"regions_wanted": ["OTH"]}))["status_url"]
    await drain()
    for path in ("", "/candidates", "/assessments/latest"):
        assert (await client("office").get(url + path)).status_code == 404
        assert (await client("other_office").get(url + path)).status_code == 200


async def test_without_a_wish_the_own_region_is_asked(client: Client) -> None:
    receipt = await submit(client, placement={})
    assert receipt["reference"].startswith("TST-")
    assert (await client("sponsor").get(receipt["status_url"])).json()["regions"] == ["TST"]


async def test_an_office_submits_to_its_own_region_only(client: Client, connection: asyncpg.Connection) -> None:
    for codes in (["OTH"], ["TST", "OTH"]):
        for who in ("office", "service"):
            answer = await client(who).post(INQUIRIES, json=inquiry_body(placement={"regions_wanted": codes}))
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["path"] == "placement.regions_wanted"
    assert await connection.fetchval("select count(*) from inquiry") == 0
    assert (await submit(client, "other_office", placement={"regions_wanted": ["OTH"]}))["reference"].startswith("OTH-")


async def test_a_region_named_twice_is_asked_once(client: Client) -> None:
    receipt = await submit(client, placement={"regions_wanted": ["TST", "TST"]})
    assert (await client("sponsor").get(receipt["status_url"])).json()["regions"] == ["TST"]


async def test_references_count_by_region(client: Client) -> None:
    for number in (1, 2):
        for code in ("TST", "OTH"):
            receipt = await submit(client, "admin", placement={"regions_wanted": [code]})
            assert receipt["reference"] == f"{code}-{YEAR}-{number:04}"


async def test_references_at_the_same_moment_differ(client: Client) -> None:
    one = client("sponsor")
    answers = await asyncio.gather(*(one.post(INQUIRIES, json=inquiry_body()) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {202}
    assert sorted(answer.json()["reference"] for answer in answers) == [
        f"TST-{YEAR}-{number:04}" for number in range(1, 31)
    ]


async def test_references_count_by_year(connection: asyncpg.Connection, people: Cast) -> None:
    """The new year begins at one again, and numbers beyond four digits stay whole."""
    own = people.regions["ours"]
    number = "select next_inquiry_number($1, $2)"
    assert [await connection.fetchval(number, own, year) for year in (2026, 2026, 2027, 2026)] == [1, 2, 1, 3]
    assert await connection.fetchval(number, people.regions["theirs"], 2026) == 1


async def test_the_ten_thousandth_reference_is_whole(
    client: Client, connection: asyncpg.Connection, people: Cast
) -> None:
    await connection.execute(
        "select next_inquiry_number($1, $2) from generate_series(1, 9999)", people.regions["ours"], YEAR
    )
    assert (await submit(client))["reference"] == f"TST-{YEAR}-10000"
