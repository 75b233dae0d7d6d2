"""Which language a viewer is answered in."""

import pytest

from trialport.core.language import best_language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("sv", "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de, da;q=0.3, en;q=0.2", "da"),
        ("en;q=0.2, sv;q=0.7, da;q=0.7", "sv"),
        ("nb-NO, nn;q=0.9", "da"),
        ("sv;q=0, en;q=0.1", "en"),
        ("sv;q=2, da;q=x, en;q=0.1", "en"),
        ("fi, *;q=0.1", "en"),
        (";;,,q=1,=\u0000", "en"),
    ],
)
def test_the_most_wanted_of_ours(accepted: str | None, language: str) -> None:
    assert best_language(accepted) == language
