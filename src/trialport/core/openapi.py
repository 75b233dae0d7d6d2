"""The OpenAPI document: Litestar's paths, with component schemas made by msgspec itself.

msgspec decodes every body, so its own schema of a struct says exactly what is accepted (unknown fields
refused, nested limits, allowed keys); Litestar's rendering of the same struct loses some of that. What every
route has in common (who may call it, which failures it can answer) is added here, so that no route can forget.
"""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from msgspec import Struct

from trialport.core.errors import ProblemBody, problems_with

_REFERENCE = "#/components/schemas/{name}"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(name="Problem")}}}
_REQUEST_ID = {
    "description": "Number of this request, to quote when you report a fault.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": ["5f0c6f7f0f7e4f6e9a2d3a0b1c2d3e4f"]},
}
_ALWAYS = {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}}
_NEEDS_MATCH = 428
_ERROR_HEADERS: dict[int, dict[str, Any]] = {
    401: {
        "WWW-Authenticate": {
            "description": "How to sign in.",
            "required": True,
            "schema": {"type": "string", "examples": ['Bearer realm="trialport"']},
        }
    },
    405: {
        "Allow": {
            "description": "The methods of this address.",
            "required": True,
            "schema": {"type": "string", "examples": ["GET, OPTIONS"]},
        }
    },
    429: {
        "Retry-After": {
            "description": "When to try again (seconds).",
            "required": True,
            "schema": {"type": "string", "pattern": r"^\d+$", "examples": ["20"]},
        }
    },
    503: {
        "Retry-After": {
            "description": "When to try again (seconds).",
            "required": True,
            "schema": {"type": "string", "pattern": r"^\d+$", "examples": ["2"]},
        }
    },
}


class DocumentPlugin(JsonRenderPlugin):
    """Serves the document, corrected once per process."""

    _rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._rendered is None:
            self._rendered = msgspec.json.encode(build_document(request.app, openapi_schema))
        return self._rendered


def build_document(app: Litestar, openapi_schema: dict[str, Any]) -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of the application as JSON-ready values."""
    document: dict[str, Any] = msgspec.to_builtins(openapi_schema)
    document["components"]["schemas"] = _components(app, document["components"]["schemas"])
    document["components"]["headers"] = {"X-Request-ID": _REQUEST_ID}
    errors: dict[str, Any] = {}
    document["components"]["responses"] = errors
    everyone = frozenset[str]().union(*(_roles(handler) for _, _, handler in _operations(app)))
    for path, method, handler in _operations(app):
        operation = document["paths"][path][method]
        _describe(operation, handler)
        for status in _errors_of(handler, operation, everyone):
            name = HTTPStatus(status).name.title().replace("_", "")
            errors.setdefault(name, _error_answer(status))
            operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{name}"})
        operation["responses"] = dict(sorted(operation["responses"].items()))
    return document


def _components(app: Litestar, rendered: Mapping[str, Any]) -> dict[str, Any]:
    structs = [struct for struct in _structs(app) if struct.__name__ in rendered]
    (_, components) = msgspec.json.schema_components([*structs, ProblemBody], ref_template=_REFERENCE)
    components["Problem"] = components.pop(ProblemBody.__name__)
    for struct in {one for top in structs for one in _nested(top)}:
        _name_keys(components[struct.__name__], struct)
    return dict(sorted({**rendered, **components}.items()))


def _nested(kind: Any) -> Iterator[type[Struct]]:
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from _nested(field.type)
    for part in get_args(kind):
        yield from _nested(part)


def _name_keys(schema: dict[str, Any], struct: type[Struct]) -> None:
    """Say which names an object with coded names may have, which msgspec checks but does not tell."""
    for field in msgspec.structs.fields(struct):
        for kind in (field.type, *get_args(field.type)):
            if get_origin(kind) is Annotated:
                kind = get_args(kind)[0]  # noqa: PLW2901 - the type behind its description
            if get_origin(kind) is dict and get_origin(get_args(kind)[0]) is Literal:
                names = list(get_args(get_args(kind)[0]))
                schema["properties"][field.encode_name]["propertyNames"] = {"enum": names}


def _operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.resolve_include_in_schema():
                for method in sorted(handler.http_methods - {"OPTIONS"}):
                    yield route.path_format, method.lower(), handler


def _describe(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    operation["operationId"] = handler.handler_name
    operation.pop("deprecated", None)
    for parameter in operation.get("parameters", ()):
        _simplify(parameter)
        if parameter["name"] == "If-Match" and _NEEDS_MATCH in handler.opt.get("errors", ()):
            parameter["required"] = handler.http_methods == {"PATCH"}
    if media_type := handler.opt.get("body"):
        operation["requestBody"] = {
            "required": True,
            "content": {media_type: {"schema": {"type": "string"}, **_example(handler)}},
        }
    responses = operation["responses"] = {
        status: one for status, one in operation["responses"].items() if status != "400"
    }
    for status, answer in responses.items():
        _describe_answer(answer, responses, status)
        answer.setdefault("headers", {}).update(_ALWAYS)
    if handler.opt.get("open"):
        operation["security"] = []
    else:
        allowed = ", ".join(sorted(_roles(handler)))
        operation["description"] = f"{operation.get('description', '')}\n\nRoles: {allowed}.".strip()


def _roles(handler: HTTPRouteHandler) -> frozenset[str]:
    return frozenset(handler.opt.get("roles", ()))


def _example(handler: HTTPRouteHandler) -> dict[str, Any]:
    return {"example": handler.opt["body_example"]} if "body_example" in handler.opt else {}


def _simplify(parameter: dict[str, Any]) -> None:
    """Say of a parameter what is true on the wire: it is left out, or it has a value; it is never null."""
    for name in ("deprecated", "allowEmptyValue", "allowReserved"):
        parameter.pop(name, None)
    schema = parameter["schema"]
    kinds = [kind for kind in schema.pop("oneOf", ()) if kind != {"type": "null"}]
    for kind in kinds:
        schema.update(kind)
    if isinstance(schema.get("type"), list):
        (schema["type"],) = (kind for kind in schema["type"] if kind != "null")
    if "enum" in schema:
        schema["enum"] = [code for code in schema["enum"] if code is not None]
    for limit in ("minimum", "maximum"):
        if limit in schema and schema.get("type") == "integer":
            schema[limit] = int(schema[limit])
    schema.pop("description", None)
    examples = schema.pop("examples", None)
    given = [one["value"] for one in parameter.pop("examples", {}).values()]
    if given or examples:
        parameter["example"] = (given or examples)[0]


def _describe_answer(answer: dict[str, Any], responses: dict[str, Any], status: str) -> None:
    if answer.get("description", "").startswith(_DEFAULT_TEXTS):
        answer["description"] = _MEANINGS.get(int(status), "Done.")
    for content in answer.get("content", {}).values():
        # A struct that shows less also fits one that shows more, so "exactly one of" would be false.
        if "oneOf" in content.get("schema", {}):
            content["schema"]["anyOf"] = content["schema"].pop("oneOf")
    if status == "201" and "200" in responses:
        answer["headers"] = dict(responses["200"].get("headers", {}))
    for header in answer.get("headers", {}).values():
        header.pop("deprecated", None)
        header.setdefault("schema", {"type": "string"})


_DEFAULT_TEXTS = ("Request fulfilled", "Document created", "Request accepted", "Additional response")
_MEANINGS = {200: "The answer.", 201: "The record was created.", 202: "Accepted; the work follows at once."}


def _errors_of(handler: HTTPRouteHandler, operation: Mapping[str, Any], everyone: frozenset[str]) -> Iterator[int]:
    """Name the failures a route can answer: those of all routes, of its inputs, and those it declares."""
    yield 405
    if handler.opt.get("open"):
        return
    yield from (400, 401, 503)
    if _roles(handler) != everyone:
        yield 403
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    if "path" in places:
        yield 404
    if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
        yield 412
    if "requestBody" in operation:
        yield from (413, 415, 422)
    yield from handler.opt.get("errors", ())


def _error_answer(status: int) -> dict[str, Any]:
    kinds = sorted({problem.slug for problem in problems_with(status)})
    types = " or ".join(f"`urn:trialport:problem:{kind}`" for kind in kinds)
    answer: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {types}.",
        "content": _PROBLEM,
    }
    answer["headers"] = {**_ERROR_HEADERS.get(status, {}), **_ALWAYS}
    return answer


def _structs(app: Litestar) -> Sequence[type[Struct]]:
    found: dict[type[Struct], None] = {}
    for _, _, handler in _operations(app):
        for field in (handler.parsed_data_field, handler.parsed_return_field):
            if field is not None:
                _collect(field.annotation, found)
    return list(found)


def _collect(kind: Any, found: dict[type[Struct], None]) -> None:
    if isinstance(kind, type) and issubclass(kind, Struct):
        found[kind] = None
    for part in getattr(kind, "__args__", ()):
        _collect(part, found)
