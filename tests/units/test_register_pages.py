"""The register as pages of the office: what is stale, who is asked, who works where, what is lent."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings
from trialport.invitations.ledger_models import ReleaseReason
from trialport.units import register_labels


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


@pytest.fixture
async def stale(connection: asyncpg.Connection, people: Cast) -> None:
    """The heart's capacity is past its day."""
    await connection.execute(
        "update capacity set valid_until = now()::date - 1 where unit_id = $1", people.units["heart"]
    )


def test_every_reason_has_words() -> None:
    assert set(ReleaseReason.__args__) == register_labels.RELEASE_REASONS.keys()  # type: ignore[attr-defined]


async def test_it_works(office: Browser, stale: None, people: Cast) -> None:
    text = (await office.get("/register")).text
    assert "Unit lung" in text
    assert "Unit heart" in text
    assert "Unit foreign" not in text
    assert "2 capacities" in text
    assert "1 of them stale" in text
    only = (await office.get("/register?site=&kind=&therapy_area=respiratory&name=&stale=on")).text
    assert "Unit heart" in only
    assert "Unit lung" not in only
    assert "No unit fits" in (await office.get("/register?name=nowhere")).text
    site = re.search(r'<option value="([^"]+)">Site of lung', text)
    assert site
    there = (await office.get(f"/register?site={site[1]}")).text
    assert "Unit heart" not in there
    assert "Unit lung" in there


async def test_the_oldest_or_the_most_asked_stands_first(
    office: Browser, people: Cast, connection: asyncpg.Connection
) -> None:
    def order(text: str) -> list[str]:
        return re.findall(r'<a href="/register/units/[^"]+">Unit (\w+)', text)

    assert order((await office.get("/register")).text) == ["heart", "lung"]
    await connection.execute("update capacity set valid_until = '2020-01-01' where unit_id = $1", people.units["lung"])
    text = (await office.get("/register?sort=stale")).text
    assert order(text) == ["lung", "heart"]
    assert '<option value="stale" selected>' in text
    assert order((await office.get("/register?sort=load")).text) == ["heart", "lung"]
    assert order((await office.get("/register?sort=nonsense")).text) == ["heart", "lung"]


async def test_the_owner_is_asked_once_a_week(
    office: Browser, stale: None, people: Cast, connection: asyncpg.Connection
) -> None:
    path = f"/register/units/{people.units['heart']}/capacities/respiratory/ask"
    form = {"return_to": "/register?stale=on&asked=already"}
    answer = await office.post(path, form, page="/register")
    assert answer.headers["location"] == "/register?stale=on&asked=asked"
    assert "The mail is on its way" in (await office.get(answer.headers["location"])).text
    again = await office.post(path, form, page="/register")
    assert again.headers["location"] == "/register?stale=on&asked=already"
    mails = await connection.fetch("select to_address, params from message where kind = 'capacity_stale'")
    assert [(one["to_address"], set(one["params"])) for one in mails] == [
        ("heart@example.org", {"capacity_question_id", "last_day"})
    ]
    assert await connection.fetchval("select count(*) from audit_event where action = 'capacity.asked'") == 1
    await connection.execute("update capacity_ask set asked_at = asked_at - interval '7 days 1 second'")
    assert (await office.post(path, form, page="/register")).headers["location"].endswith("asked=asked")
    assert await connection.fetchval("select count(*) from message where kind = 'capacity_stale'") == 2
    await connection.execute("delete from capacity_ask")
    await connection.execute("update investigator set objected_at = now()")
    assert (await office.post(path, form, page="/register")).headers["location"].endswith("asked=nobody")


async def test_everybody_with_something_stale_is_asked_at_once(
    office: Browser, stale: None, connection: asyncpg.Connection
) -> None:
    text = (await office.get("/register")).text
    assert "Ask about everything stale" in text
    await connection.execute("update capacity set valid_until = now()::date - 3")
    asked = await office.post("/register/ask", {}, page="/register")
    assert asked.headers["location"] == "/register?stale=on&asked=all"
    assert "The mails are on their way" in (await office.get(asked.headers["location"])).text
    mails = await connection.fetch("select to_address from message where kind = 'capacity_stale' order by 1")
    assert [one["to_address"] for one in mails] == ["heart@example.org", "lung@example.org"]
    again = await office.post("/register/ask", {}, page="/register")
    assert again.headers["location"].endswith("asked=none")
    assert await connection.fetchval("select count(*) from message where kind = 'capacity_stale'") == 2
    assert await connection.fetchval("select count(*) from audit_event where action = 'capacity.asked'") == 2


async def test_a_unit_with_its_people_and_what_it_may_do(
    office: Browser, people: Cast, connection: asyncpg.Connection
) -> None:
    lung = people.units["lung"]
    await connection.execute(
        """update unit set capabilities = '{"mri": {"available": true, "expires_on": "2020-01-01"}}'::jsonb
           where unit_id = $1""",
        lung,
    )
    await connection.execute(
        """insert into investigator_absence (investigator_id, first_day, last_day)
           values ($1, now()::date - 1, now()::date + 5)""",
        people.investigators["lung"],
    )
    await connection.execute(
        """update investigator set gcp_expires_on = '2020-01-01', school_status = 'enrolled', invitations_per_month = 0
           where investigator_id = $1""",
        people.investigators["lung"],
    )
    text = (await office.get(f"/register/units/{lung}")).text
    for words in ("Demo lung", "Head of unit", "away now", "enrolled", "0 of at most 0", "used up"):
        assert words in text, words
    assert text.count("expired") >= 2
    listed = (await office.get("/register/people?name=LUNG")).text
    assert "Demo lung" in listed
    assert "Demo heart" not in listed
    shown = await connection.fetchval("select count(*) from audit_event where action = 'investigator.listed'")
    assert shown >= 1


async def test_a_resource_and_what_is_lent(office: Browser, people: Cast, connection: asyncpg.Connection) -> None:
    resource_id = await connection.fetchval(
        """insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', 'Pool', 20)
           returning resource_id""",
        people.regions["ours"],
    )
    await connection.execute(
        "insert into resource (region_id, kind, name) values ($1, 'biobank', 'Other')", people.regions["theirs"]
    )
    listed = (await office.get("/register/resources")).text
    assert "Pool" in listed
    assert '<rect width="100" height="12" fill="currentColor"/>' in listed, "all of it is free"
    assert "Other" not in listed
    assert "Nothing is or was set aside" in (await office.get(f"/register/resources/{resource_id}")).text


async def test_stranger_gets_404(office: Browser, people: Cast, any_id: Any) -> None:
    for unit_id in (people.units["foreign"], any_id):
        assert (await office.get(f"/register/units/{unit_id}")).status_code == 404
        path = f"/register/units/{unit_id}/capacities/respiratory/ask"
        assert (await office.post(path, {}, page="/register")).status_code == 404


async def test_other_roles_are_refused(app: Litestar, connection: asyncpg.Connection, people: Cast) -> None:
    role = RoleScope(role="management", region_id=people.regions["ours"])
    one = await signed_in(app, connection, "max", role)
    for path in ("/register", "/register/people", "/tasks"):
        assert (await one.get(path)).status_code == 403
    await one.http.aclose()
