"""Shape of what changed in an inquiry, as a unit sees it."""

from typing import Annotated, Any

from msgspec import Meta, Struct


class FieldChange(Struct, frozen=True, kw_only=True):
    """One field that the sponsor changed after the unit had answered."""

    field: Annotated[str, Meta(description="Field, as `group.field`.", examples=["numbers.participants_wanted"])]
    before: Annotated[Any, Meta(description="What it was when the unit answered; null for nothing.", examples=[20])]
    after: Annotated[Any, Meta(description="What it is now; null for nothing.", examples=[30])]
