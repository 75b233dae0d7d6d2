"""The OpenAPI document: Litestar's paths, with component schemas made by msgspec itself.

msgspec decodes every body, so its own schema of a struct says exactly what is accepted (unknown fields
refused, nested limits, allowed keys); Litestar's rendering of the same struct loses some of that.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin
from msgspec import Struct


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
    schemas = document["components"]["schemas"]
    structs = {struct.__name__: struct for struct in _structs(app) if struct.__name__ in schemas}
    (_, components) = msgspec.json.schema_components(
        list(structs.values()), ref_template="#/components/schemas/{name}"
    )
    schemas.update(components)
    return document


def _structs(app: Litestar) -> Sequence[type[Struct]]:
    found: dict[type[Struct], None] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            data = getattr(handler, "parsed_data_field", None)
            for field in (data, handler.parsed_return_field):
                if field is not None:
                    _collect(field.annotation, found)
    return list(found)


def _collect(kind: Any, found: dict[type[Struct], None]) -> None:
    if isinstance(kind, type) and issubclass(kind, Struct):
        found[kind] = None
    for part in getattr(kind, "__args__", ()):
        _collect(part, found)
