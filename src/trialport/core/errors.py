"""What can go wrong, as problem details (RFC 9457); the only place where an error becomes an answer.

Every problem has a stable `type` (`urn:trialport:problem:<slug>`), a title, a detail a person can act on
and, for bad input, `errors` with the path of each field at fault.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Self

import asyncpg
from msgspec import Meta, Struct


class FieldError(Struct, frozen=True):
    """One field at fault: where it stands in the input, and what to do about it."""

    path: Annotated[
        str,
        Meta(description="Place of the field or name of the parameter.", examples=["numbers.planned_start"]),
    ]
    message: Annotated[
        str, Meta(description="What to do about it.", examples=["Send a day that exists, as YYYY-MM-DD."])
    ]


class ProblemBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A failure as it is told (RFC 9457); `type` is stable, the texts are for people and may change."""

    type: Annotated[
        str,
        Meta(
            pattern="^urn:trialport:problem:[a-z-]+$",
            description="Kind of failure; decide by this.",
            examples=["urn:trialport:problem:bad-input"],
        ),
    ]
    title: Annotated[str, Meta(description="The kind of failure in words.", examples=["The input has errors"])]
    status: Annotated[int, Meta(ge=400, le=599, description="The status of the answer once more.", examples=[400])]
    detail: Annotated[
        str,
        Meta(
            description="What happened here, and what to do.",
            examples=["numbers.planned_start: Send a day that exists, as YYYY-MM-DD."],
        ),
    ]
    request_id: Annotated[
        str,
        Meta(
            description="Number of the request, to quote when you report a fault.",
            examples=["5f0c6f7f0f7e4f6e9a2d3a0b1c2d3e4f"],
        ),
    ]
    errors: Annotated[tuple[FieldError, ...], Meta(description="Every field at fault.")] = ()
    state: Annotated[
        str | None,
        Meta(description="With `conflict`: the state the object is in.", examples=["withdrawn"]),
    ] = None
    available_actions: Annotated[
        tuple[str, ...],
        Meta(description="With `conflict`: what you may do in that state.", examples=[["read"]]),
    ] = ()


class Problem(Exception):
    """A foreseen failure; subclasses fix status and slug.

    `typed` is what a person had filled into the form that could not be taken: its page hands it back to her, so that
    nothing she wrote is lost.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong here"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        extra: dict[str, object] | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.extra = extra or {}
        self.typed = typed

    @classmethod
    def at(cls, path: str, message: str) -> Self:
        """Return the problem for one field."""
        return cls(message, errors=[FieldError(path, message)])


class BadInput(Problem):
    status, slug, title = 400, "bad-input", "The input has errors"


class NotSignedIn(Problem):
    status, slug, title = 401, "not-signed-in", "A valid access token is needed"


class NotAllowed(Problem):
    status, slug, title = 403, "not-allowed", "Your role may not do this"


class OutOfDate(NotAllowed):
    """A form from before the session, or the role in it, was another; to programs the same as any refusal."""


class NotFound(Problem):
    status, slug, title = 404, "not-found", "Not found"


class Refused(Problem):
    """The object exists and is yours, but its state does not allow the command."""

    status, slug, title = 409, "conflict", "Not possible in the present state"


class Gone(Problem):
    """What stood here was for one use or for a while, and is over."""

    status, slug, title = 410, "gone", "No longer valid"


class Changed(Problem):
    status, slug, title = 412, "changed-meanwhile", "Changed since you read it"


class WrongMethod(Problem):
    status, slug, title = 405, "method-not-allowed", "This address has no such method"


class TooLarge(Problem):
    status, slug, title = 413, "too-large", "The request is too large"


class WrongMediaType(Problem):
    status, slug, title = 415, "media-type", "Unsupported media type"


class Contradiction(Problem):
    """Each value is well formed, but they do not fit each other or what is stored."""

    status, slug, title = 422, "contradiction", "The values do not fit together"


class KeyReused(Problem):
    status, slug, title = 422, "idempotency-key-reused", "The idempotency key was used for another request"


class MatchNeeded(Problem):
    status, slug, title = 428, "precondition-required", "If-Match is needed"


class TooMany(Problem):
    status, slug, title = 429, "too-many-requests", "Too many requests"


class Busy(Problem):
    status, slug, title = 503, "busy", "Busy; please try again"

    def __init__(self, detail: str = "The database did not answer in time. Try again in a moment.") -> None:
        super().__init__(detail, headers={"Retry-After": "2"})


def problems_with(status: int) -> list[type[Problem]]:
    """Return the kinds of problem that are told with a status."""
    return [problem for problem in Problem.__subclasses__() if problem.status == status]


# Named constraints that a person can run into, and what to tell her; slices add theirs with `explain`.
_EXPLAINED: dict[str, tuple[type[Problem], str, str]] = {}


def explain(constraint: str, problem: type[Problem], path: str, message: str) -> None:
    """Say what the violation of a named database constraint means to the person who caused it.

    `{detail}` in the message stands for what the database itself says of it, for constraints that our triggers raise.
    """
    _EXPLAINED[constraint] = (problem, path, message)


def from_database(error: asyncpg.PostgresError) -> Problem | None:
    """Translate what the database refused into a problem; None where it is our own fault."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        name = error.constraint_name or ""
        problem, path, message = _EXPLAINED.get(
            name, (Refused, "", f"This conflicts with what is stored ({name or 'constraint'}).")
        )
        message = message.replace("{detail}", error.detail or "")
        return problem(message, errors=[FieldError(path, message)] if path else ())
    if isinstance(error, asyncpg.DataError):
        return BadInput("A value has characters or a size that cannot be stored. Correct it.")
    if isinstance(
        error,
        asyncpg.QueryCanceledError
        | asyncpg.LockNotAvailableError
        | asyncpg.DeadlockDetectedError
        | asyncpg.SerializationError
        | asyncpg.InvalidCachedStatementError
        | asyncpg.TooManyConnectionsError
        | asyncpg.CannotConnectNowError
        | asyncpg.PostgresConnectionError
        | asyncpg.AdminShutdownError,
    ):
        return Busy()
    return None
