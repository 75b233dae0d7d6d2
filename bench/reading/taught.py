"""The texts of the sets as the networks see them that hear what a text sets aside, and how well those judge them."""

import argparse
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from bench.reading.scores import category
from bench.reading.sets import FOLDERS, Row, read_sets
from trialport.core.language import Language
from trialport.vocabulary.asides import decided
from trialport.vocabulary.assertions import marks_by_rule
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.reading import shared_reader
from trialport.vocabulary.sources import LANGUAGES
from trialport.vocabulary.triggers import Told

# Sets whose rows know what they set aside; titles set nothing aside. A row's id begins with its writer (two letters).
TAUGHT_BY = ("inquiries", "idioms", "mails", "synopses", "adverse", "alone", "titles", "conditions")
# Where a row tells the categories that are only outcomes, risks or background.
OUTCOMES = "icd10_outcome"
# Titles have many conditions each and teach one thing only: what each of them counts.
TITLES_COUNT = 0.2
# What a condition that is set aside counts beside a stated one: the aims forgive a stated one that is lost sooner.
ASIDE_COUNTS = 1.5
# An outcome counts more than what is none: there are few of them.
OUTCOMES_COUNT = 2.0
# Of the texts that state one condition and set another aside, every so-many-th is taught with the latter alone as well.
UNREAD = 4
# Log odds before anything is learned, of what no rule marks, and what one excludes, denies or calls history: that it is
# set aside, and that it is an outcome.
RULED_FIRST = (-2.0, 3.0, 3.0, 0.0)
OUTCOME_FIRST = (-4.0, -4.0, -4.0, -4.0)


class Mentioned(NamedTuple):
    """A text of a set as the network sees it: its conditions, their categories, which are set aside, which outcomes."""

    of_set: str
    writer: str
    known: Mapping[str, list[list[str]]]
    absent: list[str]
    told: Told
    marks: list[Assertion]
    categories: list[set[str]]
    is_aside: list[bool | None]
    is_outcome: list[bool | None]


class Network(Protocol):
    """What gives the log odds that a text sets its conditions aside."""

    def odds(self, told: Told, marks: Sequence[Assertion], mentions: Sequence[tuple[int, int]]) -> list[float]: ...


def arguments_of(program: str, description: str) -> argparse.ArgumentParser:
    """Give the command line of a program that teaches a network: `sets` and `write`."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--sets", type=Path, nargs="+", default=FOLDERS[:1], help="folders with sets")
    parser.add_argument("--write", action="store_true", help="write the network")
    return parser


def taught(folders: Sequence[Path]) -> list[Row]:
    """Give the rows that teach."""
    sets = read_sets(folders)
    return [row for name in TAUGHT_BY for row in sets.get(name, ()) if row.part == "tuned"]


def mentioned(row: Row) -> Mentioned:
    """Give a row as the network sees it. What the row neither states nor sets aside teaches nothing."""
    reader = shared_reader()
    lang: Language | None = next((code for code in LANGUAGES if code == row.lang), None)
    heard = reader.hear(row.text, lang)
    stated = {code for fits in row.known.get("icd10_all", ()) for code in fits}
    absent = set(row.known.get("icd10_absent", ()))
    outcomes = set(row.known.get(OUTCOMES, ()))
    only_stated = "icd10_all" not in row.known
    categories: list[set[str]] = []
    is_aside: list[bool | None] = []
    is_outcome: list[bool | None] = []
    for first, last in heard.told.mentions:
        codes = {
            category(reader.vocabulary.concepts[h.concept]) for h in heard.hits if first <= h.first and h.last <= last
        }
        categories.append(codes)
        told_both = bool(codes & stated) == bool(codes & absent)
        is_aside.append(False if only_stated else None if told_both else bool(codes & absent))
        is_known = only_stated or codes & (stated | absent)
        is_outcome.append(False if is_known else True if codes & outcomes else None)
    marks = marks_by_rule(heard.told)
    return Mentioned(
        row.name, row.known["id"][:2], row.known, sorted(absent), heard.told, marks, categories, is_aside, is_outcome
    )


def unread(texts: Iterable[Mentioned]) -> Iterator[Mentioned]:
    """Give some of the texts that set something aside once more, as if the vocabulary did not know what they are about.

    Else it would be learned that the only condition of a text is always wanted: nearly all texts of the sets state one.
    """
    split = (text for text in texts if {True, False} <= set(text.is_aside))
    for text in itertools.islice(split, 0, None, UNREAD):
        kept = [number for number, is_aside in enumerate(text.is_aside) if is_aside is not False]
        told = text.told
        heard = {place for one in kept for place in range(told.mentions[one][0], told.mentions[one][1] + 1)}
        yield text._replace(
            told=told._replace(
                mentions=[told.mentions[one] for one in kept],
                named=[told.named[one] for one in kept],
                busy=told.busy & heard,
                firm=told.firm & heard,
                ill=told.ill & heard,
            ),
            categories=[text.categories[one] for one in kept],
            is_aside=[text.is_aside[one] for one in kept],
            is_outcome=[text.is_outcome[one] for one in kept],
        )


def writers_of(texts: Iterable[Mentioned]) -> list[str]:
    """Give the writers who set things aside, in order."""
    return sorted({text.writer for text in texts if text.absent})


def judged(text: Mentioned, marks: Sequence[Assertion]) -> tuple[list[bool], list[bool]]:
    """Say of each condition set aside whether it is kept out, and of each stated one whether it is lost."""
    pairs = zip(text.told.mentions, text.categories, strict=True)
    live = {code for (first, _), codes in pairs if marks[first] == "present" for code in codes}
    named = {code for codes in text.categories for code in codes}
    kept_out = [code not in live for code in text.absent if code in named]
    lost = [not live.intersection(fits) for fits in text.known.get("icd10_all", ()) if named.intersection(fits)]
    return kept_out, lost


class Sums:
    """How many conditions networks kept out and lost, by writer and kind of text, beside the rules alone."""

    def __init__(self) -> None:
        self._sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)

    def add(self, texts: Iterable[Mentioned], net: Network) -> None:
        """Count what a network and the rules make of texts."""
        for text in texts:
            odds = net.odds(text.told, text.marks, text.told.mentions)
            kept_out, lost = judged(text, decided(text.told, text.marks, odds, [-math.inf] * len(odds)))
            by_rule, lost_by_rule = judged(text, text.marks)
            kind = str(text.known.get("kind", ""))
            figures = [sum(kept_out), sum(by_rule), len(kept_out), sum(lost), sum(lost_by_rule), len(lost)]
            for name in (text.writer, kind or "other", "all"):
                self._sums[name] = [one + other for one, other in zip(self._sums[name], figures, strict=True)]

    def show(self) -> None:
        """Print the shares."""
        print(f"{'':10} {'kept out':>9} {'by rule':>8} {'of':>5}   {'lost':>5} {'by rule':>8} {'of':>5}")
        for name, (kept, rule, of, gone, gone_by_rule, stated) in self._sums.items():
            print(
                f"{name:10} {100 * kept / max(of, 1):8.1f}% {100 * rule / max(of, 1):7.1f}% {of:5}   "
                f"{100 * gone / max(stated, 1):4.1f}% {100 * gone_by_rule / max(stated, 1):7.1f}% {stated:5}"
            )
