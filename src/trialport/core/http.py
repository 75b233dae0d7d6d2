"""The strict half of HTTP: addresses, preconditions, and how a failure becomes an answer."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary

import asyncpg
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg, QueryParameter

from trialport.core import errors
from trialport.core.error_pages import error_page, wants_page
from trialport.core.errors import BadInput, Changed, FieldError, MatchNeeded, NotFound, Problem
from trialport.core.json_body import decode_json
from trialport.core.wording import readable

Item = TypeVar("Item")


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


_query_names: WeakKeyDictionary[BaseRouteHandler, frozenset[str]] = WeakKeyDictionary()


async def check_address(request: Request[Any, Any, State]) -> None:
    """Refuse addresses with NUL characters, and query parameters that are unknown or stand twice.

    A filter with a misspelt name would otherwise be dropped in silence, and the list be longer than asked.
    """
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise BadInput("The address has a NUL character. Remove it.")
    if not request.scope["query_string"] or request.route_handler.opt.get("open"):
        return
    # A page may read some of its parameters itself; it names them.
    known = _query_names_of(request.route_handler).union(request.route_handler.opt.get("query", ()))
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise BadInput.at(name[:80], f"There is no such query parameter here. Known: {names}.")
        if name in seen:
            raise BadInput.at(name, "The query parameter stands twice. Send it once.")
        if value == "" and request.route_handler.opt.get("filters"):
            # A form sends each of its fields, the ones left empty too.
            continue
        if value.lower() in ("", "null"):
            raise BadInput.at(name, "The query parameter has no value. Give it one or leave it out.")
        seen.add(name)


def _query_names_of(handler: BaseRouteHandler) -> frozenset[str]:
    if (known := _query_names.get(handler)) is None:
        known = frozenset(
            field.kwarg_definition.name or python_name
            for python_name, field in handler.parsed_fn_signature.parameters.items()
            if isinstance(field.kwarg_definition, QueryParameter)
        )
        _query_names[handler] = known
    return known


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


def problem_response(request: Request[Any, Any, State], problem: Problem) -> Response[Any]:
    """Write a problem as application/problem+json, or as a page for a browser."""
    if wants_page(request):
        return error_page(request, problem)
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
    return Response(body, status_code=problem.status, headers=problem.headers, media_type="application/problem+json")


def request_id(request: Request[Any, Any, State]) -> str:
    """Return this request's id, as the gateway made it, or a new one where there is none."""
    return str(request.scope["state"].setdefault("request_id", uuid4().hex))


def answer_problem(request: Request[Any, Any, State], problem: Problem) -> Response[Any]:
    """Exception handler for foreseen failures."""
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        request.scope["state"]["failed_at"] = f"{_place_of(problem)} ({type(problem).__name__})"
    return problem_response(request, problem)


def answer_http_exception(request: Request[Any, Any, State], error: HTTPException) -> Response[Any]:
    """Exception handler for what the framework refuses."""
    if isinstance(error, ValidationException):
        return problem_response(request, _bad_parameters(request, error))
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_unforeseen(request, error)
    status = error.status_code if error.status_code in _FOR_STATUS else 400
    made = _FOR_STATUS[status](_DETAILS.get(status, error.detail))
    made.headers.update(error.headers or {})
    return problem_response(request, made)


_MISSING = re.compile(r"Missing required \w+ parameter '([^']+)'")


def _bad_parameters(request: Request[Any, Any, State], error: ValidationException) -> BadInput:
    found = [
        _parameter_fault(request, str(one.get("key", "")), str(one.get("message", "")))
        for one in (error.extra if isinstance(error.extra, list) else ())
    ]
    if missing := _MISSING.match(error.detail):
        found.append(FieldError(missing[1], "This parameter is needed. Send it."))
    if len(found) == 1:
        return BadInput(f"{found[0].path}: {found[0].message}", errors=found)
    return BadInput("Some parameters do not fit. See `errors`.", errors=found)


def _parameter_fault(request: Request[Any, Any, State], key: str, message: str) -> FieldError:
    """Name the parameter as the caller sent it, and list the codes where it takes codes."""
    field = request.route_handler.parsed_fn_signature.parameters.get(key)
    if field is None:
        return FieldError(key, readable(message))
    definition = field.kwarg_definition
    name = definition.name if isinstance(definition, ParameterKwarg) and definition.name else key
    return FieldError(name, readable(message, field.annotation))


_FOR_STATUS: dict[int, type[Problem]] = {
    400: BadInput,
    401: errors.NotSignedIn,
    403: errors.NotAllowed,
    404: NotFound,
    405: errors.WrongMethod,
    413: errors.TooLarge,
    415: errors.WrongMediaType,
}
_DETAILS = {
    400: "The request cannot be read. Check address and headers.",
    404: "There is nothing at this address, or it is not yours to see.",
    405: "The address exists, but not with this method. The header Allow lists the methods it has.",
    413: "The body is larger than this address accepts. Send less at a time.",
}


def answer_database_error(request: Request[Any, Any, State], error: asyncpg.PostgresError) -> Response[Any]:
    """Exception handler for what the database refuses."""
    problem = errors.from_database(error)
    if problem is None:
        return answer_unforeseen(request, error)
    return answer_problem(request, problem.with_traceback(error.__traceback__))


def answer_unforeseen(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    """Exception handler for our own faults: the log line gets the place, the caller a number to quote."""
    place = _place_of(error)
    request.scope["state"]["failed_at"] = f"{place} ({type(error).__name__})"
    return problem_response(
        request,
        Problem(f"The fault is ours. Nothing was stored. Quote {request_id(request)} when you report it."),
    )


def _place_of(error: BaseException) -> str:
    """Return file and line where it was raised, by preference the last one of our own code."""
    places = []
    step = error.__traceback__
    while step is not None:
        places.append((Path(step.tb_frame.f_code.co_filename), step.tb_lineno))
        step = step.tb_next
    own = [place for place in places if "trialport" in place[0].parts and "site-packages" not in place[0].parts]
    file, line = (own or places or [(Path("?"), 0)])[-1]
    return f"{'/'.join(file.parts[-3:])}:{line}"
