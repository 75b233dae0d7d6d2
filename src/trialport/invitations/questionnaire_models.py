"""Shapes of the sponsor's site-specific questionnaire and of what units answer."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import Id, MediumText, ShortText
from trialport.core.language import Language

QuestionKind = Literal["text", "yes_no", "number", "choice"]
AnswerValue = bool | float | Annotated[str, Meta(min_length=1, max_length=2000)]
Key = Annotated[str, Meta(pattern="^[a-z0-9_]{1,60}$")]
_ANSWERS = Meta(max_length=100, description="Answers by the question's key.", examples=[{"freezer": True}])
_LANGUAGE = Meta(description="Language of the questions.", examples=["en"])
_VERSION = Meta(description="Version of the list of questions.", examples=[1])


class SiteQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question to units that said yes."""

    text: Annotated[MediumText, Meta(description="Question.", examples=["Do you have a freezer at -80 degrees?"])]
    kind: Annotated[QuestionKind, Meta(description="What answers it.", examples=["yes_no"])]
    key: Annotated[
        Key | None,
        Meta(description="Your own name of the question; made from its text by default.", examples=["freezer"]),
    ] = None
    options: Annotated[
        tuple[ShortText, ...], Meta(max_length=20, description="What to choose from; for `choice`.", examples=[[]])
    ] = ()


class QuestionnaireCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sponsor's questions; a new list replaces the one before."""

    language: Annotated[Language, _LANGUAGE] = "en"
    questions: Annotated[tuple[SiteQuestion, ...], Meta(min_length=1, max_length=100, description="Questions.")]


class UnitQuestionnaire(Struct, frozen=True, kw_only=True):
    """What one unit that said yes has approved."""

    unit_name: Annotated[str, Meta(description="Unit.", examples=["Lung department"])]
    site_name: Annotated[str, Meta(description="Site.", examples=["University hospital"])]
    approved_at: Annotated[datetime, Meta(description="When approved (UTC).", examples=["2026-12-08T09:00:00Z"])]
    answers: Annotated[dict[str, AnswerValue], _ANSWERS]


class QuestionnaireDetail(Struct, frozen=True, kw_only=True):
    """The questionnaire with the approved answers, as sponsor and office read it."""

    version: Annotated[int, _VERSION]
    language: Annotated[Language, _LANGUAGE]
    questions: Annotated[tuple[SiteQuestion, ...], Meta(description="Questions, each with its key.")]
    units: Annotated[tuple[UnitQuestionnaire, ...], Meta(description="Approved answers by unit.")]


class OfferedAnswer(Struct, frozen=True, kw_only=True):
    """An answer that the unit approved before to the same or a similar question."""

    answer: Annotated[
        AnswerValue, Meta(description="Answer; a number is in the unit that the question names (any).", examples=[True])
    ]
    question: Annotated[str, Meta(description="What was asked then.", examples=["Is there a -80 freezer?"])]
    reference: Annotated[str, Meta(description="Inquiry it was given for.", examples=["UAS-2026-0042"])]
    approved_on: Annotated[date, Meta(description="Day it was approved.", examples=["2026-06-01"])]
    age_days: Annotated[int, Meta(description="Age (days).", examples=[180])]


class QuestionToUnit(Struct, frozen=True, kw_only=True):
    """A question with the unit's own answer and what it said before."""

    key: Annotated[str, Meta(description="Name of the question.", examples=["freezer"])]
    text: Annotated[str, Meta(description="Question.", examples=["Do you have a freezer at -80 degrees?"])]
    kind: Annotated[QuestionKind, Meta(description="What answers it.", examples=["yes_no"])]
    options: Annotated[tuple[str, ...], Meta(description="What to choose from.", examples=[[]])]
    answer: Annotated[
        AnswerValue | None,
        Meta(
            description="The unit's answer so far; a number is in the unit that the question names (any).",
            examples=[True],
        ),
    ]
    offered: Annotated[tuple[OfferedAnswer, ...], Meta(description="Earlier answers, the newest first; at most 3.")]


class QuestionnaireForUnit(Struct, frozen=True, kw_only=True):
    """The questionnaire as the unit fills it in."""

    invitation_id: Id
    version: Annotated[int, _VERSION]
    language: Annotated[Language, _LANGUAGE]
    state: Annotated[
        Literal["empty", "draft", "approved"], Meta(description="How far the unit is.", examples=["draft"])
    ]
    questions: Annotated[tuple[QuestionToUnit, ...], Meta(description="Questions.")]
    available_actions: Annotated[tuple[str, ...], Meta(description="What you may do.", examples=[["fill"]])]


class QuestionnaireFill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit's answers, whole; the head of unit approves them."""

    state: Annotated[
        Literal["draft", "approved"], Meta(description="Whether they go to the sponsor.", examples=["draft"])
    ]
    answers: Annotated[dict[Key, AnswerValue], _ANSWERS]


class UnitFile(Struct, frozen=True, kw_only=True):
    """A file of the inquiry that a unit that said yes may download."""

    attachment_id: Id
    file_name: Annotated[str, Meta(description="Name of the file.", examples=["Questionnaire.docx"])]
    media_type: Annotated[str, Meta(description="Type of the file.", examples=["application/pdf"])]
    size_bytes: Annotated[int, Meta(description="Size (bytes).", examples=[48_211])]
    download_url: Annotated[
        str,
        Meta(
            description="Where the bytes are.",
            examples=["/api/v1/invitations/0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e/attachments/0198f3a0"],
        ),
    ]


class UnitFiles(Struct, frozen=True, kw_only=True):
    """The sponsor's questionnaires as files."""

    items: Annotated[tuple[UnitFile, ...], Meta(description="Files.")]
