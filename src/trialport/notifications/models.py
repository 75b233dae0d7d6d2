"""Shapes of what the office has to look at."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Id, NextCursor

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
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with it.", examples=[["read", "finish"]])
    ] = ()


class OfficeTaskPage(Struct, frozen=True, kw_only=True):
    """A page of tasks, newest first."""

    items: Annotated[tuple[OfficeTaskDetail, ...], Meta(description="Tasks.")]
    next_cursor: NextCursor


class TaskCount(Struct, frozen=True, kw_only=True):
    """How many tasks of a kind are open."""

    kind: str
    open: int


class PlacedTask(Struct, frozen=True, kw_only=True):
    """A task as its page shows it, with the inquiry and the unit that it is about, if any."""

    office_task_id: UUID
    kind: str
    message: str
    created_at: datetime
    done_at: datetime | None
    done_by: UUID | None
    inquiry_id: UUID | None
    reference: str | None
    title: str | None
    unit_name: str | None


class TaskBoard(Struct, frozen=True, kw_only=True):
    """What a trial office has to do: counts of all kinds, the open tasks, and those done lately with who did them."""

    counts: dict[str, int]
    open: tuple[PlacedTask, ...]
    done: tuple[PlacedTask, ...]
    names: dict[UUID, str]
