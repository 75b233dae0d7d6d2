"""What the mail of an invitation says of the trial: enough to read on, and nothing that tells which trial it is."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import Drain, invite, ok, taken_up
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.language import Language
from trialport.inquiries.teaser_models import TeaserContent
from trialport.invitations.mail_words import first_facts, trial_facts
from trialport.invitations.mailing import fill_invitation
from trialport.notifications.mail_models import Filling, Invitation, Mail
from trialport.notifications.mail_text import compose

LANGUAGES: tuple[Language, ...] = ("en", "sv", "da")
NEEDS = {"primary_care_role": "visit", "unit_pay": "900 SEK a visit"}


async def filled(app: Litestar, connection: asyncpg.Connection) -> tuple[Filling, str]:
    """Fill the only mail of an invitation as it leaves; returns what it gets and its whole text."""
    row = await connection.fetchrow("select message_id, params, created_at from message where kind = 'invitation'")
    assert row is not None
    params = msgspec.convert(row["params"], Invitation)
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        filling = await fill_invitation(tx, app.state.settings, params)
    assert filling is not None
    mail = Mail(
        message_id=row["message_id"],
        kind="invitation",
        to_address="lung@example.org",
        language="en",
        params=params,
        written_at=row["created_at"],
    )
    body = compose(mail, mail_from="office@example.org", filling=filling).get_body(("plain",))
    assert body is not None
    return filling, str(body.get_content())


def shown(filling: Filling) -> dict[str, str]:
    return {fact.label: fact.value for fact in (*filling.first, *filling.facts)}


async def test_a_mail_says_what_kind_of_trial_and_not_which(
    client: Client, inquiry: str, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    await invite(client, inquiry, people, "lung")
    filling, text = await filled(app, connection)
    asked = (await ok(client("office").get(inquiry)))["content"]
    assert filling.first == ()
    assert list(shown(filling))[:3] == ["Kind", "Participants wanted here", "Planned start"]
    assert "- Kind: Medicine, Phase 3" in text
    for closed in (
        asked["identity"]["working_title"],
        asked["condition"]["indication"],
        asked["product"]["mechanism"],
        asked["who"]["sponsor_name"],
    ):
        assert closed not in text


async def test_a_primary_care_centre_reads_role_time_and_pay_first(
    client: Client, drain: Drain, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain, needs=NEEDS, burden={"visits": 8, "minutes_per_visit": 30})
    await connection.execute("update unit set kind = 'primary_care_centre' where unit_id = $1", people.units["lung"])
    await invite(client, inquiry, people, "lung")
    filling, text = await filled(app, connection)
    assert [fact.label for fact in filling.first] == ["Role asked of you", "Time", "Pay"]
    assert text.index("900 SEK a visit") < text.index("about two minutes")
    assert shown(filling)["Time"] == "30 minutes a visit"
    assert shown(filling)["Visits a participant"] == "8"


async def test_what_is_marked_confidential_stays_out_of_mails(
    client: Client, drain: Drain, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    marked = [
        {"field": field, "harm": "Tells competitors."}
        for field in ("needs.unit_pay", "needs.primary_care_role", "burden.minutes_per_visit", "burden.visits")
    ]
    inquiry = await taken_up(
        client,
        drain,
        needs=NEEDS,
        burden={"visits": 8, "minutes_per_visit": 37},
        confidentiality={"fields": marked},
    )
    await connection.execute("update unit set kind = 'primary_care_centre' where unit_id = $1", people.units["lung"])
    await invite(client, inquiry, people, "lung")
    filling, text = await filled(app, connection)
    assert {fact.value for fact in filling.first} == {"the inquiry does not say; ask in your answer"}
    assert "Visits a participant" not in shown(filling)
    assert "900 SEK" not in text
    assert "37" not in text.replace(str(UUID(int=0)), "").partition("https://")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: Language) -> None:
    body = inquiry_body(needs=NEEDS, burden={"visits": 8, "minutes_per_visit": 30})
    groups: dict[str, Any] = {name: body[name] for name in TeaserContent.__struct_fields__ if name in body}
    asked = msgspec.convert(groups, TeaserContent, strict=False)
    facts = (*first_facts(asked, language), *trial_facts(asked, language))
    english = (*first_facts(asked, "en"), *trial_facts(asked, "en"))
    assert len(facts) == len(english) == 7
    if language != "en":
        changed = [one.label != other.label for one, other in zip(facts, english, strict=True)]
        assert all(changed), "no label stays English"
