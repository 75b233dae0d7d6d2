"""What a company sees of a region's capacity: bands, never a unit and never a person."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from trialport.units.rules import band_count, band_participants


def path(people: Cast, region: str = "ours") -> str:
    return f"/api/v1/regions/{people.regions[region]}/capacity-overview"


async def more_units(connection: asyncpg.Connection, people: Cast, count: int, **values: Any) -> None:
    """Add units with the capacity of the lung unit, changed in some columns."""
    for number in range(count):
        unit_id = await connection.fetchval(
            """
            insert into unit (region_id, site_id, registry_id, name, kind)
            select region_id, site_id, $2, $2, kind from unit where unit_id = $1 returning unit_id
            """,
            people.units["lung"],
            f"more-{values}-{number}",
        )
        columns = {"unit_id": unit_id, "capacity_id": await connection.fetchval("select uuidv7()"), **values}
        await connection.execute(
            """
            insert into capacity
            select (jsonb_populate_record(c, $2)).* from capacity c where c.unit_id = $1
            """,
            people.units["lung"],
            {name: str(value) if isinstance(value, UUID) else value for name, value in columns.items()},
        )


@pytest.mark.parametrize(
    ("number", "band"),
    [(0, "0"), (0.4, "<5"), (1, "<5"), (4.9, "<5"), (5, "5-9"), (9.9, "5-9"), (10, "10-19"), (19.9, "10-19"),
     (20, "20-49"), (49.9, "20-49"), (50, "50+"), (1e6, "50+")],
)  # fmt: skip
def test_bands(number: float, band: str) -> None:
    assert band_count(number) == band
    assert band_participants(number, 3) == band
    assert band_participants(number, 2) is None, "a sum of two tells each what the other said"


async def test_it_works(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    (area,) = (await client("sponsor").get(path(people))).json()["items"]
    assert area == {
        "therapy_area": "respiratory",
        "units": "<5",
        "participants_per_month": None,
        "study_types": ["drug"],
        "dct_activities": [],
    }
    await more_units(
        connection, people, 4, dct_activities={"video_visit": {"answer": "own"}, "wearable": {"answer": "cannot"}}
    )
    (area,) = (await client("sponsor").get(path(people))).json()["items"]
    assert (area["units"], area["participants_per_month"]) == ("5-9", "10-19")
    assert area["dct_activities"] == ["video_visit"]


async def test_only_fresh_records_that_take_trials_count(
    client: Client, connection: asyncpg.Connection, people: Cast
) -> None:
    for values in (
        {"valid_until": "2020-01-01"},
        {"state": "full"},
        {"state": "paused"},
        {"new_trials_possible": False},
    ):
        await more_units(connection, people, 10, **values, study_types=["device"])
    (area,) = (await client("sponsor").get(path(people))).json()["items"]
    assert (area["units"], area["study_types"]) == ("<5", ["drug"])


async def test_no_unit_and_no_person_is_named(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    await more_units(connection, people, 6)
    text = (await client("sponsor").get(path(people))).text
    for told in ("Unit ", "Site of", "Demo ", "more-", *map(str, people.units.values())):
        assert told not in text


async def test_anonymous_is_refused(client: Client, people: Cast) -> None:
    assert (await client(None).get(path(people))).status_code == 401


async def test_stranger_gets_404(client: Client, people: Cast, any_id: UUID) -> None:
    """Regions are public, and so are their bands to every sponsor; a region that is none is not found."""
    assert (await client("rival").get(path(people, "theirs"))).status_code == 200
    assert (await client("sponsor").get(f"/api/v1/regions/{any_id}/capacity-overview")).status_code == 404
    for who in ("investigator", "unit_head", "management", "service"):
        assert (await client(who).get(path(people))).status_code == 403


async def test_bad_input_is_400(client: Client, people: Cast) -> None:
    assert (await client("sponsor").get(path(people) + "?unit=1")).status_code == 400
