"""The demonstration's story: it can be played on any day, once, and leaves inquiries in every state."""

from datetime import UTC, datetime

import asyncpg
import pytest
from litestar import Litestar

from trialport.core.db import SYSTEM_VIEWER, Transaction, prepare_connection, transaction
from trialport.demo.load import load_demo
from trialport.demo.people import load_people
from trialport.demo.story import moment, play_story, read_story

# A Sunday, a day after long holidays, and a leap day.
DAYS = ("2026-11-22T08:00:00", "2027-01-04T06:00:00", "2028-02-29T12:00:00")


async def load(connection: asyncpg.Connection, now: datetime) -> None:
    await prepare_connection(connection)
    await load_demo(connection, now)
    await load_people(Transaction(connection, now, "demonstration"))


@pytest.mark.parametrize("day", DAYS)
async def test_it_can_be_played_on_any_day(app: Litestar, connection: asyncpg.Connection, day: str) -> None:
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    async with connection.transaction():
        await load(connection, now)
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        settings = app.state.settings
        assert await play_story(tx.connection, settings, app.state.reader.vocabulary, now)
        assert not await play_story(tx.connection, settings, app.state.reader.vocabulary, now), "once"
    states = await connection.fetch("select state, count(*) from inquiry group by state")
    assert {record["state"] for record in states} == {
        "submitted", "needs_information", "in_triage", "inviting", "collating", "replied", "closed", "declined",
        "withdrawn",
    }  # fmt: skip
    answers = await connection.fetch("select distinct answer from eoi")
    assert {record["answer"] for record in answers} == {"yes", "yes_if", "later", "no", "not_me"}
    assert await connection.fetchval("select max(answered_at) from eoi") < now
    assert await connection.fetchval("select count(*) from job where kind = 'assess_inquiry' and state <> 'done'") == 0


def test_a_moment_is_a_weekday_at_the_region_s_time() -> None:
    sunday = datetime(2026, 11, 22, tzinfo=UTC).date()
    assert moment("-1 09:00", sunday, "Europe/Stockholm") == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert moment("-6 09:00", sunday, "Europe/Stockholm") == datetime(2026, 11, 13, 8, tzinfo=UTC)


def test_every_inquiry_is_told_apart() -> None:
    story = read_story()
    titles = [one.content["identity"]["working_title"] for one in story.inquiries if one.content]
    assert len(set(titles)) == len(titles)
    assert len(titles) >= 16
