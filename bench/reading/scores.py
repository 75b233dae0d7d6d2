"""The scoring rules: what counts as right in what was read of a text.

`ta1`, `ta3`: a right therapy area is first, among the first three. `icd1`, `icd3`: the right ICD-10 category is
first, among the first three. `not_confused`: something was read, and its look-alike is not first. `found5`: a stated
condition is among the first five concepts. `absent3`: a condition that the text sets aside is not among the first
three; `outcome3`: nor is one that is only an outcome. A rule is asked of a row only where the row knows the answer;
`found5`, `absent3` and `outcome3` once for each condition.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from bench.reading.sets import Row

MEASURES = ("ta1", "ta3", "icd1", "icd3", "not_confused", "found5", "absent3", "outcome3")
# What was aimed at, in per cent.
AIMS: dict[tuple[str, str], int] = {
    ("en_conditions", "ta1"): 95,
    ("en_icd10", "icd1"): 80,
    ("sv_terms", "ta1"): 92,
    ("sv_terms", "icd1"): 70,
    ("da_terms", "ta1"): 90,
    ("confusable", "not_confused"): 96,
    ("inquiries", "found5"): 95,
    ("inquiries", "absent3"): 100,
    ("mails", "found5"): 95,
    ("mails", "absent3"): 100,
    ("synopses", "found5"): 95,
    ("synopses", "absent3"): 100,
    ("adverse", "found5"): 95,
    ("adverse", "absent3"): 100,
    ("alone", "absent3"): 100,
    ("trial_to_unit", "ta1"): 75,
    ("trial_to_unit", "ta3"): 90,
}


class Answer(NamedTuple):
    """What a system read: ICD-10 categories and therapy areas, each best first."""

    categories: list[str]
    areas: list[str]


class Share(NamedTuple):
    """How many of how many were right."""

    right: int
    asked: int

    @property
    def percent(self) -> float:
        """The share in per cent; only of something that was asked."""
        return 100 * self.right / self.asked


EMPTY = Answer([], [])


def category(code: str) -> str:
    """Give the category (three characters) of an ICD-10 code."""
    return code.replace(".", "")[:3].upper()


def verdicts(name: str, known: Mapping[str, Any], answer: Answer) -> Iterator[tuple[str, bool]]:
    """Say for each question a row of the set `name` asks whether the answer is right."""
    found, areas = answer
    fitting = set(known.get("therapy_areas") or ())
    if fitting:
        yield "ta1", bool(fitting & set(areas[:1]))
    # A whole inquiry asks for the leading area only.
    if fitting and name != "inquiries":
        yield "ta3", bool(fitting & set(areas[:3]))
    if wanted := known.get("icd10_category"):
        yield "icd1", found[:1] == [wanted]
        yield "icd3", wanted in found[:3]
    if "icd10_any" in known:
        yield "icd1", bool(found) and found[0] in known["icd10_any"]
        if alike := known["icd10_not_first"]:
            yield "not_confused", bool(found) and found[0] not in alike
    if "icd10_all" in known:
        for fits in known["icd10_all"]:
            yield "found5", bool(set(fits) & set(found[:5]))
        for aside in known["icd10_absent"]:
            yield "absent3", aside not in found[:3]
    for outcome in known.get("icd10_outcome", ()):
        yield "outcome3", outcome not in found[:3]


def scored(rows: Iterable[Row], answers: Mapping[str, Answer]) -> dict[str, Share]:
    """Share of right answers by measure; a row without an answer counts as one where nothing was read."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for measure, right in verdicts(row.name, row.known, answers.get(row.key, EMPTY)):
            counts[measure][0] += right
            counts[measure][1] += 1
    return {measure: Share(*counts[measure]) for measure in MEASURES if measure in counts}
