"""The guide names pages and buttons as they stand on the pages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guide.md").read_text()
# Every text of the pages, in English, stands in each catalogue.
TEXTS = re.sub(r"\"\n\"", "", next((ROOT / "src/trialport/core/locales").rglob("*.po")).read_text()).replace(
    "msgid_plural", "msgid"
)


@pytest.mark.parametrize("words", sorted(set(re.findall(r"\*\*([^*]+)\*\*", GUIDE))))
def test_the_words_stand_on_a_page(words: str) -> None:
    if words == "bold":
        return
    assert f'msgid "{" ".join(words.split())}"' in TEXTS, "Write it as the page does."
