"""One person of the register, kept by the office: absence, delegates, how often she is asked, signing in."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.invitations.test_not_me import add_person
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings
from trialport.units import person_service, register_labels

ASKING = {"invitations_per_month": "3", "school_status": "completed", "school_completed_on": "2025-05-01"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


@pytest.fixture
def path(people: Cast) -> str:
    return f"/register/people/{people.investigators['lung']}"


async def seen_on(browser: Browser, path: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', (await browser.get(path)).text)
    assert found
    return unescape(found[1])


async def actions(connection: asyncpg.Connection, about: Any) -> list[str]:
    rows = await connection.fetch(
        "select action from audit_event where object_id = $1 and action not like '%read' order by audit_event_id", about
    )
    return [row["action"] for row in rows]


def test_every_change_has_words() -> None:
    assert set(person_service.CHANGES) == register_labels.PERSON_CHANGES.keys()


async def test_it_works(office: Browser, path: str, people: Cast, connection: asyncpg.Connection) -> None:
    listed = (await office.get("/register/people")).text
    assert f'href="{path}"' in listed
    text = (await office.get(path)).text
    for words in ("Demo lung", "lung@example.org", "Unit lung", "No absence is noted", "Nobody stands in"):
        assert words in text, words

    form = ASKING | {"seen": await seen_on(office, path)}
    saved = await office.post(path + "/asking", form, page=path)
    assert saved.headers["location"] == f"{path}?told=asking#asking"
    text = (await office.get(saved.headers["location"])).text
    assert "any number of invitations, school: Not taken → 3 invitations a month, school: Completed" in text
    assert "kim (test)" in text
    # The last change is taken back with what the page offers.
    offered = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text.split("Before the last change")[0])
    back = dict(offered[-4:]) | {"seen": await seen_on(office, path)}
    assert (await office.post(path + "/asking", back, page=path)).status_code == 303
    row = await connection.fetchrow(
        "select invitations_per_month, school_status, school_completed_on from investigator where investigator_id = $1",
        people.investigators["lung"],
    )
    assert tuple(row) == (None, "none", None)
    assert await actions(connection, people.investigators["lung"]) == ["investigator.asking_changed"] * 2


async def test_two_at_once_do_not_overwrite_each_other(office: Browser, path: str) -> None:
    seen = await seen_on(office, path)
    assert (await office.post(path + "/asking", ASKING | {"seen": seen}, page=path)).status_code == 303
    late = await office.post(path + "/asking", ASKING | {"invitations_per_month": "7", "seen": seen}, page=path)
    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in late.text
    assert 'value="7"' in late.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"invitations_per_month": "many"}, "Write a whole number from 0 to 100"),
        ({"school_status": "enrolled"}, "only with “completed”"),
        ({"school_completed_on": "2999-01-01"}, "Give a day up to today"),
    ],
)
async def test_bad_input_is_told_at_the_field(office: Browser, path: str, typed: dict[str, str], words: str) -> None:
    answer = await office.post(path + "/asking", ASKING | {"seen": await seen_on(office, path)} | typed, page=path)
    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert all(f'value="{value}"' in answer.text for value in typed.values())


async def test_absence_is_noted_moved_removed_and_taken_back(
    office: Browser, path: str, people: Cast, connection: asyncpg.Connection
) -> None:
    async def days() -> list[str]:
        rows = await connection.fetch("select first_day, last_day from investigator_absence order by 1")
        return [f"{row[0]}_{row[1]}" for row in rows]

    send = path + "/absences"
    first = {"first_day": "2031-01-01", "last_day": "2031-01-05"}
    assert (await office.post(send, first, page=path)).headers["location"] == f"{path}?told=absence#away"
    overlap = await office.post(send, {"first_day": "2031-01-05", "last_day": "2031-01-09"}, page=path)
    assert overlap.status_code == 422
    assert "These days overlap another absence" in overlap.text
    wrong_way = await office.post(send, {"first_day": "2031-03-05", "last_day": "2031-03-01"}, page=path)
    assert wrong_way.status_code == 422
    assert "the first before the last" in wrong_way.text
    page = (await office.get(f"{path}?absence=2031-01-01")).text
    assert 'name="was_last_day" value="2031-01-05"' in page
    moved = {"first_day": "2031-01-03", "last_day": "2031-01-09"} | {f"was_{name}": day for name, day in first.items()}
    assert (await office.post(send, moved, page=path)).status_code == 303
    assert await days() == ["2031-01-03_2031-01-09"]
    again = await office.post(send, moved, page=path)
    assert again.status_code == 409
    assert 'value="2031-01-09"' in again.text
    gone = await office.post(send, {"remove": "2031-01-03_2031-01-09"}, page=path)
    assert await days() == []
    text = (await office.get(gone.headers["location"])).text
    assert "Removed:" in text
    back = dict(re.findall(r'<input type="hidden" name="(\w+_day)" value="([^"]*)"', text))
    assert (await office.post(send, back, page=path)).status_code == 303
    assert await days() == ["2031-01-03_2031-01-09"]
    done = await actions(connection, people.investigators["lung"])
    assert [one.rpartition("_")[2] for one in done] == ["added", "changed", "removed", "added"]


async def test_a_delegate_is_named_ended_and_named_again(
    office: Browser, path: str, people: Cast, connection: asyncpg.Connection
) -> None:
    colleague = str(await add_person(connection, "second@example.org", people.units["lung"]))
    send = path + "/delegates"
    assert f'<option value="{colleague}"' in (await office.get(path)).text
    for nobody in (str(people.investigators["heart"]), str(people.investigators["lung"]), "nonsense", ""):
        refused = await office.post(send, {"delegate_id": nobody}, page=path)
        assert refused.status_code == 422, nobody
        assert "Choose a colleague of the same unit" in refused.text
    named = await office.post(send, {"delegate_id": colleague}, page=path)
    assert named.headers["location"].endswith("told=delegate#delegates")
    ended = await office.post(send, {"remove": colleague}, page=path)
    text = (await office.get(ended.headers["location"])).text
    assert "stands in no longer" in text
    assert (await office.post(send, {"delegate_id": colleague}, page=path)).status_code == 303
    assert await connection.fetchval("select count(*) from investigator_delegate") == 1
    assert await actions(connection, people.investigators["lung"]) == [
        "investigator.delegate_named",
        "investigator.delegate_ended",
        "investigator.delegate_named",
    ]


async def test_signing_in_is_given_and_ended(
    office: Browser, path: str, people: Cast, connection: asyncpg.Connection
) -> None:
    form = {"new_role": "unit_head", "mail_language": "sv"}
    given = await office.post(path + "/roles", form, page=path)
    text = (await office.get(given.headers["location"])).text
    assert "The role is given" in text
    assert "given by a colleague" in text
    mail = await connection.fetchrow("select kind, to_address, language from message")
    assert tuple(mail) == ("account_created", "lung@example.org", "sv")
    assert (await office.post(path + "/roles", form, page=path)).headers["location"].endswith("told=held#roles")
    assert "Demo lung" in (await office.get("/register/people?role=unit_head&unit=LUNG")).text
    assert "Demo lung" not in (await office.get("/register/people?role=none")).text
    assert "Nobody fits" in (await office.get("/register/people?role=unit_head&unit=heart")).text
    end = re.search(r'action="(/register/roles/[^"]+/end)"', text)
    assert end
    ended = await office.post(end[1], {"return_to": path}, page=path)
    assert ended.headers["location"].startswith(path + "?ended_role=")
    text = (await office.get(ended.headers["location"])).text
    assert "Ended: Head of unit of Demo lung" in text
    back = await office.post(end[1].replace("/end", "/restore"), {"return_to": path}, page=path)
    assert back.headers["location"] == f"{path}?told=given"
    assert await connection.fetchval("select count(*) from role_grant where investigator_id is not null") == 2


async def test_only_a_head_becomes_head_and_nobody_an_administrator(
    office: Browser, people: Cast, connection: asyncpg.Connection
) -> None:
    second = f"/register/people/{await add_person(connection, 'second@example.org', people.units['lung'])}"
    for role in ("unit_head", "office", "admin", ""):
        refused = await office.post(second + "/roles", {"new_role": role, "mail_language": "en"}, page=second)
        assert refused.status_code == 422, role
    assert await connection.fetchval("select count(*) from role_grant where investigator_id is not null") == 0


async def test_stranger_gets_404(office: Browser, people: Cast, any_id: Any, connection: asyncpg.Connection) -> None:
    await connection.execute(
        "update investigator set objected_at = now() where investigator_id = $1", people.investigators["heart"]
    )
    for one in (people.investigators["foreign"], people.investigators["heart"], any_id):
        path = f"/register/people/{one}"
        assert (await office.get(path)).status_code == 404
        for form in ("asking", "absences", "delegates", "roles"):
            sent = await office.post(f"{path}/{form}", ASKING | {"remove": "2031-01-01_2031-01-02"}, page="/register")
            assert sent.status_code == 404, (one, form, sent.status_code)
