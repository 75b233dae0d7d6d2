"""Documents as PDF/UA-1, tagged for screen readers, set by Typst with the fonts that its package brings along.

Compiling is work for a processor: call `to_pdf` in a thread.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import typst

from trialport.core.documents import Document
from trialport.core.errors import TooLarge

# What is set at most (bytes of words): about 200 units that answer ten questions each, at length.
MOST_BYTES = 3_000_000
_TEMPLATE = Path(__file__).with_name("document.typ")
# What the typesetter says of a character that no font of its package has.
_UNKNOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
# Scripts and pictures that none of the fonts has; the rest is found out by trying.
_FIRST_UNKNOWN = 0x2E80
_KNOWN_BEYOND = range(0xFB00, 0xFF00)
_MOST_TRIES = 40
_LAST_SURE = 0x024F
# Longer runs without a blank get places where a line may break (characters).
_LONGEST_RUN = 30
_RUN = re.compile(rf"\S{{{_LONGEST_RUN}}}(?=\S)")
# Characters that the fonts of this process have been found to lack.
_lacking: set[str] = set()


def to_pdf(document: Document, now: datetime) -> bytes:
    """Set a document; `now` is the time that it says it was made.

    A character that the fonts lack is named in brackets, as a screen reader would say it. Raises TooLarge for more
    words than a document may have.
    """
    given = msgspec.to_builtins(document)
    if len(msgspec.json.encode(given)) > MOST_BYTES:
        raise TooLarge("This is too long for a PDF. Read it on the page.")
    for _ in range(_MOST_TRIES):
        try:
            return _compile(_spelled(given, _is_shown), now)
        except typst.TypstError as error:
            found = _UNKNOWN.search(error.message)
            if found is None:
                raise
            _lacking.update(_unescaped(found[1]))
    return _compile(_spelled(given, lambda char: ord(char) <= _LAST_SURE and _is_shown(char)), now)


def _compile(given: Any, now: datetime) -> bytes:
    return typst.compile(
        _source(),
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"document": msgspec.json.encode(given).decode()},
        timestamp=int(now.timestamp()),
    )


@cache
def _source() -> bytes:
    return _TEMPLATE.read_bytes()


def _is_shown(char: str) -> bool:
    code = ord(char)
    return char not in _lacking and (code < _FIRST_UNKNOWN or code in _KNOWN_BEYOND)


def _spelled(value: Any, is_shown: Callable[[str], bool]) -> Any:
    """Return the same words with every character that cannot be shown named, and with places where lines may break."""
    if isinstance(value, dict):
        return {name: _spelled(one, is_shown) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(one, is_shown) for one in value]
    if not isinstance(value, str):
        return value
    text = "".join(char if is_shown(char) else _named(char) for char in value)
    return _RUN.sub(lambda run: run[0] + "\u200b", text)


def _named(char: str) -> str:
    kind = unicodedata.category(char)
    # Control characters, joiners and the marks that choose a picture's look say nothing by themselves.
    if kind in ("Cc", "Cf", "Mn", "Me"):
        return " " if char in "\n\r\t" else ""
    if kind == "Lo":
        return "\N{WHITE SQUARE}"
    return f"[{unicodedata.name(char, f'U+{ord(char):04X}').lower()}]"


def _unescaped(text: str) -> str:
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)
