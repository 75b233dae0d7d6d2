"""Files of inquiries: who gets them, what is taken, and that nothing is left of what is not."""

import asyncio
import hashlib
import os
import shlex
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.conftest import Client
from tests.inquiries.attachment_files import EICAR, PDF, REFUSED, TAKEN, TEXT
from tests.inquiries.factories import submit
from trialport.core.config import Settings
from workers.schedule import sweep_files

PROBLEM = "application/problem+json"


def stored(settings: Settings) -> list[Path]:
    """Every file in the store, unfinished ones included."""
    folder = Path(settings.files_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def attach(
    client: Client, inquiry_id: str, content: Any = TEXT, *, who: str = "sponsor", **query: str
) -> httpx.Response:
    return await client(who).post(
        f"/api/v1/inquiries/{inquiry_id}/attachments",
        params={"kind": "synopsis", "file_name": "Synopsis v2.txt", **query},
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )


async def attached(client: Client, inquiry_id: str, content: Any = TEXT, **query: str) -> dict[str, Any]:
    answer = await attach(client, inquiry_id, content, **query)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture
async def inquiry_id(client: Client) -> str:
    return str((await submit(client))["inquiry_id"])


async def test_it_works(client: Client, inquiry_id: str, settings: Settings, connection: asyncpg.Connection) -> None:
    answer = await attach(client, inquiry_id)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == made["download_url"]
    assert made["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert (made["size_bytes"], made["media_type"]) == (len(TEXT), "text/plain")
    assert (made["scan_state"], made["held_back"], made["uploaded_by"]) == ("not_scanned", False, "sponsor_contact")
    assert made["available_actions"] == ["read", "delete"]
    for who in ("sponsor", "colleague", "office", "admin"):
        listed = await client(who).get(f"/api/v1/inquiries/{inquiry_id}/attachments")
        assert [one["attachment_id"] for one in listed.json()["items"]] == [made["attachment_id"]], who
    got = await client("office").get(made["download_url"])
    assert got.status_code == 200
    assert got.content == TEXT
    (file,) = stored(settings)
    assert "ynopsis" not in file.name
    deleted = await client("colleague").delete(made["download_url"])
    assert deleted.status_code == 204, deleted.text
    assert (await client("sponsor").get(made["download_url"])).status_code == 404
    assert (await client("sponsor").delete(made["download_url"])).status_code == 404
    assert (await client("office").get(f"/api/v1/inquiries/{inquiry_id}/attachments")).json()["items"] == []
    events = await connection.fetch(
        "select action, details from audit_event where action like 'attachment%' order by audit_event_id"
    )
    assert [event["action"].partition(".")[2] for event in events] == ["uploaded", "downloaded", "deleted"]
    assert all("ynopsis" not in str(event["details"]) for event in events)


async def test_no_browser_opens_a_download(client: Client, inquiry_id: str) -> None:
    made = await attached(client, inquiry_id, file_name='Prövning "två"\r\n.txt')
    got = await client("sponsor").get(made["download_url"])
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"Pr_vning tv_.txt\"; filename*=UTF-8''Pr%C3%B6vning%20tv%C3%A5.txt"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox;")
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["content-length"] == str(len(TEXT))


async def test_anonymous_is_refused(client: Client, inquiry_id: str, any_id: UUID) -> None:
    path = f"/api/v1/inquiries/{inquiry_id}/attachments"
    nobody = client(None)
    for answer in (
        await nobody.post(f"{path}?kind=synopsis&file_name=a.txt", content=TEXT),
        await nobody.get(path),
        await nobody.get(f"{path}/{any_id}"),
        await nobody.delete(f"{path}/{any_id}"),
    ):
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith(PROBLEM)


async def test_stranger_gets_404(
    client: Client, inquiry_id: str, any_id: UUID, settings: Settings, connection: asyncpg.Connection
) -> None:
    made = await attached(client, inquiry_id)
    for who in ("rival", "other_office"):
        missing = await client(who).get(f"/api/v1/inquiries/{inquiry_id}/attachments/{any_id}")
        for answer in (
            await client(who).get(made["download_url"]),
            await client(who).delete(made["download_url"]),
            await client(who).get(f"/api/v1/inquiries/{inquiry_id}/attachments"),
            await attach(client, inquiry_id, who=who),
        ):
            assert answer.status_code == 404, who
            assert {**answer.json(), "request_id": ""} == {**missing.json(), "request_id": ""}
    for who in ("investigator", "unit_head", "management", "service"):
        assert (await client(who).get(made["download_url"])).status_code == 403
        assert (await attach(client, inquiry_id, who=who)).status_code == 403
    assert len(stored(settings)) == 1
    assert await connection.fetchval("select count(*) from audit_event where action like 'attachment%'") == 1


async def test_a_file_is_reached_through_its_own_inquiry_only(client: Client, inquiry_id: str) -> None:
    """One's own other inquiry in the path opens nothing, however right the file's id is."""
    made = await attached(client, inquiry_id)
    mine = (await submit(client))["inquiry_id"]
    rivals = (await submit(client, "rival"))["inquiry_id"]
    for who, path in (("sponsor", mine), ("rival", rivals), ("office", mine), ("admin", mine)):
        url = f"/api/v1/inquiries/{path}/attachments/{made['attachment_id']}"
        assert (await client(who).get(url)).status_code == 404, who
        assert (await client(who).delete(url)).status_code == 404, who
    assert (await client("sponsor").get(made["download_url"])).status_code == 200


async def test_bad_input_is_400(client: Client, inquiry_id: str, settings: Settings) -> None:
    path = f"/api/v1/inquiries/{inquiry_id}/attachments"
    for query in (
        "",
        "?kind=synopsis",
        "?file_name=a.txt",
        "?kind=agreement&file_name=a.txt",
        f"?kind=synopsis&file_name={'a' * 600}.txt",
        "?kind=synopsis&file_name=a.txt&path=x",
    ):
        answer = await client("sponsor").post(path + query, content=TEXT)
        assert answer.status_code == 400, f"{query}: {answer.text}"
        assert answer.headers["content-type"].startswith(PROBLEM)
    assert (await attach(client, inquiry_id, b"")).status_code == 400
    for name in ("a", "a.exe", "a.html", "a.zip", "a.txt.svg"):
        answer = await client("sponsor").post(f"{path}?kind=synopsis&file_name={name}", content=TEXT)
        assert answer.status_code == 422, name
    assert stored(settings) == []


@pytest.mark.parametrize("name", TAKEN)
async def test_files_of_these_kinds_are_taken(client: Client, inquiry_id: str, name: str) -> None:
    made = await attached(client, inquiry_id, TAKEN[name], file_name=name)
    assert (await client("sponsor").get(made["download_url"])).content == TAKEN[name]


@pytest.mark.parametrize("what", REFUSED)
async def test_content_that_its_name_belies_is_refused(
    client: Client, inquiry_id: str, settings: Settings, connection: asyncpg.Connection, what: str
) -> None:
    name, content = REFUSED[what]
    answer = await attach(client, inquiry_id, content, file_name=name)
    assert answer.status_code == 415, answer.text
    assert stored(settings) == []
    assert await connection.fetchval("select count(*) from attachment") == 0


async def test_a_questionnaire_is_held_back(client: Client, inquiry_id: str) -> None:
    assert (await attached(client, inquiry_id, kind="sponsor_questionnaire"))["held_back"] is True


async def test_a_file_that_is_too_large_leaves_nothing(
    client: Client, app: Litestar, inquiry_id: str, settings: Settings
) -> None:
    app.state.settings = replace(settings, attachment_bytes=6_000_000)
    assert (await attach(client, inquiry_id, b"a" * 6_000_000)).status_code == 201
    assert (await attach(client, inquiry_id, b"a" * 6_000_001)).status_code == 413
    assert len(stored(settings)) == 1


async def test_other_routes_keep_their_limit(client: Client, inquiry_id: str, settings: Settings) -> None:
    body = b'{"money": {"payer": "' + b"a" * settings.body_bytes + b'"}}'
    answer = await client("sponsor").patch(
        f"/api/v1/inquiries/{inquiry_id}", content=body, headers={"Content-Type": "application/json", "If-Match": "*"}
    )
    assert answer.status_code == 413


async def test_an_upload_that_breaks_off_leaves_nothing(
    client: Client, app: Litestar, people: Any, inquiry_id: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    """The client goes away after twelve megabytes, when parts of them have been stored."""
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        if sent > 12:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"a" * 1_000_000, "more_body": True}

    answered: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"/api/v1/inquiries/{inquiry_id}/attachments",
        "raw_path": f"/api/v1/inquiries/{inquiry_id}/attachments".encode(),
        "query_string": b"kind=protocol&file_name=a.txt",
        "root_path": "",
        "headers": [
            (b"authorization", f"Bearer {people.tokens['sponsor']}".encode()),
            (b"content-length", b"20000000"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert sent > 12
    assert answered[0]["status"] == 400
    await asyncio.sleep(0.2)
    assert stored(settings) == []
    assert await connection.fetchval("select count(*) from attachment") == 0


async def test_an_upload_holds_no_connection_while_it_flows(
    client: Client, app: Litestar, inquiry_id: str, connection: asyncpg.Connection
) -> None:
    busy: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"a" * 1000
            await asyncio.sleep(0.05)
            busy.append(
                await connection.fetchval(
                    "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
                )
            )

    assert (await attach(client, inquiry_id, slowly())).status_code == 201
    assert busy == [0, 0, 0]


async def test_what_is_over_takes_no_files_and_loses_none(client: Client, inquiry_id: str, settings: Settings) -> None:
    made = await attached(client, inquiry_id)
    withdrawn = await client("sponsor").post(f"/api/v1/inquiries/{inquiry_id}/withdraw", json={})
    assert withdrawn.status_code == 200, withdrawn.text
    refused = await attach(client, inquiry_id)
    assert refused.status_code == 409
    assert refused.json()["state"] == "withdrawn"
    kept = await client("sponsor").delete(made["download_url"])
    assert kept.status_code == 409
    assert kept.json()["available_actions"] == ["read"]
    assert (await client("sponsor").get(made["download_url"])).status_code == 200
    assert len(stored(settings)) == 1


async def test_there_are_at_most_fifty(client: Client, inquiry_id: str, settings: Settings) -> None:
    for _ in range(50):
        await attached(client, inquiry_id)
    assert (await attach(client, inquiry_id)).status_code == 409
    assert len(stored(settings)) == 50


async def test_a_file_whose_bytes_are_gone_is_our_fault(
    client: Client, inquiry_id: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    made = await attached(client, inquiry_id)
    stored(settings)[0].unlink()
    assert (await client("sponsor").get(made["download_url"])).status_code == 500
    assert await connection.fetchval("select count(*) from audit_event where action = 'attachment.downloaded'") == 0


async def test_the_sweep_removes_bytes_without_a_row_and_no_others(
    client: Client, app: Litestar, inquiry_id: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    context = {"settings": settings, "pool": app.state.pool}
    await sweep_files(context)
    kept = await attached(client, inquiry_id, PDF, file_name="a.pdf")
    (kept_file,) = stored(settings)
    made = await attached(client, inquiry_id)
    await client("sponsor").delete(made["download_url"])
    folder = kept_file.parents[1]
    for name, days in (("aa/orphan", 2), ("aa/under-way", 0), ("aa/half#1", 2), ("aa/half#2", 0)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
        then = time.time() - days * 86_400
        os.utime(folder / name, (then, then))
    long_ago = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    os.utime(kept_file, (long_ago, long_ago))
    await sweep_files(context)
    assert {path.name for path in stored(settings)} == {kept_file.name, "under-way", "half#2"}
    assert await connection.fetchval(
        "select object_removed_at is not null from attachment where deleted_at is not null"
    )
    assert (await client("sponsor").get(kept["download_url"])).content == PDF
    await sweep_files(context)


SCANNER = "import sys; sys.exit(1 if b'EICAR' in sys.stdin.buffer.read() else 0)"


async def test_a_scanner_looks_at_every_file(
    client: Client, app: Litestar, inquiry_id: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    app.state.settings = replace(settings, scan_command=shlex.join([sys.executable, "-c", SCANNER]))
    assert (await attached(client, inquiry_id))["scan_state"] == "clean"
    infected = await attach(client, inquiry_id, EICAR)
    assert infected.status_code == 422, infected.text
    assert len(stored(settings)) == 1
    event = await connection.fetchrow("select object_id, details from audit_event where action = 'attachment.infected'")
    assert str(event["object_id"]) == inquiry_id
    assert event["details"]["sha256"] == hashlib.sha256(EICAR).hexdigest()


@pytest.mark.parametrize("command", ["false-scanner-that-is-not-there", f"{sys.executable} -c 'raise SystemExit(2)'"])
async def test_without_a_verdict_no_file_is_taken(
    client: Client, app: Litestar, inquiry_id: str, settings: Settings, command: str
) -> None:
    app.state.settings = replace(settings, scan_command=command)
    answer = await attach(client, inquiry_id)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert stored(settings) == []


async def answer_as_clamd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak clamd's side of INSTREAM."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(await reader.readexactly(4), "big"):
        content += await reader.readexactly(length)
    writer.write(b"stream: Eicar-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0")
    await writer.drain()
    writer.close()


async def test_clamd_is_asked_over_its_socket(
    client: Client, app: Litestar, inquiry_id: str, settings: Settings, tmp_path: Path
) -> None:
    server = await asyncio.start_unix_server(answer_as_clamd, tmp_path / "clamd.ctl")
    app.state.settings = replace(settings, scan_url=f"unix://{tmp_path}/clamd.ctl")
    assert (await attached(client, inquiry_id, b"a" * 300_000))["scan_state"] == "clean"
    assert (await attach(client, inquiry_id, b"a" * 300_000 + EICAR)).status_code == 422
    server.close()
    await server.wait_closed()
    assert (await attach(client, inquiry_id)).status_code == 503
    assert len(stored(settings)) == 1
