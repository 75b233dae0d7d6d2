"""Shapes of jobs."""

from uuid import UUID

from msgspec import Struct


class ClaimedJob(Struct, frozen=True, kw_only=True):
    """A job held under a lease: only the holder of `lease_token` may finish or release it."""

    job_id: UUID
    kind: str
    subject_id: UUID
    subject_version: int
    lease_token: UUID
    attempt: int
    max_attempts: int


class DueJob(Struct, frozen=True, kw_only=True):
    """A job whose bell should be rung; `bell` is new for every attempt and every renewal."""

    job_id: UUID
    kind: str
    bell: str


class JobQueue(Struct, frozen=True, kw_only=True):
    """How the queue stands: the real health of the workers is the age of the oldest due job."""

    waiting: int
    dead: int
    oldest_due_seconds: float


class LeaseLostError(Exception):
    """Somebody else took the job over; what was done must be rolled back."""
