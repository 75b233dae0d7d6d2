"""The inquiry form in a browser without script: kept as typed, told what is wrong, sent once, changed by two people."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from markupsafe import escape

from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.accounts.csrf import FIELD
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.inquiries.draft_fields import BOXED, STEPS, fields_by_path
from trialport.inquiries.draft_service import tidy_drafts

PAGE = {"Accept": "text/html"}
HTMX = {"HX-Request": "true"}
_SEEN = re.compile(r'name="seen" value="(\d+)"')


def days_ahead(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


WHOLE = {
    "trial": {
        "identity.working_title": "Once-daily inhaler in COPD",
        "kind.study_type": "drug",
        "kind.phase": "3",
        "product.mechanism": "bronchodilator",
        "product.name": "SECRET-PRODUCT-9",
    },
    "condition": {"condition.indication": "KOL hos vuxna", "population.age_from": "40"},
    "numbers": {"numbers.participants_wanted": "24", "numbers.planned_start": days_ahead(90)},
    "answer": {
        "who.sponsor_name": "First Pharma (demonstration)",
        "who.sponsor_kind": "company",
        "who.contact.name": "Kim Exempel",
        "who.contact.email": "one@example.org",
        "who.award_status": "own_trial",
        "answer.outcome_promised_by": days_ahead(120),
        "answer.questions": "How many?\n\nHow soon?",
    },
}


class Person:
    """Somebody who fills in forms, by a token, which needs no proof of the page they came from."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path, headers=PAGE)

    async def post(self, path: str, form: dict[str, str], **headers: str) -> httpx.Response:
        return await self.http.post(path, data={FIELD: "", **form}, headers={**PAGE, **headers})


@pytest.fixture
def one(client: Client) -> Person:
    return Person(client("sponsor"))


@pytest.fixture
def two(client: Client) -> Person:
    return Person(client("colleague"))


async def begin(person: Person) -> str:
    """Begin a draft; returns the beginning of its addresses."""
    answer = await person.post("/inquiries/new", {"region": "TST"})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[0]


async def fill(person: Person, draft: str, step: str, form: dict[str, str], seen: str | None = None) -> httpx.Response:
    page = f"{draft}/{step}"
    found = _SEEN.search((await person.get(page)).text)
    assert found
    return await person.post(page, {"seen": seen or found[1], **form})


async def fill_all(person: Person, draft: str) -> None:
    for step, form in WHOLE.items():
        more = {"placement.regions_wanted_TST": "on"} if step == "numbers" else {}
        assert (await fill(person, draft, step, {**form, **more})).status_code == 303, step


async def test_it_works(one: Person, connection: asyncpg.Connection) -> None:
    draft = await begin(one)
    first = (await one.get(f"{draft}/trial")).text
    assert "Step 1 of 9" in first
    assert "open to a unit only when it is settled" in first
    await fill_all(one, draft)
    review = (await one.get(f"{draft}/review")).text
    for said in ("Once-daily inhaler in COPD", "KOL hos vuxna", "SECRET-PRODUCT-9", "Medicine", "How soon?"):
        assert said in review
    assert "before this can be sent" not in review
    sent = await one.post(f"{draft}/send", {})
    assert sent.status_code == 303, sent.text
    receipt = (await one.get(sent.headers["location"])).text
    assert re.search(r"TST-\d{4}-\d{4}", receipt)
    assert "You have the answer by" in receipt
    stored = await connection.fetchrow(
        "select v.content, c.content as hidden from inquiry_version v join inquiry_confidential c using (inquiry_id)"
    )
    assert stored["content"]["answer"]["questions"] == ["How many?", "How soon?"]
    assert stored["content"]["placement"]["regions_wanted"] == ["TST"]
    assert stored["hidden"]["product"]["name"] == "SECRET-PRODUCT-9"
    assert await connection.fetchval("select count(*) from inquiry_draft") == 0
    again = await one.post(f"{draft}/send", {})
    assert (again.status_code, again.headers["location"]) == (303, "/inquiries"), "pressed twice"
    assert "Once-daily inhaler in COPD" in (await one.get("/inquiries")).text
    trail = await connection.fetch("select details::text as said from audit_event")
    assert not [row for row in trail if "SECRET-PRODUCT-9" in row["said"]]


@pytest.mark.parametrize("step", [step.name for step in STEPS if step.fields])
async def test_bad_input_is_kept_and_told(one: Person, step: str) -> None:
    """Whatever stands in a field comes back as it was typed, at once and when she returns."""
    draft = await begin(one)
    hostile = "<script>alert(1)</script> \"&' {{ 7 * 7 }} 🙂"
    found = next(one for one in STEPS if one.name == step)
    form = {field.path: f"{hostile} {field.path}" for field in found.fields if field.kind not in BOXED}
    form |= {f"{field.path}_invented": "on" for field in found.fields if field.kind in BOXED}
    answer = await fill(one, draft, step, form)
    assert answer.status_code == 422
    assert "Please look at this again" in answer.text
    back = (await one.get(f"{draft}/{step}?check=1")).text
    for page in (answer.text, back):
        assert "<script>alert" not in page
        for field in found.fields:
            if field.kind not in {*BOXED, "choice", "yes_no"}:
                assert str(escape(f"{hostile} {field.path}")) in page, field.path
    for path in re.findall(r'<li><a href="#([^"]+)"', answer.text):
        assert f'id="{path}"' in answer.text, path
    left = await fill(one, draft, step, {**form, "to": "leave"})
    assert left.headers["location"] == "/inquiries?kept=1", "leaving never asks for anything"


async def test_what_is_missing_is_told_with_the_way_to_it(one: Person) -> None:
    draft = await begin(one)
    await fill_all(one, draft)
    await fill(one, draft, "numbers", {"numbers.participants_wanted": "some", "to": "review"})
    await fill(
        one, draft, "condition", {"condition.indication": "COPD", "condition.icd10_codes": "J44, Q9X", "to": "review"}
    )
    refused = await one.post(f"{draft}/send", {})
    assert refused.status_code == 422
    assert f'href="{draft}/numbers?check=1#numbers.participants_wanted"' in refused.text
    await fill(one, draft, "numbers", WHOLE["numbers"])
    refused = await one.post(f"{draft}/send", {})
    assert refused.status_code == 422, "the desk finds what only it can know"
    assert f'href="{draft}/condition?check=1#condition.icd10_codes"' in refused.text


async def test_a_further_field_is_closed_with_its_harm(one: Person, connection: asyncpg.Connection) -> None:
    draft = await begin(one)
    await fill_all(one, draft)
    step = f"{draft}/confidentiality"
    assert 'name="confidentiality.fields_answer.questions"' in (await one.get(step)).text
    mark = {"confidentiality.fields_answer.questions": "on"}
    assert (await fill(one, draft, "confidentiality", mark)).status_code == 422
    mark["confidentiality.harm_answer.questions"] = "Reveals the design."
    assert (await fill(one, draft, "confidentiality", mark)).status_code == 303
    assert (await one.post(f"{draft}/send", {})).status_code == 303
    closed = await connection.fetchval("select confidential_fields from inquiry_version")
    assert "answer.questions" in closed


async def test_two_people_write_in_one_draft(one: Person, two: Person) -> None:
    draft = await begin(one)
    seen = _SEEN.search((await one.get(f"{draft}/trial")).text)
    assert seen
    await fill(two, draft, "trial", {"identity.working_title": "Hers", "to": "leave"})
    late = await fill(one, draft, "trial", {"identity.working_title": "Mine", "to": "leave"}, seen=seen[1])
    assert late.status_code == 409
    assert "Somebody else wrote on this step meanwhile" in late.text
    assert "<dd>Hers</dd>" in late.text
    assert 'value="Mine"' in late.text
    fresh = _SEEN.search(late.text)
    assert fresh
    kept = await fill(one, draft, "trial", {"identity.working_title": "Mine", "to": "leave"}, seen=fresh[1])
    assert kept.status_code == 303
    assert "Mine" in (await two.get(f"{draft}/trial")).text


async def test_a_change_sends_only_what_changed(one: Person, client: Client, connection: asyncpg.Connection) -> None:
    inquiry_id = (await submit(client, needs={"nurse_hours": 2}))["inquiry_id"]
    page = f"/inquiries/{inquiry_id}"
    begun = await one.post(f"{page}/amend", {"field": "population.key_inclusion"})
    draft, _, step = str(begun.headers["location"]).partition("#")[0].rpartition("/")
    assert step == "condition"
    again = await one.post(f"{page}/amend", {})
    assert again.headers["location"].startswith(draft), "there is one change at a time"
    form = {"condition.indication": "chronic obstructive pulmonary disease", "population.key_inclusion": "FEV1 low"}
    assert (await fill(one, draft, "condition", {**form, "to": "review"})).status_code == 303
    # A colleague changes another group meanwhile, over the API.
    other = {"money": {"payer": "Somebody"}}
    patched = await client("colleague").patch(f"/api/v1/inquiries/{inquiry_id}", json=other, headers={"If-Match": "*"})
    assert patched.status_code == 200, patched.text
    refused = await one.post(f"{draft}/send", {})
    assert refused.status_code == 409
    assert "<li>Payer</li>" in refused.text
    sent = await one.post(f"{draft}/send", {})
    assert sent.headers["location"] == f"{page}?done=1"
    content = (await client("sponsor").get(f"/api/v1/inquiries/{inquiry_id}")).json()["content"]
    assert content["money"] == {"payer": "Somebody"}
    assert content["population"]["key_inclusion"] == "FEV1 low"
    assert "age_from" not in content["population"], "what is emptied on the step is taken out"
    assert content["needs"] == {"nurse_hours": 2.0}, "what is not touched stays"
    assert content["product"]["name"] == "SECRET-PRODUCT-1"
    details = await connection.fetchval(
        "select details from audit_event where action = 'inquiry.amended' order by happened_at desc limit 1"
    )
    assert details["groups"] == ["population"]


async def test_what_is_left_out_is_taken_back_in_by_its_code(one: Person) -> None:
    draft = await begin(one)
    mail = "We look for adults with asthma. COPD we will leave to our friends in the other team."
    way, form = f"{draft}/reading", {"condition.indication": mail, "condition.icd10_codes": "J45"}
    page = await one.post(way, form)
    left_out = "Left out, because the text seems to exclude it: chronic obstructive pulmonary disease"
    assert left_out in page.text
    pressed = await one.post(way, {**form, "meant": "J44"})
    assert left_out not in pressed.text
    assert "Meant, by its ICD-10 code further down: chronic obstructive pulmonary disease" in pressed.text
    assert 'value="J45, J44"' in pressed.text
    again = await one.post(way, {**form, "condition.icd10_codes": "J45; J44", "meant": "J44"})
    assert 'value="J45, J44"' in again.text
    nonsense = await one.post(way, {**form, "meant": "nonsense"})
    assert nonsense.status_code == 200
    assert 'value="J45"' in nonsense.text


async def test_what_is_only_measured_is_shown_apart_and_taken_back_in(one: Person) -> None:
    draft = await begin(one)
    synopsis = (
        "Adults with atrial fibrillation take a new anticoagulant or warfarin for two years. The primary endpoint is "
        "time to first stroke; bleeding and pneumonia are recorded as safety events at every visit."
    )
    way, form = f"{draft}/reading", {"condition.indication": synopsis}
    page = await one.post(way, form)
    measured = "Left out, because the text seems only to measure it or watch for it:"
    assert measured in page.text
    assert "seems to exclude it" not in page.text
    assert 'name="meant" value="I64"' in page.text
    pressed = await one.post(way, {**form, "meant": "I64"})
    assert 'name="meant" value="I64"' not in pressed.text
    assert 'value="I64"' in pressed.text


async def test_the_indication_is_read_while_it_is_typed(one: Person) -> None:
    draft = await begin(one)
    way = f"{draft}/reading"
    form = {"condition.indication": "COPD, not asthma", "population.age_from": "forty", "population.sex": "all"}
    whole = await one.post(way, form)
    assert whole.status_code == 200
    for said in ("We read this as:", "Respiratory diseases", "Fewer than 5 units may fit.", 'value="forty"'):
        assert said in whole.text, said
    part = await one.post(way, form, **HTMX)
    assert "<html" not in part.text
    dropped = await one.post(way, {**form, "drop": "J44"}, **HTMX)
    assert 'name="condition.concepts_not_meant" value="J44"' in dropped.text
    assert "Not meant:" in dropped.text
    back = {**form, "condition.concepts_not_meant": "J44", "restore": "J44"}
    assert "Fewer than 5" in (await one.post(way, back, **HTMX)).text
    nothing = await one.post(way, {"condition.indication": " "}, **HTMX)
    assert "We read this" not in nothing.text


async def test_anonymous_is_refused(client: Client) -> None:
    answer = await client(None).get("/inquiries/new?region=TST", headers=PAGE)
    assert answer.headers["location"] == "/sign-in?next=%2Finquiries%2Fnew%3Fregion%3DTST"


async def test_stranger_gets_404(one: Person, client: Client) -> None:
    draft = await begin(one)
    rival = Person(client("rival"))
    for path in ("trial", "review", "discard"):
        assert (await rival.get(f"{draft}/{path}")).status_code == 404
    for path in ("trial", "reading", "discard"):
        assert (await rival.post(f"{draft}/{path}", {})).status_code == 404
    assert (await client("office").get(f"{draft}/trial")).status_code == 403
    assert (await client("admin").get(f"{draft}/trial")).status_code == 403
    assert (await one.get(f"{draft}/nothing")).status_code == 404


async def test_a_draft_ends_when_it_is_discarded_or_old(one: Person, connection: asyncpg.Connection, app: Any) -> None:
    first, second = await begin(one), await begin(one)
    assert "deleted for good" in (await one.get(f"{first}/discard")).text
    assert (await one.post(f"{first}/discard", {})).status_code == 303
    assert (await one.get(f"{first}/trial")).status_code == 404
    await connection.execute("update inquiry_draft set updated_at = now() - interval '181 days'")
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        await tidy_drafts(tx)
    assert (await one.get(f"{second}/trial")).status_code == 404


def test_every_field_of_an_inquiry_is_asked_once() -> None:
    paths = [field.path for step in STEPS for field in step.fields]
    assert len(paths) == len(set(paths)) == len(fields_by_path())
