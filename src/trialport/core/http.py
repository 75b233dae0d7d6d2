"""The strict half of HTTP: bodies, preconditions, and how a failure becomes an answer."""

import json
import logging
import re
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException

from trialport.core import errors
from trialport.core.errors import BadInput, Changed, FieldError, MatchNeeded, NotFound, Problem

Item = TypeVar("Item")

log = logging.getLogger(__name__)

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\x00")


class StrictRequest(Request[Any, Any, State]):
    """A request whose JSON body is read strictly into the struct its handler asks for.

    Refused with 400: text that is not JSON, nesting beyond Python's limit, duplicate names, NUL characters,
    lone surrogates, wrong types, unknown fields and codes. Another media type is 415.
    """

    async def json(self) -> Any:
        if self.content_type[0] != "application/json":
            raise errors.WrongMediaType("Send the body as application/json.")
        field = self.route_handler.parsed_data_field
        return decode_json(await self.body(), Any if field is None else field.annotation)


def decode_json(body: bytes, kind: Any) -> Any:
    """Read JSON strictly into `kind`; raises BadInput with the path of the field at fault."""
    try:
        json.loads(body, object_pairs_hook=_unique, parse_constant=_no_constant)
        if _NUL.search(body):
            raise BadInput("The text has a NUL character (\\u0000). Remove it.")
        return msgspec.json.decode(body, type=kind)
    except RecursionError:
        raise BadInput("The JSON is nested too deeply. Send the documented structure.") from None
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise BadInput.at(path.rstrip("`") or "$", _readable(message)) from None
    except (ValueError, msgspec.DecodeError) as error:
        raise BadInput(f"The body is not valid JSON: {_first_line(error)}.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise BadInput.at(double[:80], "The name stands twice in one object. Send it once.")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else "unreadable"


def _readable(message: str) -> str:
    if message.startswith("Object missing required field"):
        return message.replace("Object missing required field", "Required field missing:") + "."
    if message.startswith("Object contains unknown field"):
        return (
            message.replace("Object contains unknown field", "Unknown field:")
            + ". Remove it or correct its name."
        )
    return message + "."


def check_address(request: Request[Any, Any, State]) -> None:
    """Refuse addresses with NUL characters before anything reads them."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise BadInput("The address has a NUL character. Remove it.")


def found(item: Item | None) -> Item:
    """Return what was looked up; raises NotFound for None, the same for absent and not yours."""
    if item is None:
        raise NotFound(_DETAILS[404])
    return item


def etag(revision: int) -> str:
    """Return the entity tag of a revision."""
    return f'"{revision}"'


def expected_revision(if_match: str | None) -> int | None:
    """Read If-Match: a revision, or None for `*`; raises MatchNeeded when absent, Changed when not ours."""
    if if_match is None:
        raise MatchNeeded("Send If-Match with the ETag of the record you read.")
    if if_match.strip() == "*":
        return None
    found = re.fullmatch(r'"(\d{1,9})"', if_match.strip())
    if found is None:
        raise Changed("If-Match does not name a known state. Read the record again and send its ETag.")
    return int(found.group(1))


def problem_response(request: Request[Any, Any, State], problem: Problem) -> Response[dict[str, Any]]:
    """Write a problem as application/problem+json."""
    body: dict[str, Any] = {
        "type": f"urn:trialport:problem:{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id(request),
        **problem.extra,
    }
    if problem.errors:
        body["errors"] = [{"path": one.path, "message": one.message} for one in problem.errors]
    return Response(
        body, status_code=problem.status, headers=problem.headers, media_type="application/problem+json"
    )


def request_id(request: Request[Any, Any, State]) -> str:
    """Return this request's id, made when first asked for."""
    state = request.scope["state"]
    if "request_id" not in state:
        state["request_id"] = uuid4().hex
    return str(state["request_id"])


def answer_problem(request: Request[Any, Any, State], problem: Problem) -> Response[dict[str, Any]]:
    """Exception handler for foreseen failures."""
    return problem_response(request, problem)


def answer_http_exception(
    request: Request[Any, Any, State], error: HTTPException
) -> Response[dict[str, Any]]:
    """Exception handler for what the framework refuses."""
    if isinstance(error, ValidationException):
        found = error.extra if isinstance(error.extra, list) else []
        return problem_response(
            request,
            BadInput(
                "Some values do not fit. See `errors`.",
                errors=[FieldError(str(one.get("key", "")), str(one.get("message", ""))) for one in found],
            ),
        )
    problem = _FOR_STATUS.get(error.status_code)
    if problem is not None:
        made = problem(_DETAILS.get(error.status_code, error.detail))
    else:
        made = Problem(error.detail)
        made.status, made.slug, made.title = error.status_code, "http", error.detail  # type: ignore[misc]
    made.headers.update(error.headers or {})
    return problem_response(request, made)


_FOR_STATUS: dict[int, type[Problem]] = {
    400: BadInput,
    401: errors.NotSignedIn,
    403: errors.NotAllowed,
    404: NotFound,
    413: errors.TooLarge,
    415: errors.WrongMediaType,
}
_DETAILS = {
    404: "There is nothing at this address, or it is not yours to see.",
    413: "The body is larger than this address accepts.",
}


def answer_database_error(
    request: Request[Any, Any, State], error: asyncpg.PostgresError
) -> Response[dict[str, Any]]:
    """Exception handler for what the database refuses."""
    problem = errors.from_database(error)
    return answer_unforeseen(request, error) if problem is None else problem_response(request, problem)


def answer_unforeseen(request: Request[Any, Any, State], error: Exception) -> Response[dict[str, Any]]:
    """Exception handler for our own faults: the log gets the place, the caller a number to quote."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
    log.error("request %s failed: %s at %s", request_id(request), type(error).__name__, place)
    return problem_response(
        request,
        Problem(f"The fault is ours. Nothing was stored. Quote {request_id(request)} when you report it."),
    )
