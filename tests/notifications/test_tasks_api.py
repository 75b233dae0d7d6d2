from typing import Any
from uuid import UUID

import asyncpg

from tests.cast import Cast
from tests.conftest import Client
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.notifications.service import open_office_task

PROBLEM = "application/problem+json"


async def open_task(app: Any, people: Cast, region: str, object_id: UUID) -> None:
    """Open a task as a job that is given up does."""
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        await open_office_task(
            tx,
            region_id=people.regions[region],
            kind="dead_job",
            object_type="inquiry",
            object_id=object_id,
            message="The assessment failed. Ask for a new one.",
        )


async def tasks(client: Client, who: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = await client(who).get("/api/v1/tasks", params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_it_works(client: Client, app: Any, people: Cast, any_id: UUID, connection: asyncpg.Connection) -> None:
    await open_task(app, people, "ours", any_id)
    # Opened again while it is open, it stays one.
    await open_task(app, people, "ours", any_id)
    (task,) = await tasks(client, "office")
    assert task["kind"] == "dead_job"
    assert task["object_id"] == str(any_id)
    assert (task["done_at"], task["available_actions"]) == (None, ["read", "finish", "assign"])
    path = f"/api/v1/tasks/{task['office_task_id']}/assignment"
    # A machine has no hands, and nobody else of this office is a person.
    wrong = await client("office").post(path, json={"person_id": str(any_id)})
    assert wrong.status_code == 422
    free = await client("office").post(path, json={"person_id": None})
    assert (free.status_code, free.json()["assigned_to"]) == (200, None)
    done = await client("office").post(f"/api/v1/tasks/{task['office_task_id']}/done")
    assert done.status_code == 200, done.text
    first = done.json()["done_at"]
    assert first is not None
    assert done.json()["available_actions"] == ["read", "reopen"]
    assert await tasks(client, "office") == []
    assert [one["office_task_id"] for one in await tasks(client, "office", done=True)] == [task["office_task_id"]]
    again = await client("office").post(f"/api/v1/tasks/{task['office_task_id']}/done")
    assert again.json()["done_at"] == first
    events = await connection.fetch(
        "select actor_role, object_id, region_id from audit_event where action = 'office_task.done'"
    )
    assert {tuple(event) for event in events} == {("office", UUID(task["office_task_id"]), people.regions["ours"])}


async def test_pages_are_whole_and_newest_first(client: Client, app: Any, people: Cast) -> None:
    for number in range(5):
        await open_task(app, people, "ours", UUID(int=number))
    seen: list[str] = []
    parameters: dict[str, Any] = {"limit": 2}
    while True:
        answer = await client("office").get("/api/v1/tasks", params=parameters)
        assert answer.status_code == 200, answer.text
        seen += [task["object_id"] for task in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            break
        parameters["cursor"] = answer.json()["next_cursor"]
    assert seen == [str(UUID(int=number)) for number in (4, 3, 2, 1, 0)]


async def test_anonymous_is_refused(client: Client, any_id: UUID) -> None:
    for answer in (
        await client(None).get("/api/v1/tasks"),
        await client(None).post(f"/api/v1/tasks/{any_id}/done"),
    ):
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith(PROBLEM)
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_other_roles_are_refused(client: Client, any_id: UUID) -> None:
    for who in ("sponsor", "investigator", "unit_head", "management", "service"):
        assert (await client(who).get("/api/v1/tasks")).status_code == 403, who
        assert (await client(who).post(f"/api/v1/tasks/{any_id}/done")).status_code == 403, who


async def test_stranger_gets_404(client: Client, app: Any, people: Cast, any_id: UUID) -> None:
    await open_task(app, people, "ours", any_id)
    assert await tasks(client, "other_office") == []
    (task,) = await tasks(client, "admin")
    theirs = await client("other_office").post(f"/api/v1/tasks/{task['office_task_id']}/done")
    missing = await client("other_office").post(f"/api/v1/tasks/{any_id}/done")
    assert theirs.status_code == missing.status_code == 404
    # Nothing tells what exists elsewhere from what does not exist.
    assert {**theirs.json(), "request_id": ""} == {**missing.json(), "request_id": ""}
    assert len(await tasks(client, "office")) == 1


async def test_bad_input_is_400(client: Client) -> None:
    cursors = ("cursor=nonsense", "cursor=", "cursor=%00")
    for query in (*cursors, "limit=0", "limit=-1", "limit=1000000", "limit=x", "done=perhaps"):
        answer = await client("office").get(f"/api/v1/tasks?{query}")
        assert answer.status_code == 400, f"{query}: {answer.text}"
        assert answer.headers["content-type"].startswith(PROBLEM)


async def test_an_id_that_is_none_is_404(client: Client) -> None:
    assert (await client("office").post("/api/v1/tasks/nonsense/done")).status_code in (400, 404)
