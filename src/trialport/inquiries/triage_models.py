"""Shapes of what an office does with an inquiry before it invites units."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import Id, MediumText
from trialport.inquiries.models import DeclineReason

# Without what is `needed` units cannot tell or be compared; what is `helpful` brings more and truer answers.
Level = Literal["needed", "helpful"]
MissingWhy = Literal["units_answer_better", "matching_compares", "law_asks", "agreement_needs"]


class InformationRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the office asks the sponsor to add; the clock stands still until it is there."""

    fields: Annotated[
        Annotated[
            tuple[Annotated[str, Meta(pattern=r"^[a-z_]+(\.[a-z_0-9]+)?$", max_length=80)], ...],
            Meta(min_length=1, max_length=40),
        ]
        | None,
        Meta(
            description="Fields to add or correct, as `group.field`; left out, all that are needed and missing.",
            examples=[["population.key_inclusion"]],
        ),
    ] = None
    note: Annotated[
        MediumText | None,
        Meta(description="What is missing, in words.", examples=["Please state the age range."]),
    ] = None


class DeclineInquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an office declines an inquiry."""

    reason: Annotated[DeclineReason, Meta(description="Coded reason.", examples=["no_suitable_units"])]
    note: Annotated[
        MediumText | None,
        Meta(description="What the sponsor is told beside it.", examples=["No unit treats this condition."]),
    ] = None


class MissingField(Struct, frozen=True, kw_only=True):
    """A field that is not filled in, and why it matters."""

    field: Annotated[str, Meta(description="The field, as `group.field`.", examples=["population.age_from"])]
    name: Annotated[str, Meta(description="What it is called, in your language.", examples=["Lowest age"])]
    level: Annotated[Level, Meta(description="How much it matters.", examples=["needed"])]
    why: Annotated[MissingWhy, Meta(description="Why it matters (code).", examples=["matching_compares"])]
    sentence: Annotated[
        str,
        Meta(
            description="Why it matters, in words.",
            examples=["Units name the age groups they take; without an age none can be compared."],
        ),
    ]


class Completeness(Struct, frozen=True, kw_only=True):
    """What an inquiry lacks."""

    inquiry_id: Id
    version: Annotated[int, Meta(description="Version of the inquiry.", examples=[1])]
    is_complete: Annotated[bool, Meta(description="Whether nothing that is needed is missing.", examples=[False])]
    missing: Annotated[tuple[MissingField, ...], Meta(description="What is missing, the needed first.")]
