"""The preview: reading and ranking without storing."""

from typing import Any

import asyncpg

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body

MATCHES = "/api/v1/matches"
COPD: dict[str, Any] = {"condition": {"indication": "KOL, svår"}}


async def test_it_works(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    answer = await client("office").post(MATCHES, json=COPD)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert result["reading"]["concepts"][0]["code"] == "J44"
    assert {one["unit"]["unit_id"] for one in result["candidates"]} == {
        str(people.units[name]) for name in ("lung", "heart")
    }
    assert [one["rank"] for one in result["candidates"]] == [1, 2]
    for table in ("inquiry", "assessment", "job", "audit_event"):
        assert await connection.fetchval(f"select count(*) from {table}") == 0, table


async def test_sentences_come_in_the_viewers_language(client: Client, people: Cast) -> None:
    assert people.units
    answer = await client("office").post(MATCHES, json=COPD, headers={"Accept-Language": "sv-SE, en;q=0.5"})
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("sv", "Accept-Language, Cookie")
    (indication,) = [one for one in answer.json()["candidates"][0]["criteria"] if one["name"] == "indication"]
    assert "Tar" in indication["sentence"]
    assert (await client("office").post(MATCHES, json=COPD)).headers["content-language"] == "en"


async def test_anonymous_is_refused(client: Client) -> None:
    assert (await client(None).post(MATCHES, json=COPD)).status_code == 401


async def test_a_whole_inquiry_can_be_previewed(client: Client) -> None:
    """The same body serves the preview and the submission."""
    answer = await client("office").post(MATCHES, json=inquiry_body())
    assert answer.status_code == 200
    assert len(answer.json()["candidates"]) == 2


async def test_a_sponsor_sees_a_band_only(client: Client) -> None:
    for who in ("sponsor", "rival"):
        answer = await client(who).post(MATCHES, json=COPD)
        assert answer.status_code == 200
        assert answer.json().keys() == {"reading", "fitting_units"}
        assert answer.json()["fitting_units"] == "1-4"
    unfit = await client("sponsor").post(
        MATCHES, json={"condition": {"indication": "atopic dermatitis"}, "kind": {"study_type": "drug", "phase": "1"}}
    )
    assert unfit.json()["fitting_units"] == "0"


async def test_regions_stay_within_what_may_be_asked(client: Client, people: Cast) -> None:
    def wanting(*codes: str) -> dict[str, Any]:
        return {**COPD, "placement": {"regions_wanted": list(codes)}}

    both = await client("admin").post(MATCHES, json=wanting("TST", "OTH"))
    assert {one["unit"]["unit_id"] for one in both.json()["candidates"]} == {str(one) for one in people.units.values()}
    for who, codes in (
        ("office", ("OTH",)),
        ("office", ("TST", "OTH")),
        ("service", ("OTH",)),
        ("other_office", ("TST",)),
        ("sponsor", ("NONE",)),
        ("admin", ()),
    ):
        answer = await client(who).post(MATCHES, json=wanting(*codes))
        assert answer.status_code == 422, (who, codes)
        assert answer.json()["errors"][0]["path"] == "placement.regions_wanted"
    theirs = await client("other_office").post(MATCHES, json=COPD)
    assert [one["unit"]["unit_id"] for one in theirs.json()["candidates"]] == [str(people.units["foreign"])]


async def test_the_limit_cuts_the_list(client: Client) -> None:
    answer = await client("office").post(MATCHES, params={"limit": 1}, json=COPD)
    assert [one["rank"] for one in answer.json()["candidates"]] == [1]


async def test_bad_input_is_400(client: Client) -> None:
    bodies: tuple[Any, ...] = (
        {},
        [],
        {"condition": {}},
        {"condition": {"indication": ""}},
        {"condition": {"indication": "COPD", "colour": "blue"}},
        {**COPD, "kind": {"study_type": "potion", "phase": "3"}},
        {**COPD, "numbers": {"participants_wanted": 0, "planned_start": "2030-01-01"}},
    )
    for body in bodies:
        assert (await client("office").post(MATCHES, json=body)).status_code == 400, body
    assert (await client("office").post(MATCHES, params={"limit": 0}, json=COPD)).status_code == 400


async def test_unreadable_text_is_no_error(client: Client) -> None:
    """An indication nobody knows is compared without it: unknown is not no."""
    answer = await client("office").post(MATCHES, json={"condition": {"indication": "qwertyuiop zzz"}})
    assert answer.status_code == 200
    assert answer.json()["reading"]["concepts"] == []
    assert len(answer.json()["candidates"]) == 2
