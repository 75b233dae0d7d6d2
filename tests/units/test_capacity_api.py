"""Capacity through the door: reading, writing against a state, confirming, history, and who reaches which."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Client

# Marked here, because anyio passes the parameters of a test only when it knows it at collection.
pytestmark = pytest.mark.anyio
BODY: dict[str, Any] = {"state": "limited", "phases": ["3"], "nurse_hours_free": 7.5, "indications": ["asthma"]}


def address(people: Cast, unit: str = "lung", area: str = "respiratory") -> str:
    return f"/api/v1/units/{people.units[unit]}/capacities/{area}"


def today() -> date:
    return datetime.now(UTC).date()


async def written(connection: asyncpg.Connection) -> tuple[int, ...]:
    """Count what a write leaves behind."""
    return tuple(
        await connection.fetchrow(
            """select (select count(*) from capacity), (select coalesce(sum(revision), 0) from capacity),
                      (select count(*) from capacity_history), (select count(*) from audit_event),
                      (select count(*) from job)"""
        )
    )


async def test_it_works(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    own = client("investigator")
    read = await own.get(address(people))
    assert read.status_code == 200, read.text
    assert read.headers["etag"] == '"1"'
    changed = await own.put(address(people), json=BODY, headers={"If-Match": read.headers["etag"]})
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"2"'
    record = changed.json()
    assert {name: record[name] for name in BODY} == BODY
    # A PUT replaces the whole record: what it does not name is no longer stated.
    assert (record["study_types"], record["participants_per_month"]) == ([], None)
    assert (record["revision"], record["stale"], record["confirmed_by"]) == (2, False, "investigator (test)")
    assert record["valid_until"] == str(today() + timedelta(days=90))
    assert record["available_actions"] == ["read", "change", "confirm", "import"]
    assert (await own.get(address(people))).json() == record
    assert (await own.get("/api/v1/capacities")).json()["items"] == [record]
    assert (await own.get(f"/api/v1/units/{people.units['lung']}/capacities")).json()["items"] == [record]
    job = await connection.fetchrow("select kind, subject_id, state from job")
    assert tuple(job) == ("refresh_assessments", people.regions["ours"], "queued")
    event = await connection.fetchrow("select action, actor_name, object_id, region_id, details from audit_event")
    assert tuple(event) == (
        "capacity.changed",
        "investigator (test)",
        UUID(record["capacity_id"]),
        people.regions["ours"],
        {"revision": 2},
    )


async def test_every_field_survives_the_way_in_and_out(client: Client, people: Cast) -> None:
    body = {
        "indications": ["KOL", "J45"],
        "study_types": ["drug", "device"],
        "phases": ["early_1", "2_3"],
        "age_groups": ["child", "adult"],
        "care_settings": ["outpatient", "home"],
        "state": "paused",
        "state_until": "2027-01-31",
        "new_trials_possible": False,
        "new_trials_from": "2027-02-01",
        "participants_per_month": 0.25,
        "participants_basis": "ehr_count",
        "participants_counted_on": "2026-01-31",
        "nurse_hours_free": 16.5,
        "physician_hours_free": 6.0,
        "protected_hours_planned": 4.0,
        "protected_hours_taken": 2.5,
        "running_trials": 3,
        "trial_slots": 2,
        "competing_trials": ["COPD, exacerbations"],
        "lead_time_days": 60,
        "conditions": ["needs a nurse"],
        "dct_activities": {
            "home_venous": {"answer": "with_partner", "partner": "Hemsjukvården", "geography": "Uppsala"},
            "video_visit": {"answer": "own", "partner": None, "geography": None},
        },
        "equipment": ["spirometry"],
        "resources": ["biobank"],
        "experience": [{"therapy_area": "respiratory", "phase": "3", "trials": 4}],
        "primary_care_role": "visit",
    }
    made = await client("office").put(address(people, area="oncology"), json=body, headers={"If-None-Match": "*"})
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"1"'
    read = (await client("office").get(address(people, area="oncology"))).json()
    assert {name: read[name] for name in body} == body


async def test_anonymous_is_refused(client: Client, people: Cast) -> None:
    for method, path in (
        ("GET", address(people)),
        ("PUT", address(people)),
        ("POST", address(people) + "/confirm"),
        ("GET", address(people) + "/history"),
        ("GET", "/api/v1/capacities"),
        ("GET", f"/api/v1/units/{people.units['lung']}/capacities"),
    ):
        answer = await client(None).request(method, path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")


OTHER_ROLES: list[str] = ["sponsor", "colleague", "rival", "management"]


async def test_other_roles_are_refused(client: Client, people: Cast) -> None:
    for who in OTHER_ROLES:
        one = client(who)
        assert (await one.get(address(people))).status_code == 403
        assert (await one.put(address(people), json=BODY, headers={"If-Match": "*"})).status_code == 403
        assert (await one.get("/api/v1/capacities")).status_code == 403


STRANGERS: list[tuple[str, str]] = [
    ("investigator", "heart"),
    ("investigator", "foreign"),
    ("unit_head", "heart"),
    ("office", "foreign"),
    ("other_office", "lung"),
    ("service", "foreign"),
]


async def test_stranger_gets_404(client: Client, people: Cast, connection: asyncpg.Connection, any_id: UUID) -> None:
    """What is not yours is answered like what does not exist, and nothing is written."""
    for who, unit in STRANGERS:
        before = await written(connection)
        one = client(who)
        for path in (address(people, unit), f"/api/v1/units/{any_id}/capacities/respiratory"):
            answers = [
                await one.get(path),
                await one.put(path, json=BODY, headers={"If-Match": "*"}),
                await one.put(path.replace("respiratory", "oncology"), json=BODY, headers={"If-None-Match": "*"}),
                await one.post(path + "/confirm"),
                await one.get(path + "/history"),
                await one.get(path.rpartition("/")[0]),
            ]
            assert [answer.status_code for answer in answers] == [404] * 6
            assert {answer.json()["type"] for answer in answers} == {"urn:trialport:problem:not-found"}
        assert await written(connection) == before


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("investigator", {"lung"}),
        ("other_investigator", {"heart"}),
        ("unit_head", {"lung"}),
        ("office", {"lung", "heart"}),
        ("service", {"lung", "heart"}),
        ("other_office", {"foreign"}),
        ("admin", {"lung", "heart", "foreign"}),
    ],
)
async def test_a_list_holds_what_is_in_scope(client: Client, people: Cast, who: str, units: set[str]) -> None:
    one = client(who)
    page = (await one.get("/api/v1/capacities")).json()
    assert {item["unit_id"] for item in page["items"]} == {str(people.units[unit]) for unit in units}
    assert page["next_cursor"] is None
    for unit in units:
        own = (await one.get(f"/api/v1/units/{people.units[unit]}/capacities")).json()
        assert [item["therapy_area"] for item in own["items"]] == ["respiratory"]
        assert (await one.put(address(people, unit), json=BODY, headers={"If-Match": '"1"'})).status_code == 200


async def test_a_list_is_filtered_and_paged(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    office = client("office")
    areas = ["oncology", "neurology", "psychiatry", "dermatology", "haematology"]
    for area in areas:
        made = await office.put(address(people, area=area), json={"state": "full"}, headers={"If-None-Match": "*"})
        assert made.status_code == 201
    await connection.execute(
        "update capacity set valid_until = $1 where therapy_area = 'oncology'", today() - timedelta(days=1)
    )
    await connection.execute("update capacity set valid_until = $1 where therapy_area = 'neurology'", today())
    await connection.execute("update capacity set valid_until = null where therapy_area = 'psychiatry'")

    async def areas_of(**filters: str) -> list[str]:
        answer = await office.get("/api/v1/capacities", params=filters)
        assert answer.status_code == 200, answer.text
        return sorted(item["therapy_area"] for item in answer.json()["items"])

    assert await areas_of(stale="true") == ["oncology"]
    assert await areas_of(stale="false", state="full") == sorted(set(areas) - {"oncology"})
    assert await areas_of(state="open") == ["respiratory", "respiratory"]
    assert await areas_of(therapy_area="neurology") == ["neurology"]
    assert await areas_of(unit_id=str(people.units["heart"])) == ["respiratory"]
    assert await areas_of(unit_id=str(people.units["foreign"])) == []
    for path in ("/api/v1/capacities", f"/api/v1/units/{people.units['lung']}/capacities"):
        whole = [item["capacity_id"] for item in (await office.get(path)).json()["items"]]
        assert await walk(office, path, "capacity_id", limit=2) == whole == sorted(whole)


async def walk(one: httpx.AsyncClient, path: str, key: str, limit: int) -> list[Any]:
    """Read every page of a list; no page is longer than asked."""
    seen: list[Any] = []
    cursor: str | None = None
    while True:
        params = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        page = (await one.get(path, params=params)).json()
        assert 0 < len(page["items"]) <= limit
        seen += [item[key] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


PRECONDITIONS: list[tuple[dict[str, str], int, str]] = [
    ({}, 428, "precondition-required"),
    ({"If-Match": '"2"'}, 412, "changed-meanwhile"),
    ({"If-Match": '"0"'}, 412, "changed-meanwhile"),
    ({"If-Match": "1"}, 412, "changed-meanwhile"),
    ({"If-Match": 'W/"1"'}, 412, "changed-meanwhile"),
    ({"If-None-Match": "*"}, 412, "changed-meanwhile"),
    ({"If-None-Match": '"1"'}, 400, "bad-input"),
    ({"If-Match": '"2"', "If-None-Match": "*"}, 412, "changed-meanwhile"),
]


async def test_a_write_names_the_state_it_replaces(
    client: Client, people: Cast, connection: asyncpg.Connection
) -> None:
    for headers, status, slug in PRECONDITIONS:
        before = await written(connection)
        answer = await client("office").put(address(people), json=BODY, headers=headers)
        assert answer.status_code == status
        assert answer.json()["type"] == f"urn:trialport:problem:{slug}"
        assert await written(connection) == before
        assert (await client("office").get(address(people))).headers["etag"] == '"1"'


async def test_a_record_that_is_not_there_cannot_be_replaced(client: Client, people: Cast) -> None:
    office = client("office")
    path = address(people, area="oncology")
    assert (await office.get(path)).status_code == 404
    assert (await office.post(path + "/confirm")).status_code == 404
    for state in ("*", '"1"'):
        assert (await office.put(path, json=BODY, headers={"If-Match": state})).status_code == 412
    assert (await office.put(path, json=BODY, headers={"If-None-Match": "*"})).status_code == 201
    assert (await office.put(path, json=BODY, headers={"If-Match": "*"})).headers["etag"] == '"2"'


async def test_of_writers_at_the_same_time_one_wins(
    client: Client, people: Cast, connection: asyncpg.Connection
) -> None:
    office = client("office")

    async def write(hours: int, area: str, headers: dict[str, str]) -> int:
        body = BODY | {"nurse_hours_free": hours}
        return (await office.put(address(people, area=area), json=body, headers=headers)).status_code

    changed = await asyncio.gather(*(write(hours, "respiratory", {"If-Match": '"1"'}) for hours in range(8)))
    assert sorted(changed) == [200] + [412] * 7
    created = await asyncio.gather(*(write(hours, "oncology", {"If-None-Match": "*"}) for hours in range(8)))
    assert sorted(created) == [201] + [412] * 7
    assert await connection.fetchval("select count(*) from capacity_history") == 2
    assert await connection.fetchval("select count(*) from job") == 1


async def test_confirming_renews_the_record_unchanged(
    client: Client, people: Cast, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        "update capacity set valid_until = $1, confirmed_at = $2, confirmed_by = 'Earlier'",
        today() - timedelta(days=10),
        datetime.now(UTC) - timedelta(days=100),
    )
    head = client("unit_head")
    stale = (await head.get(address(people))).json()
    assert stale["stale"] is True
    confirmed = await head.post(address(people) + "/confirm", headers={"If-Match": '"1"'})
    assert confirmed.status_code == 200, confirmed.text
    assert confirmed.headers["etag"] == '"2"'
    fresh = confirmed.json()
    assert (fresh["stale"], fresh["confirmed_by"]) == (False, "unit_head (test)")
    assert fresh["valid_until"] == str(today() + timedelta(days=90))
    kept = set(stale) - {"stale", "confirmed_by", "confirmed_at", "valid_until", "revision", "updated_at"}
    assert {name: fresh[name] for name in kept} == {name: stale[name] for name in kept}
    assert (await head.post(address(people) + "/confirm", headers={"If-Match": '"1"'})).status_code == 412
    assert (await head.post(address(people) + "/confirm")).headers["etag"] == '"3"'
    [latest, first] = (await head.get(address(people) + "/history")).json()["items"]
    assert (latest["action"], first["action"]) == ("confirmed", "confirmed")
    assert first["before"] == first["after"]


async def test_history_keeps_every_change(client: Client, people: Cast) -> None:
    office = client("office")
    path = address(people, area="oncology")
    await office.put(path, json=BODY, headers={"If-None-Match": "*"})
    for revision, state in enumerate(("open", "full", "limited"), start=1):
        body = BODY | {"state": state}
        assert (await office.put(path, json=body, headers={"If-Match": f'"{revision}"'})).status_code == 200
    await client("investigator").post(path + "/confirm")
    entries = (await office.get(path + "/history")).json()["items"]
    assert [(entry["revision"], entry["action"]) for entry in entries] == [
        (5, "confirmed"),
        (4, "changed"),
        (3, "changed"),
        (2, "changed"),
        (1, "created"),
    ]
    assert [entry["changed_by"] for entry in entries] == ["investigator (test)"] + ["office (test)"] * 4
    assert entries[-1]["before"] is None
    for newer, older in pairwise(entries):
        assert newer["before"] == older["after"]
    assert [entry["after"]["state"] for entry in reversed(entries)] == ["limited", "open", "full", "limited", "limited"]
    assert await walk(office, path + "/history", "revision", limit=2) == [5, 4, 3, 2, 1]
    assert await walk(client("investigator"), path + "/history", "revision", limit=5) == [5, 4, 3, 2, 1]


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"state": "ajar"}, "state"),
    ({"state": None}, "state"),
    ({"nurse_hours_free": "16"}, "nurse_hours_free"),
    ({"nurse_hours_free": -1}, "nurse_hours_free"),
    ({"running_trials": 1.5}, "running_trials"),
    ({"phases": ["5"]}, "phases"),
    ({"state_until": "2026-02-30"}, "state_until"),
    ({"colour": "blue"}, "colour"),
    ({"indications": [" "]}, "indications"),
    ({"dct_activities": {"teleport": {"answer": "own"}}}, "dct_activities"),
    ({"revision": 7}, "revision"),
]


async def test_bad_input_is_400(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    for change, path in MALFORMED:
        before = await written(connection)
        answer = await client("office").put(address(people), json=BODY | change, headers={"If-Match": '"1"'})
        assert answer.status_code == 400, answer.text
        assert path in " ".join(one["path"] + one["message"] for one in answer.json()["errors"])
        assert await written(connection) == before


CONTRADICTORY: list[tuple[dict[str, Any], str]] = [
    ({"state": "open", "state_until": "2027-01-01"}, "state_until"),
    ({"participants_basis": "ehr_count"}, "participants_counted_on"),
    ({"participants_counted_on": "2999-01-01"}, "participants_counted_on"),
    ({"physician_hours_free": 2, "protected_hours_planned": 3}, "protected_hours_planned"),
    ({"phases": ["3", "3"]}, "phases"),
    ({"dct_activities": {"home_venous": {"answer": "with_partner"}}}, "dct_activities.home_venous.partner"),
]


async def test_a_contradiction_is_422(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    for change, path in CONTRADICTORY:
        before = await written(connection)
        answer = await client("office").put(address(people), json=BODY | change, headers={"If-Match": '"1"'})
        assert answer.status_code == 422, answer.text
        assert [one["path"] for one in answer.json()["errors"]] == [path]
        assert await written(connection) == before


async def test_unknown_areas_and_parameters_are_refused(client: Client, people: Cast) -> None:
    office = client("office")
    assert (await office.get(address(people, area="lungs"))).status_code in (400, 404)
    for query in ("state=ajar", "stale=perhaps", "limit=0", "limit=201", "cursor=1", "unit_id=lung", "therapy_area=x"):
        assert (await office.get(f"/api/v1/capacities?{query}")).status_code == 400, query
    for query in ("cursor=0", "cursor=x", "limit=-1", "cursor=99999999999"):
        assert (await office.get(f"{address(people)}/history?{query}")).status_code == 400, query
