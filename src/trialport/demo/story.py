"""The demonstration's story, played once through the real desks: each step at its moment in the past.

Everything lies in one transaction: a story that was interrupted leaves nothing, and the next start tells it whole.
What a worker would have done meanwhile (assessments, reminders, sweeps) is done here, by the same desks, so that no day
of the story waits for another process. Mails are written but not sent: the worker sends them when it starts.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from trialport.core.config import Settings, load_settings
from trialport.core.db import SYSTEM_VIEWER, Connection, Transaction, prepare_connection, set_viewer
from trialport.core.jobs.lease import finish_job
from trialport.core.jobs.models import ClaimedJob, DueJob
from trialport.core.jobs.queries import claim_job
from trialport.demo.files import resolve_dates
from trialport.demo.queries import count_inquiries_named
from trialport.demo.story_cast import Cast, read_cast
from trialport.demo.story_models import Story, StoryInquiry, StoryStep
from trialport.demo.story_steps import Scene, take_step
from trialport.invitations.amendment import ask_about_amendment
from trialport.invitations.ending import end_inquiries
from trialport.invitations.outcome import remind_sponsors
from trialport.invitations.reminding import remind_units
from trialport.invitations.sign_off_clock import remind_heads
from trialport.matching import service as matching
from trialport.matching.register import Register
from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.reading import Reader

_SWEEPS = (remind_units, remind_heads, remind_sponsors, end_inquiries)
_SWEPT_AT = "06:30"
_AT_ONCE = 1000
_LEASE = timedelta(minutes=5)
_SATURDAY = 5
_Event = tuple[datetime, int, Scene | None, StoryStep | None]


def read_story() -> Story:
    """Read the script."""
    return msgspec.json.decode((files("trialport.demo") / "data" / "story.json").read_bytes(), type=Story)


def moment(when: str, today: date, timezone: str) -> datetime:
    """Return when something happened: so many weekdays before today, at a time of the region's clock."""
    ago, _, at = when.partition(" ")
    day, left = today, -int(ago)
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo(timezone)).astimezone(UTC)


async def play_story(connection: Connection, settings: Settings, vocabulary: Vocabulary, now: datetime) -> bool:
    """Play the story in the caller's transaction; False, and nothing done, where it has been played."""
    story = read_story()
    await set_viewer(connection, SYSTEM_VIEWER)
    titles = [one.content["identity"]["working_title"] for one in story.inquiries if "identity" in one.content]
    if await count_inquiries_named(connection, titles=titles):
        return False
    player = _Player(connection, settings, vocabulary, await read_cast(connection, now.date()))
    for at, _, scene, step in _events(story, player.scenes(story), now.date()):
        if scene is None or step is None:
            await player.sweep(at)
        else:
            await player.play(at, scene, step)
    return True


def _events(story: Story, scenes: dict[str, Scene], today: date) -> Iterator[_Event]:
    """Return everything that happens, in the order of time, with a sweep every morning."""
    events: list[_Event] = []
    scripts = [(code, steps) for code, steps in story.offices.items()]
    scripts += [(one.key, one.steps) for one in story.inquiries]
    for key, steps in scripts:
        scene = scenes[key]
        zone = scene.cast.timezones[scene.region]
        events += [(moment(step.when, today, zone), len(events) + at, scene, step) for at, step in enumerate(steps)]
    first = max(int(step.when.partition(" ")[0].removeprefix("-")) for _, steps in scripts for step in steps)
    zone = next(iter(scenes.values())).cast.timezones["UAS"]
    events += [(moment(f"-{ago} {_SWEPT_AT}", today, zone), -1, None, None) for ago in range(1, first)]
    return iter(sorted(events, key=lambda event: event[:2]))


class _Player:
    """Takes the steps, and does what a worker does between them."""

    def __init__(self, connection: Connection, settings: Settings, vocabulary: Vocabulary, cast: Cast) -> None:
        self._connection, self._settings, self._cast = connection, settings, cast
        self._register, self._reader = Register(vocabulary), Reader(vocabulary)
        self._known = vocabulary.concept_ids

    def scenes(self, story: Story) -> dict[str, Scene]:
        """Return the scene of each office and of each inquiry."""
        made = {code: Scene(self._cast, self._settings, code) for code in story.offices}
        made |= {one.key: Scene(self._cast, self._settings, one.region, one) for one in story.inquiries}
        for scene in made.values():
            scene.is_icd10 = lambda code: code[:3] in self._known
        return made

    async def play(self, at: datetime, scene: Scene, step: StoryStep) -> None:
        tx = Transaction(self._connection, at, "demonstration")
        actor = scene.actor(step)
        given = step.given
        if step.do == "submit" and scene.inquiry is not None:
            given = _content(scene.inquiry, self._cast)
        await set_viewer(self._connection, actor.viewer)
        try:
            await take_step(scene, tx, actor, step, resolve_dates(given, at.date()))
        except Exception as error:
            error.add_note(f"in the story: {step.do} of {scene.inquiry.key if scene.inquiry else scene.region}")
            raise
        await self._work(tx)

    async def sweep(self, at: datetime) -> None:
        """Send the reminders that are due and tell how inquiries ended."""
        tx = Transaction(self._connection, at, "demonstration")
        await set_viewer(self._connection, SYSTEM_VIEWER)
        for sweep in _SWEEPS:
            await sweep(tx, self._settings, _AT_ONCE)

    async def _work(self, tx: Transaction) -> None:
        """Do the jobs that a step asked for, except mails."""
        await set_viewer(self._connection, SYSTEM_VIEWER)
        for due in tuple(tx.rung):
            if due.kind in ("assess_inquiry", "ask_about_amendment"):
                await self._do(tx, due)

    async def _do(self, tx: Transaction, due: DueJob) -> None:
        job = await claim_job(
            self._connection, job_id=due.job_id, lease_token=uuid4(), now=tx.now, lease_until=tx.now + _LEASE
        )
        if job is None:
            raise LookupError(f"no job {due.job_id}")
        if job.kind == "assess_inquiry":
            await self._assess(tx, job)
        else:
            await ask_about_amendment(tx, self._settings, job.subject_id, job.subject_version)
            await finish_job(tx, job)

    async def _assess(self, tx: Transaction, job: ClaimedJob) -> None:
        snapshot = await matching.take_snapshot(tx, self._register, job.subject_id, job.subject_version)
        if snapshot is None:
            raise LookupError(f"no version {job.subject_version} of inquiry {job.subject_id}")
        await matching.record_assessment(tx, self._settings, matching.assess(snapshot, self._reader), job)


def _content(inquiry: StoryInquiry, cast: Cast) -> dict[str, Any]:
    """Return what is submitted: the content of the script with who asks, and whom."""
    sponsor = cast.sponsors[inquiry.sponsor]
    who = {
        "sponsor_name": sponsor.name,
        "sponsor_kind": sponsor.kind,
        "contact": {"name": cast.people[inquiry.contact].name, "email": inquiry.contact},
        "country": sponsor.country,
        "award_status": inquiry.award_status,
    }
    if sponsor.organisation_number is not None:
        who["organisation_number"] = sponsor.organisation_number
    placement = {"regions_wanted": [inquiry.region], **inquiry.content.get("placement", {})}
    return {**inquiry.content, "who": who, "placement": placement}


async def _main(settings: Settings, load: Callable[[], Vocabulary]) -> None:
    connection = await asyncpg.connect(settings.database_url)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            await play_story(connection, settings, load(), datetime.now(UTC))
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(_main(load_settings(), load_vocabulary))
