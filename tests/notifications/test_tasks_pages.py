"""The office's tasks as a page: seen by kind, done with one press, taken back."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.accounts.browsers import add_person as add_account
from tests.cast import Cast
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.notifications import labels
from trialport.notifications.models import OfficeTaskKind
from trialport.notifications.service import open_office_task


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


async def open_task(app: Any, people: Cast, kind: OfficeTaskKind = "dead_job", region: str = "ours") -> None:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        await open_office_task(
            tx,
            region_id=people.regions[region],
            kind=kind,
            object_type="invitation",
            object_id=uuid4(),
            message="The assessment failed.",
        )


def test_every_kind_of_task_has_words() -> None:
    kinds = set(OfficeTaskKind.__args__)  # type: ignore[attr-defined]
    assert kinds == labels.TASK_KINDS.keys() == labels.TASK_STEPS.keys()


async def test_it_works(office: Browser, app: Litestar, people: Cast, connection: asyncpg.Connection) -> None:
    assert "Nothing waits for you" in (await office.get("/tasks")).text
    await open_task(app, people)
    await open_task(app, people, "silent_unit")
    await open_task(app, people, "silent_unit", "theirs")
    text = (await office.get("/tasks")).text
    assert "2 things wait for you" in text
    assert "A unit stays silent" in text
    only = (await office.get("/tasks?kind=silent_unit")).text
    assert 'id="kind-dead_job"' not in only
    task_id = await connection.fetchval("select office_task_id from office_task where kind = 'dead_job'")

    done = await office.post(f"/tasks/{task_id}/done", {}, page="/tasks")
    assert done.status_code == 303
    after = (await office.get(done.headers["location"])).text
    assert "Done: A calculation failed" in after
    assert "by kim (test)" in after
    assert "1 thing waits for you" in after

    undone = await office.post(f"/tasks/{task_id}/reopen", {"kind": "dead_job"}, page="/tasks")
    assert undone.headers["location"] == f"/tasks?kind=dead_job#task-{task_id}"
    assert "2 things wait for you" in (await office.get("/tasks")).text
    actions = await connection.fetch("select action from audit_event where object_id = $1 order by 1", task_id)
    assert [one["action"] for one in actions] == ["office_task.done", "office_task.reopened"]


async def test_many_tasks_of_a_kind_are_folded(office: Browser, app: Litestar, people: Cast) -> None:
    for _ in range(27):
        await open_task(app, people, "silent_unit")
    text = (await office.get("/tasks")).text
    assert len(re.findall(r'action="/tasks/[^"]+/done"', text)) == 25
    assert "Show all 27" in text
    assert len(re.findall(r'action="/tasks/[^"]+/done"', (await office.get("/tasks?kind=silent_unit")).text)) == 27


async def test_a_task_is_taken_given_and_let_go(
    office: Browser, app: Litestar, people: Cast, connection: asyncpg.Connection
) -> None:
    await open_task(app, people)
    task_id = await connection.fetchval("select office_task_id from office_task")
    path = f"/tasks/{task_id}/assignment"
    me, other = [
        await add_account(connection, f"{name}@example.org", {"role": "office", "region_id": people.regions["ours"]})
        if name != "kim"
        else await connection.fetchval("select person_id from person where email = 'kim@example.org'")
        for name in ("kim", "ola")
    ]
    assert "Nobody has it in hand" in (await office.get("/tasks?hands=nobody")).text
    assert "You have nothing in hand" in (await office.get("/tasks?hands=mine")).text
    form = {"hands": "mine", "assigned_before": ""}
    taken = await office.post(path, form | {"person_id": str(me)}, page="/tasks")
    assert taken.headers["location"] == f"/tasks?hands=mine#task-{task_id}"
    text = (await office.get("/tasks?hands=mine")).text
    assert "In your hands" in text
    assert "1 thing waits for you" in text
    assert f'<option value="{other}"' in (await office.get(f"/tasks?give={task_id}")).text
    # Somebody who has not seen that it is taken does not take it away.
    late = await office.post(path, form | {"person_id": str(other)}, page="/tasks")
    assert late.status_code == 409
    assert "Look who has it now" in late.text
    given = await office.post(path, {"person_id": str(other), "assigned_before": str(me)}, page="/tasks")
    assert given.headers["location"] == f"/tasks#task-{task_id}"
    assert "In hand: Kim Exempel" in (await office.get("/tasks")).text
    let_go = await office.post(path, {"person_id": "", "assigned_before": str(other)}, page="/tasks")
    assert let_go.status_code == 303
    assert "Nobody has it in hand" in (await office.get("/tasks")).text
    trail = await connection.fetch(
        "select before, after from audit_event where action = 'office_task.assigned' order by audit_event_id"
    )
    assert [row["after"]["assigned_to"] for row in trail] == [str(me), str(other), None]
    assert [row["before"]["assigned_to"] for row in trail] == [None, str(me), str(other)]
    for nobody in (str(people.regions["ours"]), "nonsense"):
        wrong = await office.post(path, {"person_id": nobody, "assigned_before": ""}, page="/tasks")
        assert wrong.status_code == 422
        assert "Choose somebody of the region" in wrong.text
    await office.post(f"/tasks/{task_id}/done", {}, page="/tasks")
    assert (await office.post(path, form | {"person_id": str(me)}, page="/tasks")).status_code == 409


async def test_a_mail_that_came_back_leads_to_what_it_was_about(
    office: Browser, app: Litestar, people: Cast, connection: asyncpg.Connection
) -> None:
    capacity_id = await connection.fetchval("select capacity_id from capacity where unit_id = $1", people.units["lung"])
    message_id = await connection.fetchval(
        """insert into message (kind, region_id, to_address, language, subject_id, dedupe_key, created_at)
           values ('capacity_stale', $1, 'lung@example.org', 'en', $2, 'x', now()) returning message_id""",
        people.regions["ours"],
        capacity_id,
    )
    await open_task(app, people, "bounced_message")
    await connection.execute("update office_task set object_type = 'message', object_id = $1", message_id)
    text = (await office.get("/tasks")).text
    assert f'href="/register/units/{people.units["lung"]}">Unit lung' in text
    assert f'href="/register/people/{people.investigators["lung"]}"' in text


async def test_stranger_gets_404(office: Browser, app: Litestar, people: Cast, any_id: UUID, connection: Any) -> None:
    await open_task(app, people, "dead_job", "theirs")
    theirs = await connection.fetchval("select office_task_id from office_task")
    for task_id in (theirs, any_id):
        for command in ("done", "reopen", "assignment"):
            assert (await office.post(f"/tasks/{task_id}/{command}", {}, page="/tasks")).status_code == 404
    assert await connection.fetchval("select done_at from office_task") is None
