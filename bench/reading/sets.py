"""The sets of texts whose reading is known: which there are, their rows, and how a row's part is chosen.

A set is a file `<name>.jsonl`, one object a line with `id`, `text` and `lang`, and what is known of the text:
`therapy_areas` (any of them is right), `icd10_category`, `icd10_any` and `icd10_not_first`, or `icd10_all`,
`icd10_absent` and `icd10_outcome`. In a row with `conditions` the text is title, official title and conditions
together.
"""

import hashlib
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

SHORT = ("en_conditions", "en_icd10", "sv_terms", "da_terms", "confusable", "conditions")
LONG = ("inquiries", "mails", "idioms", "synopses", "adverse", "alone", "titles", "trial_to_unit")
SETS = (*SHORT, *LONG)
Part = Literal["tuned", "untouched"]
PARTS: tuple[Part, ...] = ("tuned", "untouched")
SEED = 20261121
ROOT = Path(__file__).parents[2]
# Ours, and where it is present a folder of real data that is not part of the project.
FOLDERS = (ROOT / "bench" / "sets", ROOT.parent / "shared" / "bench")


class Row(NamedTuple):
    """One text of a set. `key` is set and id; `known` is the whole object of the line."""

    name: str
    key: str
    text: str
    lang: str | None
    known: dict[str, Any]

    @property
    def part(self) -> Part:
        """The part of its set: words were chosen while looking at the tuned one, never at the other.

        A row that says so itself is in that part; the others are parted by a hash.
        """
        if (said := self.known.get("part")) is not None:
            return next(part for part in PARTS if part == said)
        return "untouched" if hashlib.blake2b(self.key.encode()).digest()[0] % 5 < 2 else "tuned"


def row_of(name: str, known: dict[str, Any]) -> Row:
    """Give the row of an object of the set `name`."""
    text = known["text"] or ""
    if "conditions" in known:
        titles = (text, known.get("official_title") or "", ", ".join(known["conditions"] or []))
        text = ". ".join(titles).strip(". ")
    return Row(name, f"{name}/{known['id']}", text, known.get("lang"), known)


def read_sets(folders: Iterable[Path]) -> dict[str, list[Row]]:
    """Every known set in these folders, in our order; of two with one name the first folder's."""
    found: dict[str, list[Row]] = {}
    for folder in folders:
        for name in SETS:
            path = folder / f"{name}.jsonl"
            if name not in found and path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines()
                found[name] = [row_of(name, json.loads(line)) for line in lines if line.strip()]
    return {name: found[name] for name in SETS if name in found}


def sampled(rows: list[Row], count: int) -> list[Row]:
    """Choose at most `count` rows of the untouched part, the same ones in every run."""
    untouched = [row for row in rows if row.part == "untouched"]
    choose = random.Random(SEED)  # noqa: S311 - a sample, no secret.
    return choose.sample(untouched, min(count, len(untouched)))
