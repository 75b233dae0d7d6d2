"""The public-records duty: registered, handed out without what is confidential, and every time in the log."""

from typing import Any

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit
from tests.inquiries.test_confidentiality import full_body, markable, needles
from trialport.inquiries.disclosure_rules import FIXED_HARM
from trialport.inquiries.rules import ALWAYS_CONFIDENTIAL

NUMBER = {"diary_number": "RS 2026-00123"}
NOTE = {"note": "Asked by e-mail; sent the same day."}


async def registered(client: Client, **groups: Any) -> str:
    """Submit an inquiry and give it a diary number; returns its address."""
    url: str = (await submit(client, **groups))["status_url"]
    answer = await client("office").put(f"{url}/diary-number", json=NUMBER)
    assert answer.status_code == 200, answer.text
    return url


async def test_it_works(client: Client, connection: asyncpg.Connection) -> None:
    marks = {"fields": [{"field": "condition.biomarker", "harm": "Shows the selection."}]}
    condition = {"indication": "COPD", "biomarker": "SECRET-MARKER"}
    url = await registered(client, confidentiality=marks, condition=condition)
    preview = (await client("office").get(f"{url}/disclosure")).json()
    assert preview["diary_number"] == "RS 2026-00123"
    assert preview["withheld"] == [
        {"field": "condition.biomarker", "harm": "Shows the selection."},
        {"field": "identity.protocol_number", "harm": FIXED_HARM["identity.protocol_number"]},
        {"field": "product.name", "harm": FIXED_HARM["product.name"]},
    ]
    assert preview["content"]["condition"] == {"indication": "COPD"}
    answer = await client("office").post(f"{url}/disclosure", json=NOTE)
    assert answer.status_code == 201, answer.text
    export = answer.json()
    assert {name: export[name] for name in preview} == preview
    assert "Diary number: RS 2026-00123" in export["text"]
    assert "condition.indication: COPD" in export["text"]
    assert "- condition.biomarker: Shows the selection." in export["text"]
    assert "SECRET" not in answer.text
    (entry,) = (await client("office").get("/api/v1/disclosures?diary_number=RS%202026-00123")).json()["items"]
    assert entry["withheld_fields"] == ["condition.biomarker", "identity.protocol_number", "product.name"]
    assert (entry["note"], entry["disclosed_by"]) == (NOTE["note"], "office (test)")
    events = await connection.fetch("select action, before, after from audit_event order by audit_event_id")
    assert [event["action"] for event in events][1:] == ["inquiry.diary_number_set", "inquiry.disclosed"]
    assert (events[1]["before"], events[1]["after"]) == ({"diary_number": None}, NUMBER)


async def test_anonymous_is_refused(client: Client) -> None:
    url = await registered(client)
    assert (await client(None).get(f"{url}/disclosure")).status_code == 401
    assert (await client(None).put(f"{url}/diary-number", json=NUMBER)).status_code == 401
    assert (await client(None).get("/api/v1/disclosures")).status_code == 401


async def test_stranger_gets_404(client: Client) -> None:
    """The record is kept by the region that received the inquiry, even where another region was asked too."""
    url = await registered(client, placement={"regions_wanted": ["TST", "OTH"]})
    other = client("other_office")
    assert (await other.get(url)).status_code == 200
    assert (await other.get(f"{url}/disclosure")).status_code == 404
    assert (await other.post(f"{url}/disclosure", json=NOTE)).status_code == 404
    assert (await other.put(f"{url}/diary-number", json=NUMBER)).status_code == 404
    assert (await client("office").post(f"{url}/disclosure", json=NOTE)).status_code == 201
    assert (await other.get("/api/v1/disclosures")).json()["items"] == []
    for who in ("sponsor", "investigator", "management"):
        assert (await client(who).get(f"{url}/disclosure")).status_code == 403


async def test_bad_input_is_400(client: Client) -> None:
    url = await registered(client)
    office = client("office")
    for body in ({}, {"diary_number": " "}, {"diary_number": 7}, {**NUMBER, "region_id": "x"}):
        assert (await office.put(f"{url}/diary-number", json=body)).status_code == 400, body
    for note in ({}, {"note": ""}, {"note": "x", "withheld_fields": []}):
        assert (await office.post(f"{url}/disclosure", json=note)).status_code == 400, note


async def test_two_inquiries_never_share_a_number(client: Client) -> None:
    await registered(client)
    second = (await submit(client))["status_url"]
    answer = await client("office").put(f"{second}/diary-number", json=NUMBER)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["path"] == "diary_number"


async def test_without_a_number_nothing_is_handed_out(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    answer = await client("office").post(f"{url}/disclosure", json=NOTE)
    assert answer.status_code == 409
    assert answer.json()["state"] == "not_registered"
    assert await connection.fetchval("select count(*) from disclosure") == 0


async def test_every_confidential_field_is_withheld_with_its_harm(client: Client) -> None:
    marked = markable()[:50]
    url = (await client("sponsor").post("/api/v1/inquiries", json=full_body(marked))).json()["status_url"]
    await client("office").put(f"{url}/diary-number", json=NUMBER)
    answer = await client("office").post(f"{url}/disclosure", json=NOTE)
    assert answer.status_code == 201, answer.text
    assert [needle for needle in needles(marked) if needle in answer.text] == []
    assert {one["field"] for one in answer.json()["withheld"]} == {*marked, *ALWAYS_CONFIDENTIAL}
    assert all(one["harm"] for one in answer.json()["withheld"])


async def test_the_log_cannot_be_changed(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    url = await registered(client, who=inquiry_body()["who"])
    assert (await client("office").post(f"{url}/disclosure", json=NOTE)).status_code == 201
    for statement in (
        "update disclosure set note = 'x'",
        "update disclosure set disclosed_by = 'x'",
        "delete from disclosure",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(statement)
