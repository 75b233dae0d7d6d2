"""Shapes of what was read out of a text: concepts, therapy areas, and where they stand."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.vocabulary.codes import TherapyArea

# How a concept was found: its label, another term, an abbreviation, a near spelling, a written code, or a term that
# the deployer imported.
Method = Literal["exact", "synonym", "abbreviation", "fuzzy", "code", "imported"]
# What the text says of a concept: it is about it, leaves it out, says that it is absent, that it was once, or that it
# is an outcome, a risk or background of the trial.
Assertion = Literal["present", "excluded", "denied", "history", "outcome"]
Score = Annotated[float, Meta(ge=0, le=1)]
Offset = Annotated[int, Meta(ge=0)]


class ConceptMatch(Struct, frozen=True, kw_only=True):
    """One concept found in a text; offsets count characters of the text as it was given."""

    concept: Annotated[
        str,
        Meta(description="Concept: an ICD-10 category, or a finer one in it.", examples=["C34/nsclc", "J44"]),
    ]
    code: Annotated[
        str, Meta(description="ICD-10 category of the concept (three characters).", examples=["C34", "J44"])
    ]
    system: Annotated[Literal["icd10"], Meta(description="Code system of `code`.", examples=["icd10"])] = "icd10"
    label: Annotated[
        str,
        Meta(
            description="Label, in the language of the text where there is one.",
            examples=["Non-small cell lung cancer"],
        ),
    ]
    score: Annotated[Score, Meta(description="How sure the reading is (0 to 1).", examples=[0.97])]
    start: Annotated[Offset, Meta(description="Offset of the first character in the original text.", examples=[14])]
    end: Annotated[Offset, Meta(description="Offset after the last character in the original text.", examples=[40])]
    method: Annotated[Method, Meta(description="How it was found.", examples=["synonym"])]
    assertion: Annotated[
        Assertion,
        Meta(
            description="What the text says of it: present, excluded, denied (absent), only history, or only an "
            "outcome, a risk or background of the trial.",
            examples=["present"],
        ),
    ] = "present"


StatedKind = Literal[
    "phase",
    "study_type",
    "age_group",
    "age_from",
    "age_to",
    "participants",
    "line_of_therapy",
    "care_setting",
    "dct_activity",
]


class Stated(Struct, frozen=True, kw_only=True):
    """One thing a text states besides its conditions."""

    kind: Annotated[StatedKind, Meta(description="What is stated.", examples=["phase"])]
    value: Annotated[
        str | int,
        Meta(
            description="Code of the inquiry's own lists, a line of therapy, or a number (years, participants).",
            examples=["2_3"],
        ),
    ]
    start: Annotated[Offset, Meta(description="Offset of the first character in the original text.", examples=[0])]
    end: Annotated[Offset, Meta(description="Offset after the last character in the original text.", examples=[12])]


class AreaMatch(Struct, frozen=True, kw_only=True):
    """One therapy area a text is about."""

    code: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["oncology"])]
    score: Annotated[Score, Meta(description="How much of the text speaks for it (0 to 1).", examples=[0.95])]


class Reading(Struct, frozen=True, kw_only=True):
    """What one text was read as.

    `set_aside` gives no therapy area. A condition that is only history leads when the text names no other.
    """

    concepts: Annotated[tuple[ConceptMatch, ...], Meta(description="Concepts, best first.")] = ()
    set_aside: Annotated[
        tuple[ConceptMatch, ...],
        Meta(description="Concepts that the text excludes, denies or names only as history or outcome, in its order."),
    ] = ()
    therapy_areas: Annotated[tuple[AreaMatch, ...], Meta(description="Therapy areas, best first.")] = ()
    stated: Annotated[
        tuple[Stated, ...], Meta(description="What is stated besides conditions, in the text's order.")
    ] = ()
    ambiguous: Annotated[
        bool,
        Meta(
            description="Whether two readings of the same words are near each other: ask a person.",
            examples=[False],
        ),
    ] = False
