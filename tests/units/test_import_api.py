"""Importing capacity from a file, through the door."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.cast import RESPIRATORY, Cast
from tests.conftest import Client
from trialport.units.import_rows import MOST_ROWS, row_of, write_table
from trialport.vocabulary.codes import THERAPY_AREAS

Drain = Callable[[], Awaitable[int]]
# Marked here, because anyio passes the parameters of a test only when it knows it at collection.
pytestmark = pytest.mark.anyio
URL = "/api/v1/capacities/import"
HEADER = "unit,therapy_area,state,nurse_hours_free\n"


async def send(
    one: httpx.AsyncClient, body: str | bytes, *, dry_run: bool = False, media_type: str = "text/csv"
) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    return await one.post(
        URL, content=content, params={"dry_run": str(dry_run).lower()}, headers={"Content-Type": media_type}
    )


async def contents(connection: asyncpg.Connection) -> dict[str, Any]:
    """Return every table that an import writes, to tell whether anything was written."""
    return {
        table: [tuple(row) for row in await connection.fetch(f"select t::text from {table} t order by 1")]
        for table in ("capacity", "capacity_history", "audit_event", "job")
    }


def outcomes(report: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    return [(row["row"], row["outcome"], row["field"]) for row in report["rows"]]


async def test_it_works(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    body = HEADER + "test-lung,respiratory,limited,4\ntest-lung,oncology,open,\ntest-heart,respiratory,,12\n"
    before = await contents(connection)
    trial = await send(client("office"), body, dry_run=True)
    assert trial.status_code == 200, trial.text
    counts = {"created": 1, "changed": 1, "unchanged": 1, "errors": 0}
    assert trial.json() == {
        "dry_run": True,
        "written": False,
        **counts,
        "rows": [
            {"row": 2, "outcome": "change", "unit": "test-lung", "therapy_area": "respiratory"}
            | {"field": None, "message": None},
            {"row": 3, "outcome": "create", "unit": "test-lung", "therapy_area": "oncology"}
            | {"field": None, "message": None},
            {"row": 4, "outcome": "unchanged", "unit": "test-heart", "therapy_area": "respiratory"}
            | {"field": None, "message": None},
        ],
    }
    assert await contents(connection) == before
    done = await send(client("office"), body)
    assert done.status_code == 200, done.text
    assert done.json() == trial.json() | {"dry_run": False, "written": True}
    unit = people.units["lung"]
    changed = (await client("office").get(f"/api/v1/units/{unit}/capacities/respiratory")).json()
    assert (changed["state"], changed["nurse_hours_free"], changed["indications"]) == ("limited", 4.0, ["COPD"])
    assert (changed["revision"], changed["confirmed_by"], changed["stale"]) == (2, "office (test)", False)
    today = datetime.now(UTC).date()
    assert changed["valid_until"] == str(today + timedelta(days=90))
    again = await send(client("office"), body)
    assert again.json()["unchanged"] == 3


async def test_what_is_wrong_is_told_in_the_readers_language(client: Client) -> None:
    body = HEADER + "test-lung,respiratory,opne,\n"
    swedish = {"Content-Type": "text/csv", "Accept-Language": "sv"}
    trial = await client("office").post(URL, content=body, headers=swedish)
    assert trial.json()["rows"][0]["message"] == "`opne` är okänt. Menade du `open`?"
    refused = await client("office").post(URL, content=body, headers=swedish, params={"dry_run": "false"})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("Rader med fel: 1. Ingenting har skrivits.")
    assert refused.json()["errors"][0]["message"] == "`opne` är okänt. Menade du `open`?"


async def test_a_dry_run_is_what_happens_when_nothing_is_said(client: Client, connection: asyncpg.Connection) -> None:
    before = await contents(connection)
    answer = await client("office").post(
        URL, content=HEADER + "test-lung,oncology,open,\n", headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["dry_run"] is True
    assert await contents(connection) == before


async def test_it_keeps_history_audit_and_asks_for_one_refresh(
    client: Client, connection: asyncpg.Connection, people: Cast
) -> None:
    await send(
        client("office"), HEADER + "test-lung,respiratory,full,\ntest-heart,respiratory,,\ntest-lung,oncology,open,2\n"
    )
    unit = people.units["lung"]
    history = (await client("office").get(f"/api/v1/units/{unit}/capacities/respiratory/history")).json()["items"]
    assert [(entry["revision"], entry["action"], entry["changed_by"]) for entry in history] == [
        (2, "imported", "office (test)")
    ]
    assert (history[0]["before"]["state"], history[0]["after"]["state"]) == ("open", "full")
    assert history[0]["after"] == history[0]["before"] | {"state": "full"}
    created = (await client("office").get(f"/api/v1/units/{unit}/capacities/oncology/history")).json()["items"]
    assert [(entry["revision"], entry["action"], entry["before"]) for entry in created] == [(1, "imported", None)]
    assert created[0]["after"]["nurse_hours_free"] == 2.0
    untouched = await connection.fetchval(
        "select count(*) from capacity_history join capacity using (capacity_id) where unit_id = $1",
        people.units["heart"],
    )
    assert untouched == 0
    events = await connection.fetch(
        """select c.therapy_area, e.region_id, e.actor_role, e.actor_name, e.details, e.object_type
           from audit_event e join capacity c on c.capacity_id = e.object_id
           where e.action = 'capacity.imported' order by 1"""
    )
    ours = people.regions["ours"]
    assert [tuple(event) for event in events] == [
        ("oncology", ours, "office", "office (test)", {"revision": 1}, "capacity"),
        ("respiratory", ours, "office", "office (test)", {"revision": 2}, "capacity"),
    ]
    jobs = await connection.fetch("select kind, subject_id from job")
    assert [tuple(job) for job in jobs] == [("refresh_assessments", ours)]


async def test_an_admin_imports_for_both_regions(
    client: Client, connection: asyncpg.Connection, people: Cast, drain: Drain
) -> None:
    answer = await send(client("admin"), HEADER + "test-foreign,respiratory,full,\ntest-lung,respiratory,full,\n")
    assert answer.json()["changed"] == 2
    jobs = await connection.fetch("select subject_id from job where kind = 'refresh_assessments'")
    assert {job["subject_id"] for job in jobs} == set(people.regions.values())
    assert await drain() == 2


async def test_it_is_all_or_nothing(client: Client, connection: asyncpg.Connection) -> None:
    body = HEADER + "test-lung,oncology,open,1\ntest-heart,respiratory,full,many\ntest-nowhere,lungs,open,\n"
    before = await contents(connection)
    errors = [(3, "error", "nurse_hours_free"), (4, "error", "unit"), (4, "error", "therapy_area")]
    trial = await send(client("office"), body, dry_run=True)
    assert trial.status_code == 200
    assert outcomes(trial.json()) == [(2, "create", None), *errors]
    assert (trial.json()["written"], trial.json()["errors"]) == (False, 2)
    refused = await send(client("office"), body)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "urn:trialport:problem:contradiction"
    assert [one["path"] for one in problem["errors"]] == [
        "row[3].nurse_hours_free",
        "row[4].unit",
        "row[4].therapy_area",
    ]
    assert problem["report"] == trial.json() | {"dry_run": False}
    assert await contents(connection) == before


async def test_anonymous_is_refused(client: Client) -> None:
    assert (await send(client(None), HEADER)).status_code == 401


OTHER_ROLES: list[str] = ["sponsor", "management"]


async def test_other_roles_are_refused(client: Client) -> None:
    for who in OTHER_ROLES:
        assert (await send(client(who), HEADER)).status_code == 403


SCOPES: list[tuple[str, str, bool]] = [
    ("investigator", "lung", True),
    ("investigator", "heart", False),
    ("unit_head", "lung", True),
    ("unit_head", "foreign", False),
    ("office", "heart", True),
    ("office", "foreign", False),
    ("other_office", "lung", False),
    ("other_office", "foreign", True),
    ("service", "lung", True),
    ("service", "foreign", False),
    ("admin", "foreign", True),
]


async def test_stranger_gets_404(client: Client, people: Cast) -> None:
    """A unit out of scope is told exactly what a unit that does not exist is told."""
    for who, unit, may in SCOPES:
        for name in (f"test-{unit}", str(people.units[unit])):
            answer = await send(
                client(who), HEADER + f"{name},respiratory,full,\ntest-nowhere,oncology,open,\n", dry_run=True
            )
            rows = answer.json()["rows"]
            nowhere = rows[-1]["message"]
            assert nowhere == "No unit of yours has this id. Use its registry id or its unit id."
            assert [(row["outcome"], row["message"]) for row in rows[:-1]] == [
                ("change", None) if may else ("error", nowhere)
            ]


UNREADABLE: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"unit,therapy_area\ntest-lung\0,respiratory\n", 400),
    (b"unit,therapy_area,conditions\ntest-lung,oncology,\xed\xa0\x80\n", 400),
    (b"unit,therapy_area,conditions\ntest-lung,oncology,\xff\n", 400),
    (HEADER.encode("utf-16"), 400),
    (b'unit,therapy_area\n"test-lung,respiratory\n', 400),
    (",".join(f"c{number}" for number in range(100_000)).encode(), 400),
    (HEADER.encode() + b"test-lung,oncology,open," + b"1" * 3_000_000, 413),
    (HEADER.encode() + b"x" * 1_900_000, 400),
    (HEADER.encode() + b"test-lung,oncology,open,1\n" * (MOST_ROWS + 1), 413),
]


async def test_bad_input_is_400(client: Client, connection: asyncpg.Connection) -> None:
    for body, status in UNREADABLE:
        before = await contents(connection)
        for dry_run in (True, False):
            answer = await send(client("office"), body, dry_run=dry_run)
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]
        assert await contents(connection) == before


FAULTY_HEADERS: list[tuple[str, str]] = [
    ("unit,therapy_area,colour", "colour"),
    ("unit,state", "therapy_area"),
    ("state,therapy_area", "unit"),
    ("unit,therapy_area,state,state", "state"),
]


async def test_a_faulty_header_is_reported_in_row_1(client: Client) -> None:
    for header, field in FAULTY_HEADERS:
        answer = await send(client("office"), f"{header}\ntest-lung,respiratory,open,open\n", dry_run=True)
        assert answer.status_code == 200
        assert outcomes(answer.json()) == [(1, "error", field)]
        assert (await send(client("office"), f"{header}\ntest-lung,respiratory,open,open\n")).status_code == 422


async def test_other_media_types_are_refused(client: Client) -> None:
    for media_type in ("application/json", "text/plain", "application/octet-stream", "text/csv; charset=iso-8859-1"):
        answer = await send(client("office"), HEADER, media_type=media_type)
        assert answer.status_code == 415, media_type
    accepted = await send(
        client("office"), HEADER, dry_run=True, media_type='text/csv; charset="UTF-8"; header=present'
    )
    assert accepted.status_code == 200, accepted.text


async def test_contradictions_and_doubles_are_errors_of_their_row(client: Client) -> None:
    body = (
        "unit,therapy_area,state,state_until,physician_hours_free,protected_hours_planned\n"
        "test-lung,respiratory,open,2027-01-01,,\n"
        "test-heart,respiratory,,,2,3\n"
        "test-heart,respiratory,full,,,\n"
    )
    answer = await send(client("office"), body, dry_run=True)
    assert outcomes(answer.json()) == [
        (2, "error", "state_until"),
        (3, "error", "protected_hours_planned"),
        (4, "error", "therapy_area"),
    ]


async def test_a_nordic_spreadsheet_is_read(client: Client, people: Cast) -> None:
    body = (
        "\ufeffunit;therapy_area;participants_per_month;new_trials_possible;conditions;dct_activities;;\r\n"
        'test-lung;respiratory;2,5;SANT;"behöver sköterska|""rum""; två";'
        "home_venous=with_partner:Hemsjukvården@Uppsala;;\r\n"
        ";;;;;;;\r\n"
    )
    answer = await send(client("investigator"), body)
    assert answer.json()["changed"] == 1, answer.text
    stored = (await client("office").get(f"/api/v1/units/{people.units['lung']}/capacities/respiratory")).json()
    assert (stored["participants_per_month"], stored["new_trials_possible"]) == (2.5, True)
    assert stored["conditions"] == ["behöver sköterska", '"rum"; två']
    assert stored["dct_activities"] == {
        "home_venous": {"answer": "with_partner", "partner": "Hemsjukvården", "geography": "Uppsala"}
    }


async def test_an_exported_record_is_unchanged(client: Client, people: Cast) -> None:
    body = write_table([row_of("test-lung", "respiratory", RESPIRATORY)], delimiter=";")
    answer = await send(client("office"), body)
    assert outcomes(answer.json()) == [(2, "unchanged", None)]
    read = await client("office").get(f"/api/v1/units/{people.units['lung']}/capacities/respiratory")
    assert read.headers["etag"] == '"1"'


async def test_the_number_of_statements_does_not_grow_with_the_rows(
    client: Client, app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    await connection.execute(
        """insert into unit (region_id, site_id, registry_id, name, kind)
           select region_id, site_id, 'many-' || n, 'Unit ' || n, kind
           from unit, generate_series(1, 41) n where unit_id = $1""",
        people.units["lung"],
    )
    areas = [area for area in THERAPY_AREAS if area != "respiratory"]
    small = HEADER + "many-1,oncology,open,1\n"
    large = HEADER + "".join(f"many-{n},{area},open,1\n" for n in range(2, 42) for area in areas)
    # The first use of a token is written down.
    assert (await client("office").get("/api/v1/regions")).status_code == 200
    counts = []
    for body in (small, large, small.replace(",1\n", ",2\n"), large.replace(",1\n", ",2\n")):
        statements: list[str] = []
        held = [await app.state.pool.acquire() for _ in range(app.state.settings.pool_size)]
        for one in held:
            one.add_query_logger(lambda query, seen=statements: seen.append(query.query))
        for one in held:
            await app.state.pool.release(one)
        answer = await send(client("office"), body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["written"] is True
        counts.append(len(statements))
    # Creating and changing differ; the number of rows makes no difference.
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    assert max(counts) < 20
    assert await connection.fetchval("select count(*) from capacity where revision = 2") == 40 * len(areas) + 1
    assert await connection.fetchval("select count(*) from capacity_history") == 2 * (40 * len(areas) + 1)
    assert await connection.fetchval("select count(*) from job") == 1


async def test_files_at_the_same_time_leave_one_state(client: Client, connection: asyncpg.Connection) -> None:
    """Rows in opposite order, created and changed at once: nothing waits for ever, no change is lost."""
    areas = [area for area in THERAPY_AREAS if area != "respiratory"][:10]
    rows = [f"{unit},{area},open," for unit in ("test-lung", "test-heart") for area in areas]
    rows += ["test-lung,respiratory,open,", "test-heart,respiratory,open,"]
    files = [
        HEADER + "\n".join(f"{row}{hours}" for row in (rows if hours % 2 else reversed(rows))) + "\n"
        for hours in range(1, 7)
    ]
    answers = await asyncio.gather(*(send(client("office"), body) for body in files))
    written = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert written
    assert (
        await connection.fetchval(
            "select count(distinct nurse_hours_free) from capacity where region_id = $1",
            await connection.fetchval("select region_id from region where code = 'TST'"),
        )
        == 1
    )
    lost = await connection.fetchval(
        """select count(*) from capacity c
           where (select count(*) from capacity_history h where h.capacity_id = c.capacity_id)
                 <> c.revision - case when c.therapy_area = 'respiratory' then 1 else 0 end"""
    )
    assert lost == 0
    assert await connection.fetchval("select count(*) from capacity_history") == len(rows) * len(written)
