"""Learn which therapy areas a text names by the way, and which it names where a unit of theirs runs the trial.

Run: `uv run --group learn python -m bench.reading.lean [--write] [--sets DIR ...]`. Learned from the tuned rows of
titles whose unit is known: ours, and those of the folder of real data where it is present. It prints what the leanings
do to each part; the untouched rows teach nothing.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bench.reading.sets import FOLDERS, PARTS, Row, read_sets
from trialport.core.language import Language
from trialport.vocabulary.codes import THERAPY_AREAS
from trialport.vocabulary.reading import Reader, shared_reader
from trialport.vocabulary.sources import DATA, LANGUAGES

Table = npt.NDArray[np.float64]

# Sets of titles, and what a row of each counts: real ones show what is asked, invented ones every area.
TAUGHT_BY = {"trial_to_unit": 1.0, "titles": 0.2}
# How sharply scores tell areas apart, and what a leaning costs.
SHARPNESS, COST = 8.0, 16.0
# Leanings smaller than this change nothing that counts.
LEAST = 0.03
_FAR_BELOW = -20.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.reading.lean", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, nargs="+", default=FOLDERS, help="folders with sets")
    parser.add_argument("--write", action="store_true", help="write the leanings")
    chosen = parser.parse_args()
    reader = Reader(shared_reader().vocabulary, leanings={})
    sets = {name: rows for name, rows in read_sets([f for f in chosen.sets if f.is_dir()]).items() if name in TAUGHT_BY}
    tables = {
        (name, part): table_of([row for row in rows if row.part == part], reader)
        for name, rows in sets.items()
        for part in PARTS
        if any(row.part == part for row in rows)
    }
    learned = leanings([(*table, TAUGHT_BY[name]) for (name, part), table in tables.items() if part == "tuned"])
    for (name, part), (scores, right) in tables.items():
        before, after = (first_right(scores + lean * (scores > 0), right) for lean in (0.0, learned))
        print(f"{name:14} {part:10} first {before:.1f} -> {after:.1f} of {len(scores)}")
    if chosen.write:
        _write(learned)


def table_of(rows: Sequence[Row], reader: Reader) -> tuple[Table, Table]:
    """Give the score of each area (columns) in each text (rows), and which areas are right."""
    scores, right = np.zeros((2, len(rows), len(THERAPY_AREAS)))
    for number, row in enumerate(rows):
        lang: Language | None = next((code for code in LANGUAGES if code == row.lang), None)
        for area in reader.read_text(row.text, lang).therapy_areas:
            scores[number, THERAPY_AREAS.index(area.code)] = area.score
        for code in row.known["therapy_areas"]:
            right[number, THERAPY_AREAS.index(code)] = 1.0
    return scores, right


def leanings(taught: Sequence[tuple[Table, Table, float]]) -> Table:
    """Give what each area's score is shifted by, so that a right one is likeliest to be the highest.

    A softmax over the areas a text speaks of, any right area counting; shifts cost their square.
    """

    def loss(shift: Table) -> tuple[float, Table]:
        total, slope = COST * float(shift @ shift), 2 * COST * shift
        for scores, right, counts in taught:
            spoken = scores > 0
            height = np.where(spoken, SHARPNESS * (scores + shift), _FAR_BELOW)
            likely = np.exp(height - height.max(axis=1, keepdims=True))
            likely /= likely.sum(axis=1, keepdims=True)
            hit = (likely * right).sum(axis=1, keepdims=True) + 1e-6
            total -= counts * float(np.log(hit).sum())
            slope = slope - counts * SHARPNESS * ((likely * right / hit - likely) * spoken).sum(axis=0)
        return total, slope

    found: Table = minimize(loss, np.zeros(len(THERAPY_AREAS)), jac=True, method="L-BFGS-B").x
    return found


def first_right(scores: Table, right: Table) -> float:
    """Give in per cent in how many texts the highest area is a right one."""
    return 100 * float(np.mean(right[np.arange(len(right)), scores.argmax(axis=1)] > 0))


def _write(learned: Table) -> None:
    lines = [f"{area}\t{shift:.2f}" for area, shift in zip(THERAPY_AREAS, learned, strict=True) if abs(shift) >= LEAST]
    head = (
        "# What the score of a therapy area is shifted by in running text: below 0 what is named by the way.\n"
        "# Learned: `uv run --group learn python -m bench.reading.lean --write`; not to be edited by hand.\n"
        "therapy_area\tshift\n"
    )
    (DATA / "area_leanings.tsv").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
