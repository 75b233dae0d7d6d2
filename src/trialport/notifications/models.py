"""Shapes of what the office has to look at."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id, NextCursor

OfficeTaskKind = Literal[
    "dead_job",
    "dead_message",
    "all_answered",
    "target_reached",
    "silent_unit",
    "review_condition",
    "person_proposed",
    "sign_off_refused",
    "sign_off_overdue",
    "question_to_review",
    "question_answered",
    "answer_after_reply",
    "sponsor_overdue",
    "selected_without_room",
    "bounced_message",
]


class OfficeTaskDetail(Struct, frozen=True, kw_only=True):
    """Something a trial office has to do by hand."""

    office_task_id: Id
    region_id: Id
    kind: Annotated[OfficeTaskKind, Meta(description="Kind of task.", examples=["dead_job"])]
    object_type: Annotated[str, Meta(description="What it is about.", examples=["inquiry"])]
    object_id: Id
    message: Annotated[
        str,
        Meta(
            description="What happened and what to do.",
            examples=["The assessment failed repeatedly. Start it again."],
        ),
    ]
    created_at: Annotated[datetime, Meta(description="When it arose (UTC).", examples=["2026-11-21T09:00:00Z"])]
    done_at: Annotated[datetime | None, Meta(description="When it was done (UTC).", examples=["2026-11-21T10:00:00Z"])]
    assigned_to: Annotated[
        UUID | None, Meta(description="Who of the office has it in hand; null for nobody.", examples=[EXAMPLE_UUID])
    ] = None
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with it.", examples=[["read", "finish"]])
    ] = ()


class OfficeTaskPage(Struct, frozen=True, kw_only=True):
    """A page of tasks, newest first."""

    items: Annotated[tuple[OfficeTaskDetail, ...], Meta(description="Tasks.")]
    next_cursor: NextCursor


class TaskAssignmentInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to have a task in hand."""

    person_id: Annotated[
        UUID | None,
        Meta(description="A person of the region's office, or yourself; null for nobody.", examples=[EXAMPLE_UUID]),
    ]


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody of a region's office."""

    region_id: UUID
    person_id: UUID
    name: str


class TaskSubject(Struct, frozen=True, kw_only=True):
    """What a mail was about that did not arrive, as far as there is a page for it."""

    message_id: UUID
    inquiry_id: UUID | None
    reference: str | None
    unit_id: UUID | None
    unit_name: str | None
    investigator_id: UUID | None


class TaskCount(Struct, frozen=True, kw_only=True):
    """How many tasks of a kind are open."""

    kind: str
    open: int


class PlacedTask(Struct, frozen=True, kw_only=True):
    """A task as its page shows it, with the inquiry and the unit that it is about, if any."""

    office_task_id: UUID
    region_id: UUID
    kind: str
    object_type: str
    object_id: UUID
    message: str
    created_at: datetime
    done_at: datetime | None
    done_by: UUID | None
    assigned_to: UUID | None
    inquiry_id: UUID | None
    reference: str | None
    title: str | None
    unit_id: UUID | None
    unit_name: str | None


class TaskBoard(Struct, frozen=True, kw_only=True):
    """What a trial office has to do: counts of all kinds, the open tasks, and those done lately with who did them.

    `names` are of those who did a task or have one in hand, `office` those who could have it, by region; `subjects`
    is what undelivered mails were about, by the mail.
    """

    counts: dict[str, int]
    open: tuple[PlacedTask, ...]
    done: tuple[PlacedTask, ...]
    names: dict[UUID, str]
    office: dict[UUID, tuple[Colleague, ...]]
    subjects: dict[UUID, TaskSubject]
