"""Constrained text and number types for structs; what a person can type, and no more."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

# Python counts four control characters and NEL among the blanks, JSON Schema does not.
NOT_BLANK = r"[^\s\x1c-\x1f\x85]"
ShortText = Annotated[str, Meta(min_length=1, max_length=200, pattern=NOT_BLANK)]
MediumText = Annotated[str, Meta(min_length=1, max_length=1000, pattern=NOT_BLANK)]
LongText = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=NOT_BLANK)]
Email = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
        description="E-mail address for work.",
        examples=["anna.exempel@example.org"],
    ),
]
CountryCode = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="Country, ISO 3166-1 alpha-2.", examples=["SE"])]
HoursPerWeek = Annotated[float, Meta(ge=0, le=2000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Months = Annotated[int, Meta(ge=0, le=600)]
Minutes = Annotated[int, Meta(ge=1, le=1440)]

EXAMPLE_UUID = "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"
Id = Annotated[UUID, Meta(description="Identifier (UUID version 7).", examples=[EXAMPLE_UUID])]
NextCursor = Annotated[
    str | None,
    Meta(
        description="Send as `cursor` for the next page; null on the last page.",
        examples=["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"],
    ),
]
