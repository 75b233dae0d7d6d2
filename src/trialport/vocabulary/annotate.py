"""Reading JSON lines: one text a line in, what it was read as out, in the same order.

In: `{"id": ..., "text": "...", "lang": "sv"}` (`lang` may be left out). Out: `{"id", "concepts",
"therapy_areas"}`, best first, and where the text gives rise to them `"set_aside"` (concepts that are excluded,
denied, history or outcome, with their `assertion`), `"stated"` (phase, ages and the like) and `"ambiguous": true`. A
line that is no such object gives `{"id": null, "error": "..."}` in its place, and the next line is read.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from trialport.core.language import Language
from trialport.vocabulary.models import ConceptMatch, Reading
from trialport.vocabulary.reading import read_text


class AnnotationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One input line. Other fields are allowed and left alone."""

    id: str | int | None = None
    text: str
    lang: Language | None = None


def annotation(reading: Reading) -> dict[str, Any]:
    """Give a reading as the plain objects of an output line, without the id."""
    plain: dict[str, Any] = {
        "concepts": [_plain(match) for match in reading.concepts],
        "therapy_areas": [{"code": area.code, "score": area.score} for area in reading.therapy_areas],
    }
    if reading.set_aside:
        plain["set_aside"] = [_plain(match) for match in reading.set_aside]
    if reading.stated:
        plain["stated"] = [msgspec.to_builtins(stated) for stated in reading.stated]
    if reading.ambiguous:
        plain["ambiguous"] = True
    return plain


def _plain(match: ConceptMatch) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "code": match.code,
        "system": match.system,
        "concept": match.concept,
        "label": match.label,
        "score": match.score,
        "start": match.start,
        "end": match.end,
        "method": match.method,
    }
    if match.assertion != "present":
        entry["assertion"] = match.assertion
    return entry


def annotate_text(text: str, lang: Language | None = None) -> str:
    """Read one text into a line of JSON, with the id null."""
    return _encoded({"id": None, **annotation(read_text(text, lang))})


def annotate_lines(lines: Iterable[str]) -> Iterator[str]:
    """Give one output line for each input line that is not blank, in order; never raises on a line."""
    for line in lines:
        if line.strip():
            yield _annotated(line)


def _annotated(line: str) -> str:
    try:
        request = msgspec.json.decode(line, type=AnnotationRequest)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return _encoded({"id": None, "error": str(error)})
    return _encoded({"id": request.id, **annotation(read_text(request.text, request.lang))})


def _encoded(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
