"""The pages of a unit's capacity: confirm with one press, pause, change, add; two people never overwrite each other."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from bench.page_rows import copy_units
from tests.cast import Cast
from tests.conftest import Client
from trialport.accounts.csrf import FIELD


async def send(client: Client, who: str, path: str, **form: str) -> httpx.Response:
    """Send a form by a token, which needs no proof of the page that it came from."""
    return await client(who).post(path, data={FIELD: "", **form})


@pytest.fixture
def path(people: Cast) -> str:
    return f"/capacity/{people.units['lung']}/respiratory"


async def stored(client: Client, people: Cast) -> dict[str, object]:
    answer = await client("investigator").get(f"/api/v1/units/{people.units['lung']}/capacities/respiratory")
    found: dict[str, object] = answer.json()
    return found


async def test_one_press_confirms_what_was_seen(
    client: Client, people: Cast, path: str, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        "update capacity set valid_until = current_date - 1, confirmed_at = now() - interval '91 days'"
    )
    page = (await client("investigator").get("/capacity")).text
    assert "Needs a look" in page
    assert "Confirmed 91 days ago" in page
    assert "Unit heart" not in page
    answer = await send(client, "investigator", path + "/confirm", revision="1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/capacity?done=1")
    page = (await client("investigator").get("/capacity?done=1")).text
    assert "Needs a look" not in page
    assert "Thank you. 1 capacity is up to date" in page
    again = await send(client, "investigator", path + "/confirm", revision="1")
    assert again.status_code == 409
    assert "Changed meanwhile" in again.text
    assert (await stored(client, people))["revision"] == 2


async def test_all_at_once_leaves_out_what_changed(
    client: Client, people: Cast, path: str, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        "insert into position values ($1, $2, 0.5, false)", people.investigators["lung"], people.units["heart"]
    )
    page = (await client("investigator").get("/capacity")).text
    seen = dict(re.findall(r'name="(seen_[^"]+)" value="(\d+)"', page))
    assert len(seen) == 2
    await send(client, "other_investigator", f"/capacity/{people.units['heart']}/respiratory/confirm", revision="1")
    answer = await send(client, "investigator", "/capacity/confirm-all", **seen)
    assert answer.status_code == 409
    assert answer.text.count("Changed meanwhile") == 1
    assert (await stored(client, people))["revision"] == 2
    stranger = await send(client, "other_investigator", "/capacity/confirm-all", **seen)
    assert stranger.status_code == 404


async def test_pausing_and_opening_again(client: Client, people: Cast, path: str) -> None:
    today = datetime.now(UTC).date()
    for until in ("yesterday", (today - timedelta(days=2)).isoformat()):
        wrong = await send(client, "investigator", path + "/state", state="paused", until=until, revision="1")
        assert wrong.status_code == 422
        assert f'value="{until}" aria-invalid="true"' in wrong.text
    until = (today + timedelta(days=30)).isoformat()
    assert (await send(client, "investigator", path + "/state", state="paused", until=until, revision="1")).is_redirect
    assert (await stored(client, people))["state_until"] == until
    assert (await send(client, "investigator", path + "/state", state="open", revision="1")).status_code == 409
    assert (await send(client, "investigator", path + "/state", state="open", revision="2")).is_redirect
    found = await stored(client, people)
    assert (found["state"], found["state_until"], found["participants_per_month"]) == ("open", None, 3.0)


async def form_on(client: Client, path: str, who: str = "investigator") -> dict[str, str]:
    """Return what the form on a page holds, as a browser would send it."""
    page = (await client(who).get(path)).text
    main = page[page.index('class="tp-capacity"') : page.index("</form>", page.index('class="tp-capacity"'))]
    form: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        form[found["name"]] = found.get("value", "on")
    form |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?([^<]*)</textarea>', main))
    return form


async def test_a_form_sent_as_it_came_changes_nothing(client: Client, people: Cast, path: str) -> None:
    before = await stored(client, people)
    form = await form_on(client, path)
    assert (await send(client, "investigator", path, **form)).is_redirect
    after = await stored(client, people)
    apart = {name for name in before if before[name] != after[name]}
    assert apart <= {"revision", "confirmed_at", "confirmed_by", "valid_until", "updated_at"}


async def test_changing_and_what_is_wrong(client: Client, people: Cast, path: str) -> None:
    form = await form_on(client, path)
    wrong = await send(
        client,
        "investigator",
        path,
        **form
        | {
            "participants_per_month": "many",
            "participants_basis": "ehr_count",
            "dct_video_visit": "with_partner",
            "new_trials_from": "2027-02-31",
            "conditions": "needs a <nurse>",
        },
    )
    assert wrong.status_code == 422
    for field in ("participants_per_month", "dct_video_visit_partner", "new_trials_from"):
        assert f'href="#{field}"' in wrong.text, field
    assert "needs a &lt;nurse&gt;" in wrong.text
    assert 'value="many"' in wrong.text
    counted = await send(client, "investigator", path, **form | {"participants_basis": "ehr_count"})
    assert 'href="#participants_counted_on"' in counted.text
    good = form | {
        "participants_per_month": "4,5",
        "dct_video_visit": "with_partner",
        "dct_video_visit_partner": "The region",
        "equipment_mri": "on",
        "experience_3": "4",
        "conditions": "needs a nurse\n\nneeds a room",
    }
    assert (await send(client, "investigator", path, **good)).is_redirect
    found = await stored(client, people)
    assert found["participants_per_month"] == 4.5
    assert found["dct_activities"] == {
        "video_visit": {"answer": "with_partner", "partner": "The region", "geography": None}
    }
    assert (found["equipment"], found["conditions"]) == (["mri"], ["needs a nurse", "needs a room"])
    assert found["experience"] == [{"therapy_area": "respiratory", "phase": "3", "trials": 4}]
    page = (await client("investigator").get(path)).text
    assert "Participants a month: 4.5 instead of 3" in page


async def test_two_people_see_each_other(client: Client, people: Cast, path: str) -> None:
    form = await form_on(client, path)
    first = await send(client, "unit_head", path, **form | {"nurse_hours_free": "20"})
    assert first.is_redirect
    second = await send(client, "investigator", path, **form | {"nurse_hours_free": "8", "conditions": "a nurse"})
    assert second.status_code == 409
    assert "A colleague changed this while you were writing" in second.text
    assert re.search(r'<th scope="row">Research-nurse hours a week free</th><td>20</td><td>8</td>', second.text)
    assert 'name="nurse_hours_free" type="text" value="8"' in second.text
    assert (await send(client, "investigator", path, **form | {"nurse_hours_free": "8", "revision": "2"})).is_redirect
    assert (await stored(client, people))["nurse_hours_free"] == 8


async def test_a_health_centre_is_asked_what_applies_to_it(
    client: Client, people: Cast, path: str, connection: asyncpg.Connection
) -> None:
    await connection.execute("update unit set kind = 'primary_care_centre', catchment_population = 9000")
    page = (await client("investigator").get(path)).text
    assert "Catchment: 9,000 people" in page
    for name in ("phases_3", "equipment_mri", "protected_hours_planned", "nurse_hours_free"):
        assert f'name="{name}"' not in page, name
    form = await form_on(client, path)
    assert form["nurse_minutes"] == "720"
    sent = await send(client, "investigator", path, **form | {"primary_care_role": "visit", "nurse_minutes": "90"})
    assert sent.is_redirect
    found = await stored(client, people)
    assert (found["primary_care_role"], found["nurse_hours_free"], found["phases"]) == ("visit", 1.5, ["2", "3"])
    wrong = await send(client, "investigator", path, **form | {"nurse_minutes": "-1", "revision": "2"})
    assert 'href="#nurse_minutes"' in wrong.text


async def test_adding_a_therapy_area(client: Client, people: Cast) -> None:
    unit = people.units["lung"]
    led = await client("investigator").get(f"/capacity/add?unit_id={unit}&therapy_area=oncology")
    assert (led.status_code, led.headers["location"]) == (303, f"/capacity/{unit}/oncology")
    new = f"/capacity/{unit}/oncology"
    form = await form_on(client, new)
    wrong = await send(client, "investigator", new, **form)
    assert 'href="#state"' in wrong.text
    assert (await send(client, "investigator", new, **form | {"state": "limited"})).is_redirect
    again = await send(client, "unit_head", new, **form | {"state": "open"})
    assert again.status_code == 409, "somebody else was first"
    assert "Oncology" in (await client("investigator").get("/capacity")).text


async def test_stranger_gets_404(client: Client, people: Cast, path: str) -> None:
    for ask in (
        client("other_investigator").get(path),
        client("other_investigator").get(f"/capacity/add?unit_id={people.units['lung']}&therapy_area=oncology"),
        send(client, "other_investigator", path, state="open", revision="1"),
        send(client, "other_investigator", path + "/confirm", revision="1"),
        send(client, "other_investigator", path + "/state", state="open", revision="1"),
    ):
        assert (await ask).status_code == 404
    assert (await client("sponsor").get("/capacity")).status_code == 403


async def test_nothing_recorded_yet(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    await connection.execute("truncate reservation cascade")
    await connection.execute("delete from capacity")
    page = (await client("investigator").get("/capacity")).text
    assert "Nothing is recorded yet" in page
    assert "Add a therapy area" in page


async def test_many_capacities_stand_on_pages_with_what_needs_a_look_first(
    client: Client, people: Cast, connection: asyncpg.Connection
) -> None:
    await copy_units(connection, people.regions["ours"], 1, 30)
    await connection.execute(
        """
        update capacity set valid_until = current_date - 1
        where capacity_id = (select capacity_id from capacity where region_id = $1 order by capacity_id desc limit 1)
        """,
        people.regions["ours"],
    )
    total = await connection.fetchval("select count(*) from capacity where region_id = $1", people.regions["ours"])
    first, second = [(await client("office").get(f"/capacity?page={number}")).text for number in (1, 2)]
    assert f"1 to 25 of {total}" in first
    assert "1 of your therapy areas needs a look" in first
    assert "1 of your therapy areas needs a look" in second
    assert "Needs a look" in first
    assert "Needs a look" not in second
    assert 'href="/capacity?page=2"' in first
    assert 'href="/capacity?page=1"' in second
    card = re.compile(r'action="(/capacity/[0-9a-f-]{36}/[a-z-]+)/confirm"')
    shown = card.findall(first), card.findall(second)
    assert len(shown[0]) == 25
    assert not set(shown[0]) & set(shown[1])
    # What is wrong with a card of a later page is said where she lands.
    wrong = await send(client, "office", shown[1][0] + "/state", state="paused", until="yesterday", revision="1")
    assert card.findall(wrong.text)[0] == shown[1][0]
    assert "Give a day that is still to come." in wrong.text
    beyond = await client("office").get("/capacity?page=99")
    assert f"1 to 25 of {total}" in beyond.text
