"""The process follows the register by itself: what has changed is in the next match, also after a lost connection."""

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import Client
from tests.matching.factories import vocabulary
from trialport.core import listening
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction
from trialport.core.listening import Listener
from trialport.main import create_app
from trialport.matching.register import CHANNEL, Register
from workers.schedule import sweep

PATIENCE_SECONDS = 20.0
CHANGE = "update capacity set participants_per_month = $1, revision = revision + 1"
LISTENERS = """
    select pid from pg_stat_activity
    where application_name = 'trialport-register_change' and datname = current_database()"""


def held(register: Register) -> set[float]:
    """Return what the index holds now, without asking the database."""
    state = register._state
    if state is None:
        return set()
    columns = state.columns
    return {float(columns.participants_per_month[row]) for row in columns.rows_in(None)}


async def until(condition: Callable[[], bool]) -> float:
    """Wait for it; returns how long it took (seconds)."""
    start = time.monotonic()
    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in itertools.count():
            if condition():
                break
            await asyncio.sleep(0.001)
    return time.monotonic() - start


def holds(register: Register, amount: float) -> Callable[[], bool]:
    return lambda: held(register) == {amount}


@pytest.fixture
async def register(app: Litestar) -> Register:
    """The application's index, which its listener keeps current."""
    register: Register = app.state.register
    await until(holds(register, 3))
    return register


@pytest.fixture
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks without a notification."""
    monkeypatch.setattr(listening, "POLL_SECONDS", 3600.0)


@pytest.mark.usefixtures("seldom")
async def test_a_notification_brings_a_change(connection: Connection, register: Register) -> None:
    """Without any use of the index, and long before the next look: 0.2 seconds are promised on an idle machine."""
    waits = []
    for amount in range(10, 20):
        await connection.execute(CHANGE, amount)
        waits.append(await until(holds(register, amount)))
    assert sorted(waits)[len(waits) // 2] < 2.0, waits


async def test_a_look_brings_what_no_notification_told(
    connection: Connection, app: Litestar, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "POLL_SECONDS", 0.1)
    await connection.execute("alter table register_change disable trigger register_change_rings")
    # One that is told makes the listener look at the clock anew.
    await connection.execute("notify register_change")
    await connection.execute(CHANGE, 40)
    await until(holds(register, 40))


@pytest.mark.usefixtures("seldom")
async def test_a_listener_cut_off_comes_back_and_catches_up(
    connection: Connection, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    for amount in (50.0, 51.0, 52.0):
        (before,) = [pid for (pid,) in await connection.fetch(LISTENERS)]
        assert await connection.fetchval("select pg_terminate_backend($1, 5000)", before)
        await connection.execute(CHANGE, amount)
        await until(holds(register, amount))
        (after,) = [pid for (pid,) in await connection.fetch(LISTENERS)]
        assert after != before
        await connection.execute(CHANGE, amount + 100)
        await until(holds(register, amount + 100))
    assert {record.levelname for record in caplog.records} == {"WARNING"}


async def offered(client: Client) -> list[Any]:
    """Return what the match of an inquiry tells of the participants."""
    answer = await client("office").post(
        "/api/v1/matches",
        json={
            "condition": {"indication": "COPD"},
            "numbers": {"participants_wanted": 1000, "planned_start": "2030-01-01", "recruitment_months": 1},
        },
    )
    assert answer.status_code == 200, answer.text
    told = [each for one in answer.json()["candidates"] for each in one["criteria"] if each["name"] == "participants"]
    return [each["offered"] for each in told]


@pytest.mark.parametrize("listens", [True, False])
async def test_a_change_is_in_the_very_next_match(
    connection: Connection, app: Litestar, client: Client, *, listens: bool
) -> None:
    """Whether anyone listens or not: what was committed before the question is in the answer."""
    if not listens:
        await connection.execute("alter table register_change disable trigger register_change_rings")
    assert await offered(client) == ["about 3 participants"] * 2
    for amount in range(10, 20):
        await connection.execute(CHANGE, amount)
        assert await offered(client) == [f"about {amount} participants"] * 2


async def test_a_process_that_starts_again_holds_what_changed_meanwhile(
    connection: Connection, settings: Settings, people: Cast
) -> None:
    for before, after in ((3, 60), (60, 61), (61, 62)):
        made = create_app(settings)
        async with made.lifespan():
            await until(holds(made.state.register, before))
        await connection.execute(CHANGE, after)


async def test_a_callback_that_fails_is_called_again(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_FIRST_WAIT", 0.01)
    calls: list[str] = []

    async def hear(connection: asyncpg.Connection) -> None:
        calls.append(await connection.fetchval("show transaction_isolation"))
        if len(calls) < 3:
            raise ValueError("secret words")

    listener = Listener(settings, CHANNEL, hear)
    listener.start()
    await until(lambda: len(calls) >= 3)
    await listener.close()
    assert set(calls) == {"repeatable read"}
    assert [record.message for record in caplog.records] == [
        "register_change: not listening (ValueError); trying again"
    ] * 2


async def test_a_database_that_is_away_is_waited_for(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_FIRST_WAIT", 0.01)
    away = replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    listener = Listener(away, CHANNEL, Register(vocabulary()).catch_up)
    listener.start()
    await until(lambda: len(caplog.records) >= 3)
    await listener.close()
    assert "nobody" not in caplog.text


async def test_closing_breaks_off_what_is_under_way(connection: Connection, settings: Settings) -> None:
    begun = asyncio.Event()

    async def hear(own: asyncpg.Connection) -> None:
        begun.set()
        await own.execute("select pg_sleep(600)")

    listener = Listener(settings, CHANNEL, hear)
    await listener.close()
    listener.start()
    await begun.wait()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await listener.close()


async def test_two_processes_follow_alike(connection: Connection, settings: Settings, register: Register) -> None:
    second = create_app(settings)
    async with second.lifespan():
        await connection.execute(CHANGE, 70)
        await until(lambda: held(register) == held(second.state.register) == {70.0})
        async with connection.transaction(readonly=True):
            tx = Transaction(connection, datetime.now(UTC), "test")
            views = [await one.view(tx, ()) for one in (register, second.state.register)]
        assert views[0].fingerprint == views[1].fingerprint


async def test_the_sweep_folds_what_every_process_has_read(
    connection: Connection, app: Litestar, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    context = {"pool": app.state.pool, "settings": app.state.settings, "doorbell": app.state.doorbell}
    await connection.execute(CHANGE, 80)
    await until(holds(register, 80))
    for age, kept in ((timedelta(0), True), (timedelta(minutes=10), False)):
        await connection.execute("update register_change set changed_at = now() - $1::interval", age)
        await sweep(context)
        assert await connection.fetchval("select bool_or(kind = 'capacity') from register_change") == kept
    await connection.execute(CHANGE, 81)
    await until(holds(register, 81))
    assert caplog.records == []
