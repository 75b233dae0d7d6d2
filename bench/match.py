"""How long a match takes, how much memory the index holds, and how soon a change is in the next match.

Run: uv run python -m bench.match [--sizes 1000,10000,100000,300000] [--rounds 5]

The capacities are generated from a seed and stand in a database of the program's own, where the index reads them
(PostgreSQL 18 from its wheel). Beside it answer the same inquiries, in turns: a plain loop over structs, which asks
each in turn and compares the words with rapidfuzz, and SQL with trigrams (pg_trgm) on Debian's PostgreSQL, where
that is installed. Each size is measured in a process of its own. The loop explains nothing; the statement returns
what each criterion counts; the index explains the best 50 in full.
"""

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from rapidfuzz import fuzz

from bench import debian_postgres, match_register, match_sql
from bench.match_data import EXPLAINED, ON, generated, questions
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction, prepare_connection
from trialport.core.listening import Listener
from trialport.core.migrate import migrate
from trialport.core.servers.postgres import PostgresServer
from trialport.matching.columns import CapacityColumns
from trialport.matching.models import CapacityRow
from trialport.matching.question import MatchQuestion
from trialport.matching.ranking import Ranking, rank
from trialport.matching.register import CHANNEL, Register
from trialport.vocabulary.index import load_vocabulary

COLUMNS = {
    "capacities": "capacities",
    "candidates": "candidates",
    "ours": "index, 50 explained (ms)",
    "plain": "plain loop (ms)",
    "sql": "SQL with pg_trgm (ms)",
    "plain_ratio": "loop / index",
    "sql_ratio": "SQL / index",
    "process_mib": "process with index (MiB)",
    "index_mib": "of it the index (MiB)",
    "match_mib": "one match (MiB)",
    "structs_mib": "structs of the loop (MiB)",
    "sql_mib": "SQL tables (MiB)",
    "build_s": "build (s)",
    "next_ms": "changed row in the next match (ms)",
    "unasked_ms": "changed row unasked (ms)",
}
CHANGES = 30


def plain_match(asked: MatchQuestion, rows: list[CapacityRow]) -> list[tuple[float, UUID]]:
    """Score each struct in turn, the words by rapidfuzz; the best, with nothing explained."""
    words = asked.indication.casefold()
    scored = []
    for row in rows:
        nearest = max(
            (fuzz.token_set_ratio(words, own.casefold()) for own in row.indications),
            default=80.0 if row.therapy_area in asked.therapy_areas else 0.0,
        )
        if nearest < 50 or row.state == "paused" or row.new_trials_possible is False:
            continue
        if row.study_types and asked.study_type not in row.study_types:
            continue
        points = [
            26 * nearest / 100,
            5.0 if row.study_types else 2.0,
            7.0 if asked.phase in row.phases else 0.0,
        ]
        points.append(7 * sum(group in row.age_groups for group in asked.age_groups) / len(asked.age_groups))
        points.append(5 * sum(one in row.care_settings for one in asked.care_settings) / 2)
        points.append(12.0 if row.state == "open" else 6.0)
        expected = (row.participants_per_month or 0.0) * asked.recruitment_months
        points.append(14 * min(expected / asked.participants_per_unit, 1.0))
        points.append(4 * min((row.nurse_hours_free or 0.0) / 8, 1.0))
        points.append(4 * min((row.physician_hours_free or 0.0) / 2, 1.0))
        points.append(26.0 if row.valid_until and row.valid_until >= ON else 0.0)
        done = sum(e.trials for e in row.experience if e.therapy_area in asked.therapy_areas)
        points.append(8 * done / (done + 2))
        has = [item in row.equipment or _offers(row, item) for item in asked.equipment]
        points.append(6 * sum(has) / len(has))
        points.append(4 * sum(kind in row.resources for kind in asked.resources) / len(asked.resources))
        offers = [row.dct_activities.get(activity) for activity in asked.dct_activities]
        points.append(8 * sum(o is not None and o.answer != "cannot" for o in offers) / len(offers))
        scored.append((sum(points), row.capacity_id))
    return sorted(scored, reverse=True)[:EXPLAINED]


def _offers(row: CapacityRow, item: str) -> bool:
    offer = msgspec.to_builtins(row.capabilities).get(item) if item in row.capabilities else None
    return offer is not None and offer["available"]


def resident_mib() -> float:
    """Memory of this process that is in RAM (MiB)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def match(asked: MatchQuestion, columns: CapacityColumns) -> Ranking:
    return rank(asked, columns, on=ON, regions=None, limit=EXPLAINED)


async def _clocked(work: Callable[[], Awaitable[object] | object]) -> float:
    """Milliseconds that some work takes."""
    start = time.perf_counter()
    done = work()
    if isinstance(done, Awaitable):
        await done
    return 1000 * (time.perf_counter() - start)


async def _in_turns(
    asked: list[MatchQuestion], ways: dict[str, Callable[[MatchQuestion], Awaitable[object] | object]], rounds: int
) -> dict[str, list[float]]:
    """Put each inquiry to each way in turn, again and again, after once for warmth."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for question in asked if number else asked[:2]:
            for name, way in ways.items():
                milliseconds = await _clocked(partial(way, question))
                if number:
                    taken[name].append(milliseconds)
    return taken


async def _look(register: Register, connection: Connection) -> CapacityColumns:
    async with connection.transaction(readonly=True):
        return (await register.view(Transaction(connection, datetime.now(UTC), "bench"), ())).columns


async def _changes(url: str, register: Register, connection: Connection, asked: MatchQuestion) -> dict[str, float]:
    """Change rows one after the other: how much later the next match ends, and when the process follows unasked."""
    ids = [row[0] for row in await connection.fetch("select capacity_id from capacity limit $1", 2 * CHANGES)]
    change = "update capacity set revision = revision + 1 where capacity_id = $1"
    at_once, unasked = [], []
    for capacity_id in ids[:CHANGES]:
        usual = await _clocked(lambda: match(asked, register._state.columns))  # type: ignore[union-attr]  # noqa: SLF001
        await connection.execute(change, capacity_id)
        start = time.perf_counter()
        match(asked, await _look(register, connection))
        at_once.append(1000 * (time.perf_counter() - start) - usual)
    listener = Listener(Settings(database_url=url, valkey_url="redis://-"), CHANNEL, register.catch_up)
    listener.start()
    await asyncio.sleep(2)
    for capacity_id in ids[CHANGES:]:
        before = register._state.columns.rows  # type: ignore[union-attr]  # noqa: SLF001
        await connection.execute(change, capacity_id)
        start = time.perf_counter()
        while register._state.columns.rows == before:  # type: ignore[union-attr]  # noqa: ASYNC110, SLF001
            await asyncio.sleep(0.0005)
        unasked.append(1000 * (time.perf_counter() - start))
    await listener.close()
    return {"next_ms": statistics.median(at_once), "unasked_ms": statistics.median(unasked)}


async def _measured(size: int, url: str, where: dict[str, Any] | None, rounds: int) -> dict[str, float]:
    """One line of the table."""
    vocabulary = load_vocabulary()
    asked = questions(vocabulary)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    register = Register(vocabulary)
    gc.collect()
    before = resident_mib()
    start = time.perf_counter()
    columns = await _look(register, connection)
    found: dict[str, float] = {"capacities": size, "build_s": time.perf_counter() - start}
    found["process_mib"] = resident_mib()
    found["index_mib"] = found["process_mib"] - before
    found["candidates"] = statistics.median(match(one, columns).candidate_count for one in asked)
    tracemalloc.start()
    match(asked[0], columns)
    found["match_mib"] = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    before = resident_mib()
    rows = list(generated(size, vocabulary))
    found["structs_mib"] = resident_mib() - before
    gc.collect()
    # The structs of the loop would have every collection of garbage look at them, also those of the others.
    gc.freeze()
    sql = None if where is None else await asyncpg.connect(**where)
    ways: dict[str, Callable[[MatchQuestion], Awaitable[object] | object]] = {
        "ours": lambda one: match(one, columns),
        "plain": lambda one: plain_match(one, rows),
    }
    if sql is not None:
        ways["sql"] = lambda one: match_sql.best(sql, one)
    taken = await _in_turns(asked, ways, rounds)
    for name, milliseconds in taken.items():
        found[name] = statistics.median(milliseconds)
        if name != "ours":
            ratios = [other / ours for other, ours in zip(milliseconds, taken["ours"], strict=True)]
            found[f"{name}_ratio"] = statistics.median(ratios)
    found |= await _changes(url, register, connection, asked[0])
    return found


async def _fill_sql(where: dict[str, Any], size: int) -> float:
    connection = await asyncpg.connect(**where)
    try:
        return await match_sql.fill(connection, generated(size, load_vocabulary())) / 2**20
    finally:
        await connection.close()


def _line(found: dict[str, float]) -> str:
    whole = ("capacities", "candidates", "process_mib", "index_mib", "structs_mib", "sql_mib")
    cells = [
        "" if name not in found else f"{found[name]:,.0f}" if name in whole else f"{found[name]:,.1f}"
        for name in COLUMNS
    ]
    return f"| {' | '.join(cells)} |"


def _run(sizes: list[int], rounds: int) -> None:
    with ExitStack() as open_until_the_end:
        folder = Path(open_until_the_end.enter_context(tempfile.TemporaryDirectory()))
        # The account that runs a server for root has to pass through.
        folder.chmod(0o711)
        server = PostgresServer(folder / "postgres")
        open_until_the_end.callback(server.stop)
        server.start()
        where = None
        if debian_postgres.programs() is None:
            print(f"SQL is left out: {debian_postgres.INSTALL}")
        else:
            where = open_until_the_end.enter_context(debian_postgres.running(folder / "debian")).where
        print(f"| {' | '.join(COLUMNS.values())} |\n|{'---:|' * len(COLUMNS)}")
        for size in sizes:
            server.create_database(f"match{size}")
            url = server.url(f"match{size}")
            migrate(url)
            asyncio.run(match_register.fill(url, generated(size, load_vocabulary())))
            sql_mib = {} if where is None else {"sql_mib": asyncio.run(_fill_sql(where, size))}
            order = json.dumps({"size": size, "url": url, "where": where, "rounds": rounds})
            child = subprocess.run(
                [sys.executable, "-m", "bench.match", "--one"],
                input=order,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            print(_line(json.loads(child.stdout) | sql_mib), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000,300000", help="numbers of capacities, with commas")
    parser.add_argument("--rounds", type=int, default=5, help="how often each inquiry is put")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(asyncio.run(_measured(**json.load(sys.stdin)))))
    else:
        _run([int(size) for size in given.sizes.split(",")], given.rounds)


if __name__ == "__main__":
    main()
