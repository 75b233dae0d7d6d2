"""The texts of templates and program, as the sources have them, and bringing the catalogues in line with them:

    uv run python -m tests.core.catalogues

adds what a catalogue lacks, with an empty translation to fill in, and takes out what no source has any more.
"""

import re
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from trialport.core.language import Language
from trialport.core.translations import catalogue_file

ROOT = Path(__file__).parents[2]
TRANSLATED: tuple[Language, ...] = ("sv", "da")
# `_(...)` and its kin in templates; in Python a text is marked where it is written, or named where it is shown.
KEYWORDS = {**DEFAULT_KEYWORDS, "to_translate": None, "translate": (2,)}
# Without dates and names, which version control keeps better.
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@cache
def source_texts() -> Catalog:
    """Extract every text; the place of each is its file."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = Catalog(project="trialport", charset="utf-8")
    for file_name, _, text, _, context in extract_from_dir(ROOT, methods, options, keywords=KEYWORDS):
        found.add(text, locations=[(Path(file_name).as_posix(), 0)], context=context)
    return found


def stored_texts(language: Language) -> Catalog:
    with catalogue_file(language).open("rb") as source:
        return read_po(source, locale=language)


def placeholders(text: str) -> list[str]:
    """Return what is filled in and the tags, each as often as it stands."""
    return sorted(re.findall(r"%\(\w+\)\w|%%|</?\w+[^>]*>", text))


def update() -> None:
    for language in TRANSLATED:
        path = catalogue_file(language)
        stored = stored_texts(language) if path.exists() else Catalog(locale=language, project="trialport")
        stored.update(source_texts(), no_fuzzy_matching=True)
        stored.obsolete.clear()
        body = BytesIO()
        write_po(body, stored, width=120, sort_output=True, include_lineno=False, omit_header=True)
        path.write_bytes(HEADER.format(language=language).encode() + body.getvalue())


if __name__ == "__main__":
    update()
