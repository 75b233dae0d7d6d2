"""The catalogues: every text of the sources in Swedish and Danish, and nothing that no source has."""

import pytest
from babel.messages.catalog import Message

from tests.core.catalogues import TRANSLATED, placeholders, source_texts, stored_texts
from trialport.core.language import Language
from trialport.core.translations import translate, translations


def texts(message: Message) -> tuple[list[str], list[str]]:
    """Return the English and the translated forms of a message; more than one where it counts something."""
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    translated = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return english, translated


def names(language: Language | None = None) -> set[tuple[str, str | None]]:
    catalogue = source_texts() if language is None else stored_texts(language)
    return {(texts(message)[0][0], message.context) for message in catalogue if message.id}


def test_the_sources_have_texts_in_templates_and_in_python() -> None:
    found = source_texts()
    places = {place for message in found for place, _ in message.locations}
    assert any(place.endswith(".html") for place in places)
    assert any(place.endswith(".py") for place in places)
    assert len(names()) > 70


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing_and_nothing_is_left_over(language: Language) -> None:
    assert sorted(names() - names(language), key=str) == []
    assert sorted(names(language) - names(), key=str) == []
    assert not stored_texts(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_whole(language: Language) -> None:
    faults = []
    for message in stored_texts(language):
        if not message.id:
            continue
        english, translated = texts(message)
        if message.fuzzy or len(translated) != len(english) or not all(one.strip() for one in translated):
            faults.append(english[0])
    assert faults == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_tags_and_edges_are_the_same(language: Language) -> None:
    faults = []
    for message in stored_texts(language):
        for english, translated in zip(*texts(message), strict=True):
            # The header names the language and holds no text.
            if message.id and (
                placeholders(english) != placeholders(translated)
                or english[-1:].isalnum() != translated[-1:].isalnum()
                or translated != translated.strip()
            ):
                faults.append(english)
    assert faults == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_can_be_filled_in(language: Language) -> None:
    """A stray per cent sign would fail only when the page is shown."""

    class Anything(dict[str, object]):
        def __missing__(self, key: str) -> int:
            return 1

    for message in stored_texts(language):
        for one in texts(message)[1]:
            if message.python_format:
                assert one % Anything()


def test_texts_come_in_the_viewers_language() -> None:
    assert translate("sv", "Sign in") == "Logga in"
    assert translate("da", "Sign in") == "Log ind"
    assert translate("en", "Sign in") == "Sign in"
    assert translate("da", "Signed in as %(name)s", name="Ea") == "Logget ind som Ea"
    assert translate("sv", "A text that no catalogue has") == "A text that no catalogue has"
    one, many = "You can try again in a minute.", "You can try again in %(count)s minutes."
    assert translations("da").ngettext(one, many, 2) == "Du kan prøve igen om %(count)s minutter."
