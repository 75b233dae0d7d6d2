"""An investigator's own page: absence, delegates, how often she is asked, training, objection."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.test_not_me import add_person

TODAY = datetime.now(UTC).date()


async def send(client: Client, path: str, who: str = "investigator", **form: str) -> httpx.Response:
    return await client(who).post(path, data={"csrf_token": "", **form})


async def page(client: Client, who: str = "investigator") -> str:
    answer = await client(who).get("/profile")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_it_works(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    text = await page(client)
    seen = re.findall(r'name="seen" value="([^"]+)"', text)[0].replace("&#43;", "+")
    form = {
        "seen": seen,
        "invitations_per_month": "2",
        "visibility": "nobody",
        "languages_sv": "on",
        "more_languages": "fa",
        "gcp_trained_on": "2025-03-01",
        "gcp_expires_on": "2028-03-01",
        "school_status": "completed",
        "school_completed_on": "2024-05-31",
        "roles_wanted_principal": "on",
    }
    assert (await send(client, "/profile", **form)).is_redirect
    row = await connection.fetchrow(
        "select * from investigator where investigator_id = $1", people.investigators["lung"]
    )
    assert (row["invitations_per_month"], row["visibility"], row["languages"]) == (2, "nobody", ["sv", "fa"])
    assert (row["school_status"], row["roles_wanted"]) == ("completed", ["principal"])
    overtaken = await send(client, "/profile", **form | {"invitations_per_month": "3"})
    assert overtaken.status_code == 409
    assert 'value="3"' in overtaken.text
    assert (
        await connection.fetchval("select count(*) from audit_event where action = 'investigator.profile_changed'") == 1
    )


async def test_bad_input_is_told_at_the_field(client: Client) -> None:
    wrong = await send(
        client,
        "/profile",
        invitations_per_month="many",
        gcp_trained_on="2025-02-31",
        visibility="office",
        school_status="none",
    )
    assert wrong.status_code == 422
    for field in ("invitations_per_month", "gcp_trained_on"):
        assert f'href="#{field}"' in wrong.text
    assert 'value="many"' in wrong.text


async def test_absences(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    first, last = TODAY + timedelta(days=5), TODAY + timedelta(days=12)
    days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    assert (await send(client, "/profile/absences", **days)).is_redirect
    for wrong in (
        days,
        {"first_day": last.isoformat(), "last_day": first.isoformat()},
        {"first_day": "2020-01-01", "last_day": "2020-01-02"},
        {"first_day": "", "last_day": "soon"},
    ):
        assert (await send(client, "/profile/absences", **wrong)).status_code == 422, wrong
    assert await connection.fetchval("select count(*) from investigator_absence") == 1
    assert f'value="{first.isoformat()}"' in await page(client)
    assert (await send(client, "/profile/absences", remove=first.isoformat())).is_redirect
    assert await connection.fetchval("select count(*) from investigator_absence") == 0


async def test_delegates_and_objection(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    colleague = await add_person(connection, "second@example.org", people.units["lung"])
    assert (await send(client, "/profile/delegates", delegate_ids=str(colleague))).is_redirect
    assert "Take away" in await page(client)
    stranger = await send(client, "/profile/delegates", delegate_ids=str(people.investigators["heart"]))
    assert stranger.status_code == 422
    assert (await send(client, "/profile/delegates", remove=str(colleague))).is_redirect
    assert await connection.fetchval("select count(*) from investigator_delegate") == 0
    assert (await send(client, "/profile/objection", objects="yes")).is_redirect
    assert "you are not proposed for trials" in await page(client)
    assert (await send(client, "/profile/objection", objects="no")).is_redirect
    assert await connection.fetchval("select count(*) from investigator where objected_at is not null") == 0
    assert (await client("office").get("/profile")).status_code == 403
