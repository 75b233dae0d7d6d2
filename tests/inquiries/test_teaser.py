"""What a unit reads: built by allow list, so that a new field is hidden until somebody decides about it."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit
from tests.inquiries.test_confidentiality import full_body, markable, needles
from trialport.inquiries import rules
from trialport.inquiries.models import InquiryCreate
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.teaser import content_paths, make_teaser, open_for_unit, shown_paths
from trialport.inquiries.teaser_models import OpenedContent, TeaserContent
from trialport.sponsors.agreement_rules import CLOSED, Opening

OPEN = Opening(is_open=True, by="statute")
# Fields that open to a unit once confidentiality is settled.
OPENED = {
    "identity.protocol_number",
    "identity.synopsis",
    "product.name",
    "money.payer",
    "money.per_participant_budget",
    "money.start_up_fee",
    "money.currency",
    "money.template_agreement_accepted",
    "attachments",
}
# Fields that no unit ever sees: persons, who else is asked, and what the sponsor says about secrecy.
NEVER = {
    "who.contact",
    "who.organisation_number",
    "condition.concepts_not_meant",
    "placement.country_decided",
    "placement.region_decided",
    "placement.regions_wanted",
    "placement.regions_excluded",
    "placement.units_wanted",
    "placement.units_excluded",
    "placement.already_contacted",
    "confidentiality.mode",
    "confidentiality.fields",
}


def row(body: dict[str, Any]) -> InquiryRow:
    """Return an inquiry as it is stored."""
    content = msgspec.convert(body, InquiryCreate)
    shown, hidden = rules.split_content(content)
    return msgspec.convert(
        {
            "inquiry_id": UUID(int=1),
            "region_id": UUID(int=2),
            "sponsor_id": UUID(int=3),
            "reference": "TST-2026-0001",
            "state": "submitted",
            "version": 1,
            "revision": 1,
            "submitted_at": "2026-11-22T00:00:00Z",
            "promised_on": "2026-12-22",
            "withdrawn_reason": None,
            "information_wanted": (),
            "information_note": None,
            "declined_reason": None,
            "declined_note": None,
            "region_ids": [],
            "regions": ["TST", "OTH"],
            "assessed": False,
            "paused_at": None,
            "paused_working_days": 0,
            "confidential_fields": rules.confidential_paths(content),
            "content": shown,
            "confidential": hidden,
        },
        InquiryRow,
    )


def told(answer: Any) -> str:
    return msgspec.json.encode(answer).decode()


async def test_it_works(client: Client) -> None:
    receipt = await submit(client)
    for who in ("sponsor", "office", "admin"):
        teaser = (await client(who).get(f"{receipt['status_url']}/teaser")).json()
        assert teaser["content"]["product"] == {"mechanism": "long-acting bronchodilator"}
        assert teaser["content"]["identity"] == {"working_title": "Once-daily inhaler in COPD"}
        assert teaser["closed_fields"] == ["identity.protocol_number", "product.name"]
        assert "SECRET" not in told(teaser["content"])
        assert "contact@example.org" not in told(teaser)


async def test_anonymous_is_refused(client: Client) -> None:
    receipt = await submit(client)
    assert (await client(None).get(f"{receipt['status_url']}/teaser")).status_code == 401


async def test_stranger_gets_404(client: Client, any_id: UUID) -> None:
    receipt = await submit(client)
    for who in ("rival", "other_office"):
        assert (await client(who).get(f"{receipt['status_url']}/teaser")).status_code == 404
    assert (await client("office").get(f"/api/v1/inquiries/{any_id}/teaser")).status_code == 404
    for who in ("investigator", "management", "service"):
        assert (await client(who).get(f"{receipt['status_url']}/teaser")).status_code == 403


async def test_bad_input_is_400(client: Client) -> None:
    receipt = await submit(client)
    assert (await client("office").get(f"{receipt['status_url']}/teaser?unit=1")).status_code == 400


def test_every_field_is_decided_about() -> None:
    """A field that is new in the content stands in none of these lists: it is hidden, and this fails until decided."""
    every = content_paths()
    teaser, opened = shown_paths(TeaserContent), shown_paths(OpenedContent)
    assert opened - teaser == OPENED
    assert every - opened == NEVER
    assert opened <= every
    assert len(teaser) > 50


def test_nothing_confidential_stands_in_the_list() -> None:
    assert shown_paths(TeaserContent).isdisjoint(rules.ALWAYS_CONFIDENTIAL)
    assert shown_paths(TeaserContent) >= rules.NEVER_CONFIDENTIAL


@pytest.mark.parametrize("path", sorted(markable()))
def test_a_marked_field_is_closed(path: str) -> None:
    """Each field that can be marked is marked and filled in turn: the teaser does not hold it."""
    stored = row(full_body([path]))
    teaser = make_teaser(stored)
    assert [needle for needle in needles([path]) if needle in told(teaser)] == []
    group, _, field = path.partition(".")
    assert field not in msgspec.to_builtins(teaser.content).get(group, {})
    for always in rules.NEVER_CONFIDENTIAL:
        group, _, field = always.partition(".")
        assert field in msgspec.to_builtins(teaser.content)[group], always


def test_a_confidential_value_left_in_the_shown_part_is_still_closed() -> None:
    """The teaser trusts the marks, too, and not only the place where a value lies."""
    stored = row(full_body([]))
    stored = msgspec.structs.replace(
        stored,
        content={**stored.content, "condition": {"indication": "COPD", "biomarker": "CANARY"}},
        confidential_fields=(*stored.confidential_fields, "condition.biomarker"),
    )
    assert "CANARY" not in told(make_teaser(stored))


def test_after_opening_a_unit_reads_the_confidential_fields_but_no_others_asked() -> None:
    body = full_body(markable()[:50])
    body["attachments"] = [
        {"kind": "synopsis", "name": "synopsis.pdf"},
        {"kind": "sponsor_questionnaire", "name": "HELD-BACK.pdf"},
    ]
    opened = open_for_unit(row(body), OPEN)
    assert opened is not None
    text = told(opened)
    for shown in ("CANARY identity.protocol_number", "CANARY product.name", "CANARY identity.synopsis", "synopsis.pdf"):
        assert shown in text
    for hidden in ("CANARY placement", "918273", "CANARY money", "HELD-BACK", "contact@example.org", 'TST"', "OTH"):
        assert hidden not in text, hidden
    with_money = open_for_unit(row(body), OPEN, show_money=True)
    assert with_money is not None
    assert with_money.content.money.per_participant_budget == 918273.5


def test_without_an_opening_there_is_nothing_to_read() -> None:
    assert open_for_unit(row(inquiry_body()), CLOSED) is None
