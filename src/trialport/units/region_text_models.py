"""Shapes of a region's own words: plain text in three languages, each version kept."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.core.language import Language

TextPlace = Literal["front", "signature"]
# Characters; a signature stands below every mail, so it is short.
LONGEST: dict[TextPlace, int] = {"front": 2000, "signature": 300}


class RegionTexts(Struct, frozen=True, kw_only=True):
    """What a region says on its front page and below its mails; what is not said is left out."""

    front: dict[Language, str] = {}
    signature: dict[Language, str] = {}


class RegionTextVersion(Struct, frozen=True, kw_only=True):
    """One version of a region's words; `reverts_to` is the version taken up again, 0 for none at all."""

    version: int
    texts: RegionTexts
    reverts_to: int | None
    changed_at: datetime
    actor_id: UUID | None


class FrontText(Struct, frozen=True, kw_only=True):
    """What stands on a region's front page, and in which language; paragraphs of plain text."""

    language: Language
    paragraphs: tuple[str, ...]
