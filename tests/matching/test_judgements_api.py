"""The doors of judgements: overrides and selections against the newest assessment, and the pairs they stand for."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.matching.test_assessments_api import more_units
from trialport.matching import judgement_queries, judgement_rules
from trialport.matching.judgement_models import Judged

Drain = Callable[[], Awaitable[int]]
Reference = dict[str, str]


class Ranked(msgspec.Struct):
    """An assessed inquiry: its address, candidates in order, and what was left out."""

    url: str
    candidates: list[Reference]
    excluded: list[Reference]


def reference(item: dict[str, Any]) -> Reference:
    return {"unit_id": item["unit"]["unit_id"], "therapy_area": item["therapy_area"]}


@pytest.fixture
async def ranked(client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast) -> Ranked:
    await more_units(connection, people, 18)
    url = (await submit(client, placement={"regions_wanted": ["TST", "OTH"]}))["status_url"]
    await drain()
    candidates = (await client("office").get(url + "/candidates")).json()["items"]
    excluded = (await client("office").get(url + "/assessments/latest")).json()["excluded"]
    return Ranked(url, [reference(one) for one in candidates], [reference(one) for one in excluded])


async def pairs(connection: asyncpg.Connection, ranked: Ranked) -> list[tuple[int | None, int | None]]:
    """Every stored pair as places in the region's list (from 0), None for what was left out."""
    places = {one["unit_id"]: at for at, one in enumerate(ranked.candidates)}
    rows = await connection.fetch(
        """
        select a.unit_id as preferred, b.unit_id as other from judged_pair p
        join capacity a on a.capacity_id = p.preferred_capacity_id
        join capacity b on b.capacity_id = p.other_capacity_id
        """
    )
    found = [(places.get(str(row["preferred"])), places.get(str(row["other"]))) for row in rows]
    return sorted(found, key=str)


async def override(client: Client, ranked: Ranked, kind: str, /, **fields: Any) -> Any:
    body = {"kind": kind, "reason": "We know them.", **fields}
    return await client("office").post(ranked.url + "/overrides", json=body)


async def test_it_works(client: Client, ranked: Ranked, connection: asyncpg.Connection) -> None:
    answer = await override(client, ranked, "moved", capacity=ranked.candidates[4], above=ranked.candidates[2])
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["items"]
    assert (made["kind"], made["pairs"], made["judged_by"]) == ("override_moved", 2, "office (test)")
    assert await pairs(connection, ranked) == [(4, 2), (4, 3)]
    assert (await client("office").get(ranked.url + "/judgements")).json()["items"] == [made]
    assert (await client("other_office").get(ranked.url + "/judgements")).json()["items"] == []
    noted = await connection.fetchrow("select * from audit_event where action = 'judgement.recorded'")
    assert noted["details"]["judged"][0]["kind"] == "override_moved"
    after = (await client("office").get(ranked.url + "/candidates")).json()["items"]
    assert [reference(one) for one in after] == ranked.candidates, "an assessment stays as it is"


async def test_dropping(client: Client, ranked: Ranked, connection: asyncpg.Connection) -> None:
    assert (await override(client, ranked, "dropped", capacity=ranked.candidates[7])).status_code == 201
    assert await pairs(connection, ranked) == [(10, 7), (8, 7), (9, 7)]


async def test_adding(client: Client, ranked: Ranked, connection: asyncpg.Connection) -> None:
    assert (await override(client, ranked, "added", capacity=ranked.candidates[12])).status_code == 201
    assert await pairs(connection, ranked) == [(12, 10), (12, 11)]
    assert (await override(client, ranked, "added", capacity=ranked.excluded[0])).status_code == 201
    left_out = [pair for pair in await pairs(connection, ranked) if pair[0] is None]
    assert left_out == [(None, place) for place in range(10, len(ranked.candidates))]


async def test_what_does_not_fit_is_refused(client: Client, ranked: Ranked, connection: asyncpg.Connection) -> None:
    first, second = ranked.candidates[:2]
    out = ranked.excluded[0]
    nobody = {**first, "therapy_area": "oncology"}
    for kind, fields in (
        ("moved", {"capacity": second}),
        ("moved", {"capacity": first, "above": second}),
        ("moved", {"capacity": out, "above": first}),
        ("moved", {"capacity": second, "above": out}),
        ("dropped", {"capacity": first, "above": second}),
        ("dropped", {"capacity": out}),
        ("added", {"capacity": first}),
        ("dropped", {"capacity": nobody}),
    ):
        assert (await override(client, ranked, kind, **fields)).status_code == 422, (kind, fields)
    assert (await override(client, ranked, "liked", capacity=first)).status_code == 400
    assert (await override(client, ranked, "dropped", capacity=first, reason="")).status_code == 400
    for selected, others in (([first, first], []), ([first], [first]), ([nobody], [])):
        body = {"selected": selected, "not_selected": others, "reason": "Chosen"}
        assert (await client("office").post(ranked.url + "/selections", json=body)).status_code == 422
    assert await connection.fetchval("select count(*) from judgement") == 0


async def test_whose_they_are(client: Client, ranked: Ranked, people: Cast) -> None:
    body = {"kind": "dropped", "reason": "Test", "capacity": ranked.candidates[0]}
    assert (await client("other_office").post(ranked.url + "/overrides", json=body)).status_code == 422
    for who in ("sponsor", "service", "investigator", "management"):
        assert (await client(who).post(ranked.url + "/overrides", json=body)).status_code == 403
    foreign = {"unit_id": str(people.units["foreign"]), "therapy_area": "respiratory"}
    both = {"selected": [ranked.candidates[0], foreign], "reason": "Chosen"}
    assert (await client("admin").post(ranked.url + "/selections", json=both)).status_code == 422


async def test_the_newest_selection_counts(client: Client, ranked: Ranked, connection: asyncpg.Connection) -> None:
    places = ranked.candidates
    for selected, others in (([0], [1]), ([3, 5], [0, 1])):
        body = {
            "selected": [places[at] for at in selected],
            "not_selected": [places[at] for at in others],
            "reason": "Told on the telephone",
        }
        answer = await client("office").post(ranked.url + "/selections", json=body)
        assert answer.status_code == 201, answer.text
        assert len({one["decision_id"] for one in answer.json()["items"]}) == 1
    assert await pairs(connection, ranked) == [(0, 1), (3, 0), (3, 1), (5, 0), (5, 1)]
    (judged,) = await judgement_queries.select_judged_assessments(connection)
    assert (len(judged.pairs), len(judged.selected)) == (4, 2)
    fits = await judgement_queries.select_stored_fits(
        connection, assessment_id=judged.assessment_id, region_id=judged.region_id
    )
    assert [str(one.unit_id) for one in fits] == [one["unit_id"] for one in places]
    await client("office").post(ranked.url + "/withdraw", json={}, headers={"If-Match": "*"})
    late = await client("office").post(ranked.url + "/selections", json={"selected": [places[0]], "reason": "?"})
    assert late.status_code == 409


async def test_judgements_stay(client: Client, ranked: Ranked, connection: asyncpg.Connection) -> None:
    await override(client, ranked, "dropped", capacity=ranked.candidates[0])
    for table in ("judgement", "judged_pair"):
        for statement in (f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement)


def test_no_pair_of_a_capacity_with_itself() -> None:
    ranked = [
        Judged(capacity_id=UUID(int=at), region_id=UUID(int=1), unit_id=UUID(int=at), therapy_area="oncology", rank=at)
        for at in range(1, 60)
    ]
    for at, one in enumerate(ranked):
        found = [*judgement_rules.pairs_of_dropped(one, ranked), *judgement_rules.pairs_of_added(one, ranked)]
        for above in ranked[:at]:
            found += judgement_rules.pairs_of_moved(one, above, ranked)
        assert all(preferred != other for preferred, other in found)
        assert len(judgement_rules.pairs_of_moved(one, ranked[0], ranked)) <= judgement_rules.MOST_PAIRS
