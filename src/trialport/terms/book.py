"""The agreed terms of regions in memory, kept per process and checked against the database at each use."""

from collections import OrderedDict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from trialport.core.db import Transaction, as_system
from trialport.terms import queries, rules
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.local import NO_LOCAL_TERMS, LocalTerms

# Sets of regions kept at a time; the least recently used goes first.
_KEPT = 64


class RegionTerms(NamedTuple):
    """What one region, or several together, read beside the vocabulary; `stamp` tells a change in the database."""

    stamp: str
    terms: LocalTerms


NO_TERMS = RegionTerms("", NO_LOCAL_TERMS)


class TermBook:
    """Local terms by set of regions."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._kept: OrderedDict[tuple[UUID, ...], RegionTerms] = OrderedDict()

    async def read(self, tx: Transaction, region_ids: Collection[UUID]) -> RegionTerms:
        """Return the terms that these regions share, as the transaction sees them now."""
        key = tuple(sorted(set(region_ids)))
        if not key:
            return NO_TERMS
        # A region's agreed terms are read for whoever asks it; who proposed them is not among what is read.
        async with as_system(tx.connection):
            stamp = await queries.select_terms_stamp(tx.connection, region_ids=key)
            kept = self._kept.get(key)
            if kept is None or kept.stamp != stamp:
                agreed = await queries.select_agreed_terms(tx.connection, region_ids=key)
                terms = LocalTerms.of(rules.shared_terms(agreed, len(key)), self._vocabulary)
                kept = self._kept[key] = RegionTerms(stamp, terms)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept
