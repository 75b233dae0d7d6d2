"""Documents in the inquiry form without script: taken in, taken out, put back, sent along, and gone with the draft."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Client
from tests.inquiries.attachment_files import DOCM, PDF
from tests.inquiries.factories import submit
from tests.inquiries.test_draft_pages import PAGE, Person, begin, fill, fill_all
from trialport.accounts.csrf import FIELD
from trialport.core.config import Settings
from workers.schedule import sweep_files

NAME = "Synopsis of SECRET-PRODUCT-9.pdf"


@pytest.fixture
def one(client: Client) -> Person:
    return Person(client("sponsor"))


def stored(settings: Settings) -> list[Path]:
    folder = Path(settings.files_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def send_file(
    person: Person, draft: str, content: bytes, name: str = NAME, *, to: str = "files", **form: str
) -> httpx.Response:
    typed = {FIELD: "", "kind": "synopsis", "to": to, **form}
    return await person.http.post(f"{draft}/files", data=typed, files={"file": (name, content)}, headers=PAGE)


async def listed(connection: asyncpg.Connection, table: str) -> list[tuple[Any, ...]]:
    return [
        (row["kind"], row["file_name"], row["held_back"])
        for row in await connection.fetch(f"select kind, file_name, held_back from {table} order by file_name")
    ]


async def test_files_go_along_with_the_inquiry(
    one: Person, client: Client, settings: Settings, connection: asyncpg.Connection
) -> None:
    draft = await begin(one)
    empty = (await one.get(f"{draft}/files")).text
    assert "PDF" in empty
    assert "At most 25 MB, a questionnaire 10 MB" in empty
    assert 'enctype="multipart/form-data"' in empty
    await fill_all(one, draft)
    added = await send_file(one, draft, PDF)
    assert (added.status_code, added.headers["location"]) == (303, f"{draft}/files"), added.text
    # Whichever button is pressed, a file that was chosen is not lost.
    going_on = await send_file(one, draft, b"a;b\n1;2\n", "Questions.csv", to="", kind="sponsor_questionnaire")
    assert going_on.headers["location"] == f"{draft}/confidentiality"
    assert (await send_file(one, draft, PDF)).status_code == 303, "sent twice"
    page = (await one.get(f"{draft}/files")).text
    assert page.count(NAME) == 2, "once in the list, once on its button"
    assert len(stored(settings)) == 2
    await sweep_files({"settings": settings, "pool": one.http._transport.app.state.pool})  # type: ignore[attr-defined]
    review = (await one.get(f"{draft}/review")).text
    assert NAME in review
    sent = await one.post(f"{draft}/send", {})
    assert sent.status_code == 303, sent.text
    assert await listed(connection, "attachment") == [
        ("sponsor_questionnaire", "Questions.csv", True),
        ("synopsis", NAME, False),
    ]
    assert await listed(connection, "draft_attachment") == []
    inquiry = sent.headers["location"].rpartition("/")[0]
    for who in ("sponsor", "office"):
        shown = (await client(who).get(inquiry, headers=PAGE)).text
        found = re.search(rf'href="(/api/v1{inquiry}/attachments/[^"]+)" download>{NAME}', shown)
        assert found, who
        assert (await client(who).get(found[1])).content == PDF
    trail = await connection.fetch("select action, details::text as said from audit_event")
    assert {"inquiry_draft.file_added", "attachment.uploaded"} <= {row["action"] for row in trail}
    assert not [row for row in trail if "SECRET" in row["said"]], "a name may be confidential"


async def test_a_file_is_taken_out_and_put_back(
    one: Person, client: Client, settings: Settings, connection: asyncpg.Connection
) -> None:
    draft = await begin(one)
    await send_file(one, draft, PDF)
    file_id = str(await connection.fetchval("select draft_attachment_id from draft_attachment"))
    for other in ("rival", "office"):
        answer = await Person(client(other)).post(f"{draft}/files", {"remove": file_id})
        assert answer.status_code in (403, 404), other
    assert (await one.post(f"{draft}/files", {"remove": file_id, "to": "files"})).status_code == 303
    assert "Put it back" in (await one.get(f"{draft}/files")).text
    assert NAME not in (await one.get(f"{draft}/review")).text
    assert (await one.post(f"{draft}/files", {"restore": file_id, "to": "files"})).status_code == 303
    assert NAME in (await one.get(f"{draft}/review")).text
    assert (await one.post(f"{draft}/files", {"remove": "x"})).status_code == 404
    assert (await one.post(f"{draft}/discard", {})).status_code == 303
    assert await listed(connection, "draft_attachment") == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "Files of this kind are not taken"),
        ("a.pdf", b"no pdf at all", "is not what the file's name says"),
        ("a.docx", DOCM, "is not what the file's name says"),
        ("a.pdf", b"", "The file is empty"),
        ("a.csv", b"1;2\n" * 2_600_000, "The file is too large"),
        ("", b"", "Choose a file first"),
    ],
)
async def test_bad_files_are_told_at_the_field(
    one: Person, settings: Settings, connection: asyncpg.Connection, name: str, content: bytes, said: str
) -> None:
    draft = await begin(one)
    answer = await send_file(one, draft, content, name, kind="sponsor_questionnaire")
    assert answer.status_code == 422, answer.text
    assert said in answer.text
    assert '<a href="#file">' in answer.text
    assert 'id="file-error"' in answer.text
    assert 'value="sponsor_questionnaire" selected' in answer.text
    assert stored(settings) == []
    assert await listed(connection, "draft_attachment") == []


async def test_documents_alone_are_a_change(one: Person, client: Client, connection: asyncpg.Connection) -> None:
    inquiry_id = (await submit(client))["inquiry_id"]
    begun = await one.post(f"/inquiries/{inquiry_id}/amend", {})
    draft = begun.headers["location"].rpartition("/")[0]
    assert (await send_file(one, draft, PDF)).status_code == 303
    review = (await one.get(f"{draft}/review")).text
    assert "1 document is added." in review
    assert "You have changed nothing yet." not in review
    sent = await one.post(f"{draft}/send", {})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/inquiries/{inquiry_id}?done=1"), sent.text
    assert await connection.fetchval("select count(*) from inquiry_version") == 1, "nothing that units were asked"
    assert await listed(connection, "attachment") == [("synopsis", NAME, False)]


async def test_a_change_stands_side_by_side(one: Person, client: Client) -> None:
    inquiry_id = (await submit(client))["inquiry_id"]
    begun = await one.post(f"/inquiries/{inquiry_id}/amend", {})
    draft = begun.headers["location"].rpartition("/")[0]
    assert "You have changed nothing yet." in (await one.get(f"{draft}/review")).text
    page = (await one.get(f"{draft}/numbers")).text
    before = re.search(r'name="numbers.participants_wanted"[^>]* value="(\d+)"', page)
    assert before
    kept = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', page))
    await fill(one, draft, "numbers", {**kept, "numbers.participants_wanted": "77", "to": "review"})
    review = (await one.get(f"{draft}/review")).text
    row = re.search(r"<tr>.*?participants_wanted.*?</tr>", review, re.DOTALL)
    assert row
    cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row[0], re.DOTALL)]
    assert cells == [before[1], "77"]


async def test_units_are_found_wanted_and_left_out(one: Person, client: Client, connection: asyncpg.Connection) -> None:
    units = await connection.fetch(
        "select unit_id::text, u.name from unit u join region r using (region_id) where r.code = 'TST' limit 2"
    )
    wanted, other = units
    draft = await begin(one)
    await fill_all(one, draft)
    form = {"numbers.participants_wanted": "24", "numbers.planned_start": "2030-01-01"}
    form |= {"placement.regions_wanted_TST": "on"}
    found = await fill(one, draft, "numbers", {**form, "find": wanted["name"][:4].upper(), "to": "find"})
    assert found.status_code == 303
    page = (await one.get(found.headers["location"])).text
    assert f'name="placement.units_wanted_{wanted["unit_id"]}"' in page
    assert 'value="24"' in page, "what was typed is kept"
    chosen = {f"placement.units_wanted_{wanted['unit_id']}": "on"}
    # The key Enter in the field looks for units too, and loses none that is chosen.
    entered = await fill(one, draft, "numbers", {**form, **chosen, "find": "no such unit", "found": "", "to": ""})
    assert entered.headers["location"].endswith("find=no+such+unit#find")
    page = (await one.get(entered.headers["location"])).text
    assert re.search(rf'name="placement.units_wanted_{wanted["unit_id"]}"[^>]* checked', page)
    everything = await fill(one, draft, "numbers", {**form, **chosen, "find": "", "to": "find"})
    listed_all = await one.get(everything.headers["location"])
    assert (listed_all.status_code, other["unit_id"] in listed_all.text) == (200, True), "nothing typed lists all"
    both = {**form, **chosen, f"placement.units_excluded_{wanted['unit_id']}": "on", "to": "review"}
    await fill(one, draft, "numbers", both)
    refused = await one.post(f"{draft}/send", {})
    assert refused.status_code == 422
    assert f'href="{draft}/numbers?check=1#placement.units_excluded"' in refused.text
    right = {**form, **chosen, f"placement.units_excluded_{other['unit_id']}": "on", "to": "review"}
    await fill(one, draft, "numbers", right)
    sent = await one.post(f"{draft}/send", {})
    assert sent.status_code == 303, sent.text
    inquiry = sent.headers["location"].rpartition("/")[0]
    for who in ("sponsor", "office"):
        shown = (await client(who).get(inquiry, headers=PAGE)).text
        for unit in units:
            assert unit["name"] in shown, who
            assert unit["unit_id"] not in shown, who
