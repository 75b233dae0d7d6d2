"""The leaks that comparable systems had, each tried here: wrong ids, orphaned children, what an error tells."""

import json
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.accounts.objects import Objects
from tests.accounts.reach import PEOPLE, REACH
from tests.accounts.routes import ROUTES
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body


def without_ids(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """Return what an answer tells, without what differs between any two requests."""
    body = answer.json()
    body.pop("request_id", None)
    names = ("content-type", "content-length", "etag", "allow", "www-authenticate", "retry-after")
    return answer.status_code, body, {name: answer.headers[name] for name in names if name in answer.headers}


# Parts of an address that name no object of anybody.
WORDS = ("therapy_area", "condition")


async def test_what_is_not_yours_answers_as_what_does_not_exist(client: Client, objects: Objects) -> None:
    """Of every route about an object: status, words, length and headers are the same for both."""
    compared = 0
    for (method, path), row in ROUTES.items():
        if row.about is None or row.headers.get("If-None-Match"):
            continue
        for who, role in PEOPLE.items():
            strangers = [name for name, reaching in REACH[row.about].items() if who not in reaching]
            if role not in row.roles or not strangers:
                continue
            theirs = objects[row.about][strangers[0]]
            nothing = {name: value if name in WORDS else str(uuid4()) for name, value in theirs.items()}
            told = []
            for parameters in (theirs, nothing):
                body = None if row.body is None else row.body()
                answer = await client(who).request(
                    method, path.format(**parameters) + row.query, json=body, content=row.text, headers=row.headers
                )
                told.append(without_ids(answer))
            assert told[0] == told[1], (method, path, who)
            assert told[0][0] == 404, (method, path, who)
            compared += 1
    assert compared > 60


class Statements:
    """Counts the statements that the application's connections run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _: Any) -> None:
        self.count += 1


async def test_looking_for_what_is_not_yours_takes_the_steps_of_looking_for_nothing(
    app: Litestar, client: Client, objects: Objects
) -> None:
    """Time tells nothing: an object of others costs as many statements as one that does not exist."""
    counted = Statements()
    connections = [await app.state.pool.acquire() for _ in range(app.state.settings.pool_size)]
    for one in connections:
        # The pool hands out wrappers that live for one use; the listener belongs on what they wrap.
        one._con.add_query_logger(counted)
    for one in connections:
        await app.state.pool.release(one)
    for who in PEOPLE:
        # The first use of a token is written down.
        await client(who).get("/api/v1/regions")
    compared = 0
    for (method, path), row in ROUTES.items():
        if row.about is None or method != "GET":
            continue
        for who, role in PEOPLE.items():
            strangers = [name for name, reaching in REACH[row.about].items() if who not in reaching]
            if role not in row.roles or not strangers:
                continue
            theirs = objects[row.about][strangers[0]]
            nothing = {name: value if name in WORDS else str(uuid4()) for name, value in theirs.items()}
            steps = []
            # The first round warms the connection up: the driver asks for types that it meets the first time.
            for parameters in (theirs, nothing, theirs, nothing):
                before = counted.count
                await client(who).get(path.format(**parameters) + row.query, headers=row.headers)
                steps.append(counted.count - before)
            steps = steps[2:]
            assert steps[0] == steps[1] > 0, (path, who, steps)
            compared += 1
    assert compared > 30


async def test_an_id_in_the_body_does_not_stand_for_the_one_in_the_address(client: Client, objects: Objects) -> None:
    ours, rivals = (objects["inquiry"][name]["inquiry_id"] for name in ("ours", "rivals"))
    before = (await client("rival").get(f"/api/v1/inquiries/{rivals}")).json()
    for field in ("inquiry_id", "sponsor_id", "region_id", "reference", "state", "version"):
        for address, send in (
            (f"/api/v1/inquiries/{ours}", client("sponsor").patch),
            (f"/api/v1/inquiries/{ours}/withdraw", client("sponsor").post),
        ):
            answer = await send(address, json={field: rivals}, headers={"If-Match": "*"})
            assert answer.status_code == 400, (field, address)
    submitted = await client("sponsor").post("/api/v1/inquiries", json={**inquiry_body(), "sponsor_id": rivals})
    assert submitted.status_code == 400
    assert (await client("rival").get(f"/api/v1/inquiries/{rivals}")).json() == before


async def test_the_sponsor_in_the_body_opens_no_other_sponsors_door(client: Client) -> None:
    body = inquiry_body()
    body["who"]["sponsor_name"] = "Rival Pharma (demonstration)"
    made = await client("sponsor").post("/api/v1/inquiries", json=body)
    address = made.json()["status_url"]
    assert (await client("sponsor").get(address)).status_code == 200
    assert (await client("rival").get(address)).status_code == 404


async def test_a_child_is_not_reached_past_its_parent(client: Client, objects: Objects) -> None:
    """A child's own id with somebody else's parent, and the other way about, is nothing at all."""
    ours, rivals = objects["attachment"]["ours"], objects["attachment"]["rivals"]
    mixed = {"inquiry_id": ours["inquiry_id"], "attachment_id": rivals["attachment_id"]}
    for who in ("sponsor", "rival", "office", "admin"):
        for one in (mixed, {"inquiry_id": rivals["inquiry_id"], "attachment_id": ours["attachment_id"]}):
            address = "/api/v1/inquiries/{inquiry_id}/attachments/{attachment_id}".format(**one)
            assert (await client(who).get(address)).status_code == 404, who
            assert (await client(who).delete(address)).status_code == 404, who
    inquiry_id = objects["inquiry"]["ours"]["inquiry_id"]
    foreign = objects["candidate"]["theirs"]["unit_id"]
    assert (await client("office").get(f"/api/v1/inquiries/{inquiry_id}/candidates/{foreign}")).status_code == 404


async def test_units_of_other_regions_cannot_be_judged_or_wanted(
    client: Client, objects: Objects, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiry_id = objects["inquiry"]["ours"]["inquiry_id"]
    foreign = {"unit_id": str(people.units["foreign"]), "therapy_area": "respiratory"}
    body = {"kind": "dropped", "reason": "Test", "capacity": foreign}
    answer = await client("office").post(f"/api/v1/inquiries/{inquiry_id}/overrides", json=body)
    assert answer.status_code == 422
    assert await connection.fetchval("select count(*) from judgement") == 0


async def test_sibling_units_see_nothing_of_each_other(client: Client, people: Cast) -> None:
    """Two units of one region: neither capacity nor people of the other, in any list and at any address."""
    listed = (await client("investigator").get("/api/v1/capacities")).text
    assert str(people.units["lung"]) in listed
    assert str(people.units["heart"]) not in listed
    names = (await client("investigator").get("/api/v1/investigators")).text
    assert "Demo lung" in names
    assert "Demo heart" not in names
    history = f"/api/v1/units/{people.units['heart']}/capacities/respiratory/history"
    assert (await client("investigator").get(history)).status_code == 404
    for address in ("/api/v1/inquiries", "/api/v1/tasks", "/api/v1/audit"):
        assert (await client("investigator").get(address)).status_code == 403


@pytest.mark.parametrize("who", ["office", "other_office", "admin"])
async def test_the_export_of_the_trail_holds_what_the_page_shows(client: Client, objects: Objects, who: str) -> None:
    """The file goes by the same rules as the list: the same events, none more."""
    listed: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await client(who).get(f"/api/v1/audit?limit=200{cursor}")).json()
        listed += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    exported = (await client(who).get("/api/v1/audit.csv")).text
    ids = {item["audit_event_id"] for item in listed}
    assert ids
    rows = [line for line in exported.splitlines() if any(one in line for one in ids)]
    assert len(rows) >= len(ids)
    everything = {row["audit_event_id"] for row in listed}
    if who == "other_office":
        ours = (await client("office").get("/api/v1/audit?limit=200")).json()["items"]
        hidden = {item["audit_event_id"] for item in ours} - everything
        assert hidden
        assert not [one for one in hidden if one in exported]


async def test_a_list_never_counts_what_it_does_not_show(client: Client, objects: Objects) -> None:
    """No total, page number or cursor of a list tells how many objects of others there are."""
    for address in ("/api/v1/inquiries", "/api/v1/terms", "/api/v1/tasks", "/api/v1/capacities"):
        who = "other_office"
        answer = (await client(who).get(address)).json()
        assert set(answer) == {"items", "next_cursor"}, address
        assert answer["next_cursor"] is None, address
    shown = json.dumps((await client("rival").get("/api/v1/inquiries")).json())
    assert objects["inquiry"]["ours"]["inquiry_id"] not in shown
