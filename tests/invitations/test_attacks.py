"""What links, programs that open them, and mails give away: nothing, to nobody whom they were not meant for."""

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser, add_person
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES, Drain, invite, ok, taken_up
from tests.invitations.test_amendments import amend, in_days
from tests.invitations.test_answer_page import FORM, answered, path_of
from tests.invitations.test_not_me import add_person as add_investigator
from tests.invitations.test_reply_forms import pdf_text
from tests.mailbox import Mailbox
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.language import Language
from trialport.core.signing import Purpose
from trialport.invitations.ending import end_inquiries
from trialport.invitations.mailing import fill_invitation
from trialport.invitations.reminding import remind_units
from trialport.notifications.mail_models import InvitationAmended, InvitationMoved, InvitationReminder

TITLE = "Quiet inhaler of the year"
SECRETS: dict[str, Any] = {
    "identity": {"working_title": TITLE, "protocol_number": "SECRET-PROTOCOL-1"},
    "population": {"age_from": 40, "age_to": 80, "key_inclusion": "ZEBRAFINCH carriers"},
    "confidentiality": {"fields": [{"field": "population.key_inclusion", "harm": "Tells competitors."}]},
}
HEADERS = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
STATE = """
    select jsonb_build_object(
        'invitations', (select jsonb_agg(to_jsonb(v) order by invitation_id) from invitation v),
        'answers', (select jsonb_agg(to_jsonb(e) order by eoi_id) from eoi e),
        'reservations', (select jsonb_agg(to_jsonb(r) order by 1) from reservation r),
        'capacity', (select jsonb_agg(to_jsonb(c) order by capacity_id) from capacity c))
"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    box = Mailbox(tmp_path).start()
    yield box
    box.stop()


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings(mail_from="no-reply@trialport.example"))


def forged(path: str, **fields: Any) -> str:
    """Return a link whose words were changed and whose signature was kept."""
    start, _, signed = path.rpartition("/")
    words, _, signature = signed.rpartition(".")
    padded = words.lstrip(".") + "=" * (-len(words.lstrip(".")) % 4)
    raw = base64.urlsafe_b64decode(padded)
    value = json.loads(zlib.decompress(raw) if words.startswith(".") else raw)
    assert not fields.keys() - value.keys()
    made = json.dumps(value | fields, separators=(",", ":")).encode()
    return f"{start}/{base64.urlsafe_b64encode(made).decode().rstrip('=')}.{signature}"


async def posts(browser: Browser, path: str) -> list[httpx.Response]:
    """Send to a link everything that a link takes."""
    token = await browser.token_on("/sign-in")
    signed = path.rpartition("/")[2]
    return [
        await browser.http.post(where, data={"csrf_token": token, **form}, headers=HEADERS)
        for where, form in (
            (f"/answer/{signed}", FORM),
            (f"/answer/{signed}/capacity", {"rest_right": "on"}),
            (f"/sign-off/{signed}", {"decision": "approved"}),
        )
    ]


async def test_no_wrong_link_does_anything(
    client: Client, inquiry: str, people: Cast, app: Litestar, settings: Settings, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    lung, heart = people.investigators["lung"], people.investigators["heart"]
    good = path_of(settings, asked["lung"], lung)
    before = await connection.fetchval(STATE)
    for over in (
        forged(good, i=asked["heart"].rpartition("/")[2]),
        forged(good, p=str(heart)),
        forged(good, n=2),
        forged(good, d="2099-01-01"),
        path_of(settings, asked["lung"], lung, days=-70),
        path_of(settings, asked["lung"], lung, number=2),
        path_of(settings, asked["lung"], lung, number=0),
        path_of(settings, asked["lung"], heart),
        path_of(settings, asked["heart"], lung),
        path_of(settings, asked["lung"], people.investigators["foreign"]),
        path_of(settings, asked["lung"], UUID(int=7)),
        path_of(settings, f"/{UUID(int=8)}", lung),
    ):
        browser = Browser(app)
        assert (await browser.get(over)).status_code == 410
        assert [answer.status_code for answer in await posts(browser, over)] == [410] * 3, over
    assert await connection.fetchval(STATE) == before
    # The good link is for one purpose: her answer, and no sign-off.
    answer, _, sign_off = await posts(Browser(app), good)
    assert (answer.status_code, sign_off.status_code) == (303, 410)


@pytest.mark.parametrize("language", get_args(Language))
async def test_programs_that_open_links_change_nothing(
    client: Client, inquiry: str, people: Cast, app: Litestar, connection: asyncpg.Connection, language: str
) -> None:
    """Whatever a filter of mails does with a link but sending our form: nothing is answered, nor signed off."""
    settings = app.state.settings
    colleague = await add_investigator(connection, "second@example.org", people.units["lung"])
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(Browser(app), path_of(settings, address, colleague))
    lung = people.investigators["lung"]
    doors = [path_of(settings, address, lung, purpose=purpose) for purpose in ("invitation", "sign_off")]
    before = await connection.fetchval(STATE)
    for path in doors:
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            for query in ("", "?change=1", "?decision=approved", "?answer=no&reason_budget=on"):
                headers = {"Accept-Language": language, "Purpose": "prefetch"}
                answer = await Browser(app).http.request(method, path + query, headers=headers)
                assert answer.status_code < 500
                assert answer.headers.get("location") is None
        # A program that presses buttons has neither our cookie nor our origin.
        for form in ({"decision": "approved"}, FORM):
            assert (await Browser(app).http.post(path, data=form)).status_code == 403
    assert await connection.fetchval(STATE) == before
    assert (await ok(client("unit_head").get(address)))["sign_off"]["approval"] == "awaiting_head"
    # One tap of hers, and a second one is no other word.
    browser = Browser(app)
    for _ in range(2):
        assert (await browser.post(doors[1], {"decision": "approved"}, page=doors[1])).status_code == 303
    assert (await ok(client("unit_head").get(address)))["sign_off"]["approval"] == "approved"
    assert await connection.fetchval("select count(*) from audit_event where action = 'invitation.signed_off'") == 1


async def test_who_passed_an_invitation_on_is_out_of_it(
    client: Client, inquiry: str, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    """Her old link is worthless, and no mail that waits for her brings her a new one."""
    settings, lung = app.state.settings, people.investigators["lung"]
    colleague = await add_investigator(connection, "second@example.org", people.units["lung"])
    await connection.execute(
        "update position set is_head = investigator_id <> $1 where unit_id = $2", lung, people.units["lung"]
    )
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    if await connection.fetchval("select recipient_id from invitation") != lung:
        lung, colleague = colleague, lung
    old = path_of(settings, address, lung)
    form = {"answer": "not_me", "asks_id": str(colleague)}
    assert (await answered(Browser(app), old, **form)).status_code == 303
    await ok(client("office").post(address + "/recipient", json={"investigator_id": str(colleague)}))
    assert (await Browser(app).get(old)).status_code == 410
    assert [one.status_code for one in await posts(Browser(app), old)] == [410] * 3
    invitation_id = UUID(address.rpartition("/")[2])
    due_on = await connection.fetchval("select due_on from invitation")
    waiting: dict[str, Any] = {"invitation_id": invitation_id, "due_on": due_on}
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        for to_id, leaves in ((lung, False), (colleague, True)):
            for params in (
                InvitationReminder(**waiting, to_id=to_id, reference="X", is_overdue=False),
                InvitationMoved(**waiting, to_id=to_id),
                InvitationAmended(**waiting, to_id=to_id, has_answered=False),
            ):
                assert (await fill_invitation(tx, settings, params) is not None) == leaves, params
        late = InvitationReminder(
            invitation_id=invitation_id,
            to_id=colleague,
            reference="X",
            due_on=due_on.replace(year=2020),
            is_overdue=True,
        )
        assert await fill_invitation(tx, settings, late) is None, "a day that has moved has reminders of its own"


async def test_after_the_end_a_link_shows_it_and_takes_nothing(
    client: Client, inquiry: str, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    settings = app.state.settings
    colleague = await add_investigator(connection, "second@example.org", people.units["lung"])
    asked = await invite(client, inquiry, people, "lung", "heart")
    await answered(Browser(app), path_of(settings, asked["lung"], colleague))
    await ok(client("sponsor").post(inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))
    for is_told in (False, True):
        if is_told:
            async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
                assert await end_inquiries(tx, settings, 10) == 1
        before = await connection.fetchval("select count(*) from eoi")
        for unit in ("lung", "heart"):
            path = path_of(settings, asked[unit], people.investigators[unit])
            page = await Browser(app).get(path)
            assert page.status_code == 200
            assert "Send the answer" not in page.text
            answer, _, _ = await posts(Browser(app), path)
            assert answer.status_code == 303
        head = path_of(settings, asked["lung"], people.investigators["lung"], purpose="sign_off")
        _, _, word = await posts(Browser(app), head)
        assert word.status_code == 303
        assert await connection.fetchval("select count(*) from eoi") == before
        assert await connection.fetchval("select count(*) from audit_event where action = 'invitation.signed_off'") == 0
        assert await connection.fetchval("select count(*) from reservation where state = 'held'") == 0 or not is_told


async def course_of(client: Client, drain: Drain, people: Cast, app: Litestar, connection: asyncpg.Connection) -> str:
    """Walk an inquiry with fields in confidence through all that sends mails but its end; returns its address."""
    settings = app.state.settings
    await connection.execute("update region set confidentiality_mode = 'cda_first'")
    colleague = await add_investigator(connection, "second@example.org", people.units["lung"])
    inquiry = await taken_up(client, drain, **SECRETS)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await drain()
    await connection.execute("update reminder set due_at = now() where step = 'half'")
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        assert await remind_units(tx, settings, 100) == 2
    await drain()
    await ok(client("office").post(asked["heart"] + "/deadline", json={"due_on": in_days(30)}))
    await answered(Browser(app), path_of(settings, asked["lung"], colleague))
    await ok(client("investigator").post(asked["lung"] + "/questions", json={"text": "Blinded?"}))
    (question,) = (await ok(client("office").get("/api/v1/questions")))["items"]
    place = f"/api/v1/questions/{question['question_id']}"
    await ok(client("office").post(place + "/forward", json={}))
    await ok(client("sponsor").post(place + "/answer", json={"answer": "Yes."}))
    await ok(client("office").post(place + "/share", json={"share": "all"}))
    await drain()
    await ok(client("unit_head").post(asked["lung"] + "/sign-off", json={"decision": "approved"}))
    await amend(client, inquiry, numbers={"participants_wanted": 31})
    await drain()
    await ok(client("unit_head").post(asked["lung"] + "/confirmation", json={}))
    await ok(client("office").post(inquiry + "/reply", json={}))
    await drain()
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=YES))
    await ok(client("office").post(inquiry + "/reply", json={}))
    await drain()
    return inquiry


async def unit_reads(
    client: Client, people: Cast, app: Litestar, connection: asyncpg.Connection, language: str
) -> list[str]:
    """Return all that a unit's people get to read: pages by a link, JSON, files with their headers and names."""
    texts, settings = [], app.state.settings
    reader = {"Accept-Language": language}
    rows = await connection.fetch("select v.invitation_id, u.name from invitation v join unit u using (unit_id)")
    asked = {row["name"].removeprefix("Unit "): f"/api/v1/invitations/{row['invitation_id']}" for row in rows}
    answers = [
        await Browser(app).get(
            path_of(settings, asked[unit], people.investigators[unit], purpose=purpose), headers=reader
        )
        for unit in asked
        for purpose in get_args(Purpose)[:2]
    ]
    for who, unit in (("unit_head", "lung"), ("investigator", "lung"), ("other_investigator", "heart")):
        own = [f"{asked[unit]}{part}" for part in ("", "/changes", "/questions", "/questionnaire", "/suitability.pdf")]
        paths = (*own, "/api/v1/invitations", "/api/v1/me/export")
        answers += [await client(who).get(path, headers=reader) for path in paths]
    for answer in answers:
        assert answer.status_code < 500
        texts.append(str(answer.headers.raw))
        is_pdf = answer.headers.get("content-type", "").startswith("application/pdf")
        texts.append(pdf_text(answer.content) if is_pdf else answer.text)
    return texts


def wire_of(mailbox: Mailbox) -> list[str]:
    """Return the headers and contents of every mail that arrived, with those of its parts, files included."""
    texts = []
    for mail in mailbox.mails():
        for part in mail.message.walk():
            texts.append(str(part.items()))
            if not part.is_multipart():
                content = part.get_content()
                texts.append(content if isinstance(content, str) else pdf_text(content))
    return texts


@pytest.mark.parametrize("language", get_args(Language))
async def test_what_is_in_confidence_is_in_no_mail_and_in_nothing_a_unit_may_not_see(
    client: Client,
    drain: Drain,
    people: Cast,
    app: Litestar,
    connection: asyncpg.Connection,
    mailbox: Mailbox,
    language: str,
) -> None:
    """The whole course where no agreement opens anything: every mail, page, file and answer."""
    for email in ("lung@example.org", "heart@example.org", "contact@example.org", "second@example.org"):
        await add_person(connection, email, language=language)
    inquiry = await course_of(client, drain, people, app, connection)
    seen = await unit_reads(client, people, app, connection, language)
    decided = {"decision": "selected", "selected_unit_ids": [str(people.units["lung"])]}
    await ok(client("sponsor").post(inquiry + "/outcome", json=decided))
    await drain()
    seen += await unit_reads(client, people, app, connection, language)
    kinds = {row["kind"] for row in await connection.fetch("select kind from message where state = 'sent'")}
    assert kinds >= {
        "invitation",
        "invitation_reminder",
        "invitation_moved",
        "sign_off_wanted",
        "invitation_amended",
        "question_forwarded",
        "question_shared",
        "reply_sent",
        "invitation_over",
    }
    assert {mail.message["Content-Language"] for mail in mailbox.mails()} == {language}
    wire = wire_of(mailbox)
    for hidden in ("ZEBRAFINCH", "SECRET-PROTOCOL-1", "SECRET-PRODUCT-1"):
        assert not [text for text in wire if hidden in text], hidden
        assert not [text for text in seen if hidden in text], hidden
    # Units read the title once they have opened the link; no mail names it, nor the condition.
    assert any(TITLE in text for text in seen)
    assert not [text for text in wire if TITLE in text or "obstructive" in text]
    stored = await connection.fetch(
        "select to_jsonb(m)::text as row from message m union all select to_jsonb(t)::text from office_task t "
        "union all select to_jsonb(j)::text from job j"
    )
    assert not [row["row"] for row in stored if "ZEBRAFINCH" in row["row"] or TITLE in row["row"]]


async def test_a_title_cannot_be_in_confidence(client: Client) -> None:
    """Units read it, so it must name nothing that is: the door says so, and nothing is stored."""
    marked = {"fields": [{"field": "identity.working_title", "harm": "Tells competitors."}]}
    refused = await client("sponsor").post("/api/v1/inquiries", json=inquiry_body(confidentiality=marked))
    assert refused.status_code == 422
    assert "working_title" in refused.text
