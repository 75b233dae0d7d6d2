"""Shapes of what an office does with an inquiry before it invites units."""

from typing import Annotated

from msgspec import Meta, Struct

from trialport.core.fields import MediumText
from trialport.inquiries.models import DeclineReason


class InformationRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the office asks the sponsor to add; the clock stands still until it is there."""

    fields: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z_]+(\.[a-z_0-9]+)?$", max_length=80)], ...],
        Meta(
            min_length=1,
            max_length=40,
            description="Fields to add or correct, as `group.field`.",
            examples=[["population.key_inclusion"]],
        ),
    ]
    note: Annotated[
        MediumText,
        Meta(description="What is missing, in words.", examples=["Please state the age range."]),
    ]


class DeclineInquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an office declines an inquiry."""

    reason: Annotated[DeclineReason, Meta(description="Coded reason.", examples=["no_suitable_units"])]
    note: Annotated[
        MediumText | None,
        Meta(description="What the sponsor is told beside it.", examples=["No unit treats this condition."]),
    ] = None
