"""The texts of pages and mails in the viewer's language (gettext); the words of the sources are English.

The catalogues are `locales/<language>/LC_MESSAGES/trialport.po`. They are compiled in memory when a language is
first asked for, so that no compiled copy can be older than its source.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from trialport.core.language import Language

LOCALES = Path(__file__).parent / "locales"


def catalogue_file(language: Language) -> Path:
    """Return where the translations into a language stand."""
    return LOCALES / language / "LC_MESSAGES" / "trialport.po"


@cache
def translations(language: Language) -> NullTranslations:
    """Return the catalogue of a language; a text that it lacks stays English, and so does English itself."""
    if language == "en":
        return NullTranslations()
    # Only a process that shows texts to people needs this package.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    with catalogue_file(language).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(language: Language, message: str, /, **values: object) -> str:
    """Return an English text in the viewer's language, with `%(name)s` filled in from `values`."""
    text = translations(language).gettext(message)
    return text % values if values else text


def to_translate(message: str, /) -> str:
    """Mark an English text for the catalogues where it is written; `translate` it where it is shown."""
    return message
