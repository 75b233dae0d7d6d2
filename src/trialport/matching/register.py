"""The register in memory: columns of the regions asked, kept per process and checked against the database.

Every use compares a fingerprint of the tables with the one the columns were built from, so that a change is
never missed; building reads all rows once and runs in a thread.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from msgspec import Struct, structs

from trialport.core.db import Transaction
from trialport.matching import queries
from trialport.matching.columns import CapacityColumns
from trialport.terms.book import NO_TERMS, RegionTerms, TermBook
from trialport.vocabulary.index import Vocabulary

# Sets of regions kept at a time; the least recently used goes first.
_KEPT = 8

_Key = tuple[tuple[UUID, ...], date]


class RegisterView(Struct, frozen=True, kw_only=True):
    """Columns with the fingerprint of the register they were built from, and the regions' own terms."""

    fingerprint: str
    columns: CapacityColumns
    local: RegionTerms = NO_TERMS


class Register:
    """Columns by set of regions and day."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._views: OrderedDict[_Key, RegisterView] = OrderedDict()
        self._building: dict[_Key, asyncio.Lock] = {}
        self.term_book = TermBook(vocabulary)

    async def view(self, tx: Transaction, region_ids: Collection[UUID]) -> RegisterView:
        """Return the columns of these regions, and the terms they share, as the transaction sees them now."""
        local = await self.term_book.read(tx, region_ids)
        return structs.replace(await self._columns(tx, region_ids), local=local)

    async def _columns(self, tx: Transaction, region_ids: Collection[UUID]) -> RegisterView:
        key = (tuple(sorted(set(region_ids))), tx.now.date())
        fingerprint = await queries.select_register_fingerprint(tx.connection, region_ids=key[0])
        if (kept := self._kept(key, fingerprint)) is not None:
            return kept
        async with self._building.setdefault(key, asyncio.Lock()):
            if (kept := self._kept(key, fingerprint)) is not None:
                return kept
            view = await self._build(tx, key, fingerprint)
            self._keep(key, view)
            return view

    async def _build(self, tx: Transaction, key: _Key, fingerprint: str) -> RegisterView:
        region_ids, on = key
        rows = await queries.select_capacity_rows(tx.connection, region_ids=region_ids, on=on)
        resources = await queries.select_region_resources(tx.connection, region_ids=region_ids)
        columns = await asyncio.to_thread(CapacityColumns.build, rows, self.vocabulary, resources)
        return RegisterView(fingerprint=fingerprint, columns=columns)

    def _kept(self, key: _Key, fingerprint: str) -> RegisterView | None:
        view = self._views.get(key)
        if view is None or view.fingerprint != fingerprint:
            return None
        self._views.move_to_end(key)
        return view

    def _keep(self, key: _Key, view: RegisterView) -> None:
        self._views[key] = view
        self._views.move_to_end(key)
        while len(self._views) > _KEPT:
            old, _ = self._views.popitem(last=False)
            self._building.pop(old, None)
