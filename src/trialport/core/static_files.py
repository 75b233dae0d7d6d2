"""The files that pages link to, as the build hook (hatch_build.py) left them: style, script, icon.

They are held in memory and found by their whole name, so that no address leads to any other file. The names carry
the content's digest, so that a browser may keep a file for ever.
"""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from trialport.core.errors import NotFound

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


class NotBuiltError(Exception):
    """The build hook has not run in this checkout; the message says how to make it run."""


class Manifest(Struct, frozen=True):
    """What the build hook made: the file behind each name."""

    files: dict[str, str]


class StaticFile(Struct, frozen=True):
    """One file as it is sent."""

    body: bytes
    packed: bytes
    media_type: str


@cache
def manifest() -> Manifest:
    """Return which file stands for which name; raises NotBuiltError."""
    try:
        return msgspec.json.decode((FOLDER / "manifest.json").read_bytes(), type=Manifest)
    except OSError as error:
        raise NotBuiltError(
            f"{FOLDER} holds no built files. Run `uv sync --reinstall-package trialport` and look at what npm says."
        ) from error


def static_url(name: str) -> str:
    """Return the address of a file by its plain name, such as `pages.css`; raises KeyError for another."""
    return f"{PREFIX}/{manifest().files[name]}"


@cache
def _load(file_name: str) -> StaticFile:
    body = (FOLDER / file_name).read_bytes()
    media_type = _MEDIA_TYPES[Path(file_name).suffix]
    return StaticFile(body, gzip.compress(body, mtime=0), media_type)


@get(PREFIX + "/{file_name:str}", opt={"open": True}, include_in_schema=False)
async def read_static_file(request: Request[Any, Any, State], file_name: FromPath[str]) -> Response[bytes]:
    """Send a file of the manifest, packed where the browser can unpack it; 304 when it has it already."""
    if file_name not in manifest().files.values():
        raise NotFound("There is no such file. It may have changed: load the page again.")
    file = _load(file_name)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{file_name}{"-gzip" if packed else ""}"'
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in (one.strip() for one in request.headers.get("if-none-match", "").split(",")):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(file.packed if packed else file.body, headers=headers, media_type=file.media_type)
