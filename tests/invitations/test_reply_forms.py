"""One reply in four forms, its preview and its versions."""

import email
import io
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any

import asyncpg
import pikepdf
import pypdfium2
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES, invite, ok
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.language import Language
from trialport.invitations.reply_document import fill_reply
from trialport.notifications.mail_models import PARAMS, Mail
from trialport.notifications.mail_text import compose

Drain = Callable[[], Awaitable[int]]
LANGUAGES: tuple[Language, ...] = ("en", "sv", "da")
QUESTION = "How many exacerbations a year?"
HOSTILE = (
    '#panic("x") *a* _b_ @c <label> \\ $x$ `r` [y] <script>alert(1)</script> {{ 7 * 7 }} '
    + "w" * 400
    + " 🙂 👩‍🔬 العربية 日本 \u202e"
)
NO = {"answer": "no", "reasons": ["no_nurse_time"], "competing_trials": "Secret trial X"}


@pytest.fixture
async def inquiry(client: Client, drain: Drain) -> str:
    """The address of an inquiry with a question to the units, assessed and taken up."""
    body = inquiry_body(placement={"regions_wanted": ["TST"]})
    body["answer"] = {**body["answer"], "questions": [QUESTION, "Open question?"]}
    made = await client("sponsor").post("/api/v1/inquiries", json=body)
    await drain()
    address = str(made.json()["status_url"])
    await ok(client("office").post(address + "/triage"))
    return address


async def answered(client: Client, inquiry: str, people: Cast) -> dict[str, str]:
    asked = await invite(client, inquiry, people, "lung", "heart")
    yes = {**YES, "answers_to_questions": ["About two.", ""], "earliest_start": "2027-01-15"}
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=yes))
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=NO))
    return asked


def page_of(inquiry: str) -> str:
    return inquiry.removeprefix("/api/v1") + "/reply"


async def the_mail(app: Litestar, connection: asyncpg.Connection, version: int = 1) -> EmailMessage | None:
    """Word the mail to the sponsor as the worker would; None where it is overtaken."""
    row = await connection.fetchrow(
        "select message_id, to_address, language, params, created_at from message "
        "where kind = 'reply_sent' and params ->> 'version' = $1",
        str(version),
    )
    assert set(row["params"]) == {"inquiry_id", "version", "language"}, "ids and nothing of the content"
    mail = Mail(
        message_id=row["message_id"],
        kind="reply_sent",
        to_address=row["to_address"],
        language=row["language"],
        params=PARAMS["reply_sent"](**row["params"]),
        written_at=row["created_at"],
    )
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        filling = await fill_reply(tx, app.state.settings, mail.params)
    if filling is None:
        return None
    wire = compose(mail, mail_from="office@example.org", filling=filling).as_bytes()
    read = email.message_from_bytes(wire, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def texts_of(mail: EmailMessage) -> dict[str, str]:
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    return {kind: body.get_content() for kind, body in bodies.items() if body is not None}


async def test_the_four_forms_say_the_same(
    client: Client, app: Litestar, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    await answered(client, inquiry, people)
    note = {"note": f"First line\n{HOSTILE}", "next_step": "A call.", "next_step_on": "2026-12-11"}
    sent = await ok(client("office").post(inquiry + "/reply", json=note))
    assert (sent["version"], sent["next_step"], sent["next_step_on"]) == (1, "A call.", "2026-12-11")
    sponsor = client("sponsor")
    read = await ok(sponsor.get(inquiry + "/reply"))
    (lung,) = [unit for unit in read["content"]["units"] if unit["unit_name"] == "Unit lung"]
    assert lung["answers_to_questions"] == [{"question": QUESTION, "answer": "About two."}]
    page = (await sponsor.get(page_of(inquiry), headers={"Accept": "text/html"})).text
    pdf = (await sponsor.get(inquiry + "/reply.pdf")).content
    mail = await the_mail(app, connection)
    assert mail is not None
    assert mail["Subject"] == "The reply to your inquiry"
    forms = {"page": page, "pdf": pdf_text(pdf), **texts_of(mail)}
    for name, form in forms.items():
        for said in ("Unit lung", "lung@example.org", "Unit heart", "15 January 2027", "About two.", "A call."):
            assert said in form, (name, said)
        for said in ("no research-nurse time", "from a register", "11 December 2026", QUESTION, "First line"):
            assert said in form, (name, said)
        for hidden in ("Secret trial X", "Demo heart", "heart@example.org"):
            assert hidden not in form, (name, hidden)
        assert "49" not in form.split("First line")[1].split("A call.")[0], "no template is run"
    for form in (page, forms["html"]):
        assert "<script>alert" not in form
    attached = list(mail.iter_attachments())
    assert [part.get_content_type() for part in attached] == ["application/pdf"]
    assert pdf_text(attached[0].get_content()) == forms["pdf"]


def pdf_text(content: bytes) -> str:
    """Return the words of a PDF, in the order of its content, blanks made even."""
    document = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return " ".join(text.replace("\u200b", "").replace("\ufffe", "").split())


async def test_a_pdf_is_accessible_in_every_language(client: Client, inquiry: str, people: Cast) -> None:
    """Typst refuses to write what is no PDF/UA-1; here is what a reader's program gets to see."""
    await answered(client, inquiry, people)
    await ok(client("office").post(inquiry + "/reply", json={"note": HOSTILE, "next_step": HOSTILE[:900]}))
    for language in LANGUAGES:
        answer = await client("sponsor").get(f"{inquiry}/reply.pdf?language={language}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            root = pdf.Root
            assert (str(root.Lang), bool(root.MarkInfo.Marked)) == (language, True)
            assert bool(root.ViewerPreferences.DisplayDocTitle)
            with pdf.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"] == pdf.docinfo.get("/Title")
            tags = tags_of(root.StructTreeRoot)
            fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert {"/H1", "/Table", "/TH", "/TD", "/P", "/L"} <= set(tags), tags
        assert tags.count("/TH") >= 5
        assert fonts
        assert all("/FontDescriptor" in str(font.DescendantFonts[0].keys()) for font in fonts), "every font is embedded"


def tags_of(element: Any) -> list[str]:
    """Return the names of a structure tree's elements."""
    found = [str(element.S)] if "/S" in element else []
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            found += tags_of(child)
    return found


async def test_what_was_previewed_is_what_is_sent(client: Client, inquiry: str, people: Cast) -> None:
    asked = await answered(client, inquiry, people)
    office = client("office")
    preview = await office.get(inquiry + "/reply")
    seen = preview.json()["content_hash"]
    assert preview.headers["etag"] == f'"{seen}"'
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json={**NO, "reasons": ["budget"]}))
    for refused in (
        await office.post(inquiry + "/reply", json={"expected_content_hash": seen}),
        await office.post(inquiry + "/reply", json={}, headers={"If-Match": f'"{seen}"'}),
        await office.post(inquiry + "/reply", json={}, headers={"If-Match": "nonsense"}),
    ):
        assert refused.status_code == 412, refused.text
    assert (await ok(office.get(inquiry)))["state"] == "collating", "what is refused moves nothing"
    seen = (await office.get(inquiry + "/reply")).headers["etag"]
    sent = await ok(office.post(inquiry + "/reply", json={}, headers={"If-Match": seen}))
    assert f'"{sent["content_hash"]}"' == seen
    bad = await office.post(inquiry + "/reply", json={"next_step_on": "2026-12-11"})
    assert bad.status_code == 422


async def test_a_late_answer_makes_a_corrected_reply(
    client: Client, app: Litestar, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=YES))
    office, sponsor = client("office"), client("sponsor")
    first = await ok(office.post(inquiry + "/reply", json={"note": "One is silent."}))
    assert first["content"]["silent"] == 1
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=NO))
    kinds = {task["kind"] for task in (await ok(office.get("/api/v1/tasks")))["items"] if task["done_at"] is None}
    assert "answer_after_reply" in kinds
    preview = await ok(office.get(inquiry + "/reply?version=0"))
    assert (preview["version"], preview["newest_version"], preview["content"]["no"]) == (0, 1, 1)
    assert "revise_reply" in preview["available_actions"]
    assert (await sponsor.get(inquiry + "/reply?version=0")).status_code == 404
    assert (await sponsor.post(inquiry + "/reply", json={})).status_code == 403
    second = await ok(office.post(inquiry + "/reply", json={}))
    assert (second["version"], second["content"]["silent"]) == (2, 0)
    tasks = (await ok(office.get("/api/v1/tasks")))["items"]
    assert not [one for one in tasks if one["kind"] == "answer_after_reply" and one["done_at"] is None]
    assert (await ok(sponsor.get(inquiry + "/reply")))["version"] == 2
    older = await ok(sponsor.get(inquiry + "/reply?version=1"))
    assert (older["version"], older["newest_version"], older["note"]) == (1, 2, "One is silent.")
    page = (await sponsor.get(page_of(inquiry) + "?version=1", headers={"Accept": "text/html"})).text
    assert "Version 2 has replaced it." in page
    assert (await sponsor.get(inquiry + "/reply?version=3")).status_code == 404
    # The mail about what has been replaced does not leave any more; the newer one says what it is.
    assert await the_mail(app, connection, 1) is None
    mail = await the_mail(app, connection, 2)
    assert mail is not None
    assert "replaces what we sent before" in texts_of(mail)["plain"]
    # What is new stands first, in each form; what was sent before is as it was.
    (new,) = (await ok(sponsor.get(inquiry + "/reply")))["changes"]
    assert (new["unit_name"], new["before"]["answer"], new["after"]["answer"]) == ("Unit heart", "no_answer", "no")
    assert older["changes"] == []
    forms = [
        (await sponsor.get(page_of(inquiry), headers={"Accept": "text/html"})).text,
        pdf_text((await sponsor.get(inquiry + "/reply.pdf")).content),
        *texts_of(mail).values(),
    ]
    for form in forms:
        part = form.lower().split("what has changed since version 1")[1].split("in short")[0]
        assert part.index("unit heart") < part.index("no answer") < part.index("no research-nurse time")
        assert "unit lung" not in part
    # A yes that is taken back is told without the person who had given it, by the version that says so.
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=NO))
    third = await ok(office.post(inquiry + "/reply", json={}))
    (taken_back,) = third["changes"]
    assert (taken_back["before"]["answer"], taken_back["after"]["answer"]) == ("yes", "no")
    assert (taken_back["before"]["contact_name"], taken_back["before"]["contact_email"]) == (None, None)
    same = await ok(office.post(inquiry + "/reply", json={"note": "Nothing new."}))
    assert same["changes"] == []
    swedish = {"Accept": "text/html", "Accept-Language": "sv"}
    assert "Ingen enhets svar har ändrats." in (await sponsor.get(page_of(inquiry), headers=swedish)).text


async def test_confidential_questions_stay_out_of_the_mail(
    client: Client, drain: Drain, app: Litestar, people: Cast, connection: asyncpg.Connection
) -> None:
    body = inquiry_body(placement={"regions_wanted": ["TST"]})
    body["answer"] = {**body["answer"], "questions": [QUESTION]}
    body["confidentiality"] = {"fields": [{"field": "answer.questions", "harm": "Reveals the design."}]}
    inquiry = str((await ok(client("sponsor").post("/api/v1/inquiries", json=body)))["status_url"])
    await drain()
    await ok(client("office").post(inquiry + "/triage"))
    asked = await invite(client, inquiry, people, "lung")
    yes = {**YES, "answers_to_questions": ["About two."]}
    wrong = await client("unit_head").post(asked["lung"] + "/eoi", json={**yes, "answers_to_questions": ["a", "b"]})
    assert wrong.status_code == 422
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=yes))
    await ok(client("office").post(inquiry + "/reply", json={}))
    mail = await the_mail(app, connection)
    assert mail is not None
    (attached,) = mail.iter_attachments()
    for form in (*texts_of(mail).values(), pdf_text(attached.get_content())):
        assert QUESTION not in form
        assert "About two." not in form
    assert QUESTION in pdf_text((await client("sponsor").get(inquiry + "/reply.pdf")).content)


async def test_anonymous_is_refused(client: Client, inquiry: str) -> None:
    for address in (inquiry + "/reply", inquiry + "/reply.pdf", page_of(inquiry)):
        assert (await client(None).get(address)).status_code == 401


async def test_stranger_gets_404(client: Client, inquiry: str, people: Cast) -> None:
    await answered(client, inquiry, people)
    await ok(client("office").post(inquiry + "/reply", json={}))
    for address in (inquiry + "/reply", inquiry + "/reply.pdf", page_of(inquiry)):
        for who in ("rival", "other_office"):
            assert (await client(who).get(address)).status_code == 404
        assert (await client("investigator").get(address)).status_code == 403


async def test_bad_input_is_400(client: Client, inquiry: str) -> None:
    office = client("office")
    assert (await office.get(inquiry + "/reply?version=-1")).status_code == 400
    assert (await office.get(inquiry + "/reply.pdf?language=fr")).status_code == 400
    assert (await office.post(inquiry + "/reply", json={"expected_content_hash": "x"})).status_code == 400
