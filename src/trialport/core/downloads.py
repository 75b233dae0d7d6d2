"""Files that are handed out as downloads: saved by a browser, never shown as a page of ours."""

from typing import Annotated
from urllib.parse import quote

from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from trialport.core.language import Language

DISPOSITION = ResponseHeader(
    name="Content-Disposition",
    documentation_only=True,
    required=True,
    description="`attachment` with the file's name: browsers save it, and never show it as a page of ours.",
)

InLanguage = Annotated[
    Language | None,
    QueryParameter(
        name="language",
        description="Language of the document; the one you read best by default.",
        examples=[Example(value="sv")],
    ),
]


def disposition(file_name: str) -> str:
    """Name the file for all browsers (RFC 6266): in ASCII, and in full as RFC 8187 writes it."""
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def download_headers(file_name: str) -> dict[str, str]:
    """Return the headers of a download."""
    return {
        "Content-Disposition": disposition(file_name),
        # If a browser shows it after all, then in a frame without scripts, forms, or an origin of ours.
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }


def pdf_response(content: bytes, file_name: str) -> Response[bytes]:
    """Answer with a PDF to save."""
    return Response(content, media_type="application/pdf", headers=download_headers(file_name))
