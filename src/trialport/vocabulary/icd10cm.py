"""English text of ICD-10 categories from the package `simple-icd-10-cm` (US public-domain text).

Only called when the index is compiled: importing the package takes seconds and much memory.
"""

import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

# US categories that the international edition keeps inside another one.
US_ONLY = {
    "C4A": "C44",
    "C7A": "C80",
    "C7B": "C79",
    "D3A": "D36",
    "D49": "D48",
    "I1A": "I10",
    "I5A": "I51",
    "J4A": "T86",
    "M1A": "M10",
    "O9A": "O99",
    "QA0": "Q99",
}
_LEFT_OUT = frozenset({"Z3A"})
_SIDES = re.compile(
    r"\b(right|left|bilateral|unilateral|trimester|encounter|fetus \d|without mention|laterality)\b",
    re.IGNORECASE,
)
_LONG = 90


class IcdTerm(NamedTuple):
    """Text under a category: `depth` 0 is its label, 1 an inclusion term, 2 and more the subcategories."""

    code: str
    text: str
    depth: int


def _wanted_depth(category: str) -> int:
    """How deep the text of a chapter helps. Injuries, factors and external causes multiply without end."""
    if category[0] in "VWXY":
        return 0
    return 1 if category[0] in "ZSTO" else 4


def _subtree(icd: object, code: str, category: str, depth: int) -> Iterator[IcdTerm]:
    described = icd.get_description(code)  # type: ignore[attr-defined]
    if not _SIDES.search(described) and len(described) <= _LONG:
        yield IcdTerm(category, described, 2 * depth)
    for text in icd.get_inclusion_term(code):  # type: ignore[attr-defined]
        if not _SIDES.search(text) and len(text) <= _LONG:
            yield IcdTerm(category, text, 2 * depth + 1)
    if depth < _wanted_depth(category):
        for child in icd.get_children(code):  # type: ignore[attr-defined]
            yield from _subtree(icd, child, category, depth + 1)


def read_icd() -> tuple[list[str], list[tuple[str, str]], list[IcdTerm]]:
    """Categories in order, blocks as (first, last) category, and the terms of all categories."""
    with warnings.catch_warnings():
        # The package reads its files by a deprecated call; that is not ours to mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm as icd  # noqa: PLC0415 - seconds to import; only the compiler pays.

    categories: dict[str, None] = {}
    terms: list[IcdTerm] = []
    blocks: dict[tuple[str, str], None] = {}
    for code in icd.get_all_codes(with_dots=True):
        if "-" in code:
            first, _, last = code.partition("-")
            blocks[first, last] = None
        elif len(code) == 3 and code[0].isalpha() and code not in _LEFT_OUT:  # noqa: PLR2004
            category = US_ONLY.get(code, code)
            if code in categories:
                continue
            if category == code:
                categories[code] = None
            terms.extend(
                term._replace(depth=max(term.depth, 1 if category != code else 0))
                for term in _subtree(icd, code, category, 0)
            )
    return list(categories), list(blocks), terms
