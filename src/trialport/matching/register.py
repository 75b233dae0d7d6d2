"""The register in memory: built once a process, then kept current from the log of changes.

Every use asks the database whether its transaction sees a change that the index has not, so an index that is
behind is never used, whatever became of a notification. Notifications only make the look come early. The marks of
all changes, put together, tell whether one was missed: if they differ, the index is built anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterable, Collection, Mapping
from functools import reduce
from operator import xor
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from trialport.core.db import Connection, Transaction, as_system
from trialport.matching import register_queries as queries
from trialport.matching.columns import PAGE, CapacityColumns, ColumnStore
from trialport.matching.encoding import Record
from trialport.matching.register_queries import RegisterChange, RegisterNews
from trialport.matching.words import word_book_of
from trialport.terms.book import NO_TERMS, RegionTerms, TermBook
from trialport.vocabulary.index import Vocabulary

log = logging.getLogger(__name__)

# The channel on which PostgreSQL tells that there is something new in the log.
CHANNEL = "register_change"
# Rows put into the index before others get their turn: some ten milliseconds.
_AT_ONCE = 500
# A gap opens again only when what is being read is folded at that moment.
_ATTEMPTS = 3
_UNSIGNED = 2**64 - 1

# By region (None: every region), and whether of capacities or of anything else.
_Marks = Mapping[tuple[UUID | None, bool], int]


class RegisterView(Struct, frozen=True, kw_only=True):
    """The columns, and of the regions asked their fingerprint and their own terms.

    The fingerprint is what `queries.select_register_fingerprint` tells of what the columns were built from.
    """

    fingerprint: str
    columns: CapacityColumns
    local: RegionTerms = NO_TERMS


class RegisterState(Struct, frozen=True, kw_only=True):
    """The register as it was at one position of the log; it never changes."""

    columns: CapacityColumns
    position: str
    marks: _Marks

    @property
    def mark(self) -> int:
        """The marks of all changes that the state has, put together."""
        return reduce(xor, self.marks.values(), 0)

    def fingerprint(self, region_ids: Collection[UUID]) -> str:
        """Tell the changes of these regions, those of capacities before the bar."""
        where = (None, *set(region_ids))
        parts = [
            reduce(xor, (self.marks.get((region, of_capacity), 0) for region in where)) for of_capacity in (True, False)
        ]
        return "|".join(f"{part & _UNSIGNED:x}" for part in parts)

    def lacks_nothing(self, news: RegisterNews) -> bool:
        """Say whether this state with the changes of the news has every change that the database knows of."""
        known = not any(change.kind == "everything" for change in news.changes)
        return known and reduce(xor, (change.mark for change in news.changes), self.mark) == news.mark


class Register:
    """The process's one index of all capacities."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._state: RegisterState | None = None
        self._store = ColumnStore(word_book_of(vocabulary))
        self._writing = asyncio.Lock()
        self.term_book = TermBook(vocabulary)

    async def view(self, tx: Transaction, region_ids: Collection[UUID]) -> RegisterView:
        """Return the columns, and the terms these regions share, as the transaction sees them now.

        Each statement of the transaction must see what is committed by then (read committed). Raises RuntimeError
        if the transaction has changed the register.
        """
        local = await self.term_book.read(tx, region_ids)
        state = self._state
        if state is None or not await _is_current(tx.connection, state):
            state = await self._caught_up(tx.connection)
        return RegisterView(fingerprint=state.fingerprint(region_ids), columns=state.columns, local=local)

    async def catch_up(self, connection: Connection) -> None:
        """Bring the index up to date before it is asked for, and tidy it when many rows were added."""
        state = await self._caught_up(connection)
        if state.columns.is_untidy:
            await self._tidy(state)

    async def _caught_up(self, connection: Connection) -> RegisterState:
        # The index holds every region's capacities; what a viewer gets of it is chosen when it is ranked.
        async with self._writing, as_system(connection):
            for _ in range(_ATTEMPTS):
                state = self._state or await self._build(connection)
                news = await _news(connection, state)
                if state.lacks_nothing(news):
                    self._state = await self._apply(connection, state, news)
                    return self._state
                log.warning("the register's log has a gap; the index is built anew")
                self._state = None
        raise RuntimeError("the register changes faster than it can be read")

    async def _build(self, connection: Connection) -> RegisterState:
        """Read the whole register. What changes meanwhile is read again: the position is from before."""
        so_far = await queries.select_register_marks(connection)
        _refuse_own_changes(changed=so_far.changed)
        store = ColumnStore(word_book_of(self.vocabulary))
        store.set_resources(await queries.select_region_resources(connection))
        await _fill(store, queries.select_register_rows(connection, page=PAGE))
        store = await asyncio.to_thread(lambda: store.tidied(store.columns()))
        self._store = store
        self._state = state = RegisterState(
            columns=store.columns(),
            position=_without(so_far.position, so_far.own),
            marks={(mark.of_region, mark.of_capacity): mark.mark for mark in so_far.marks},
        )
        return state

    async def _apply(self, connection: Connection, state: RegisterState, news: RegisterNews) -> RegisterState:
        """Read the changed rows again. When this is broken off, the next call does all of it once more."""
        position = _without(news.position, news.own)
        if not news.changes:
            return replace(state, position=position)
        subjects = _subjects(news.changes)
        ids = subjects["capacity"]
        if subjects["unit"] or subjects["site"] or subjects["investigator"]:
            ids |= set(
                await queries.select_capacities_of(
                    connection,
                    unit_ids=subjects["unit"],
                    site_ids=subjects["site"],
                    investigator_ids=subjects["investigator"],
                )
            )
        records = await queries.select_changed_rows(connection, capacity_ids=ids) if ids else []
        if subjects["resource"]:
            self._store.set_resources(await queries.select_region_resources(connection))
        self._store.strike_out(ids)
        for first in range(0, len(records), _AT_ONCE):
            self._store.add(records[first : first + _AT_ONCE])
            await asyncio.sleep(0)
        return RegisterState(columns=self._store.columns(), position=position, marks=_marked(state.marks, news.changes))

    async def _tidy(self, state: RegisterState) -> None:
        """Put a tidy index in the place of this state; changes that came since are simply read again."""
        store = self._store
        tidied = await asyncio.to_thread(store.tidied, state.columns)
        async with self._writing:
            if self._store is store:
                self._store = tidied
                self._state = replace(state, columns=tidied.columns())


async def _fill(store: ColumnStore, rows: AsyncIterable[Record]) -> None:
    """Put rows in, page by page, each while the next is being read."""
    page: list[Record] = []
    adding: asyncio.Future[None] | None = None
    async for row in rows:
        page.append(row)
        if len(page) == PAGE:
            if adding is not None:
                await adding
            adding = asyncio.ensure_future(asyncio.to_thread(store.add, page))
            page = []
    if adding is not None:
        await adding
    await asyncio.to_thread(store.add, page)


async def _news(connection: Connection, state: RegisterState) -> RegisterNews:
    news = await queries.select_register_news(connection, position=state.position)
    _refuse_own_changes(changed=news.changed)
    return news


async def _is_current(connection: Connection, state: RegisterState) -> bool:
    news = await _news(connection, state)
    return not news.changes and state.lacks_nothing(news)


def _refuse_own_changes(*, changed: bool) -> None:
    """Other transactions use the same index, so it must not hold what may yet be rolled back."""
    if changed:
        raise RuntimeError("a transaction that has changed the register cannot look at it in memory")


def _without(position: str, own: int | None) -> str:
    """Count the transaction's own number among those not yet seen: it may still change the register."""
    first, end, under_way = position.split(":")
    if own is None or own >= int(end):
        return position
    numbers = {own, *(int(number) for number in under_way.split(",") if number)}
    return f"{min(int(first), own)}:{end}:{','.join(map(str, sorted(numbers)))}"


def _subjects(changes: Collection[RegisterChange]) -> dict[str, set[UUID]]:
    kinds = ("capacity", "unit", "site", "investigator", "resource")
    return {
        kind: {change.subject_id for change in changes if change.kind == kind and change.subject_id is not None}
        for kind in kinds
    }


def _marked(marks: _Marks, changes: Collection[RegisterChange]) -> _Marks:
    marked = dict(marks)
    for change in changes:
        key = change.of_region, change.kind == "capacity"
        marked[key] = marked.get(key, 0) ^ change.mark
    return marked
