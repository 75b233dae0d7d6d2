"""Rules of attachments: names, sizes, and which content is what its name says."""

import re
import unicodedata
import zipfile
import zlib
from typing import BinaryIO

import puremagic

from trialport.core.errors import Contradiction, WrongMediaType
from trialport.inquiries.attachment_models import AttachmentKind

MOST_FILES = 50
# What is looked at to know a type, from the beginning of the file (bytes).
HEAD_BYTES = 8192
_LONGEST_NAME = 120
# A questionnaire is a form; nothing in it is large (bytes). Other kinds go up to the setting.
_KIND_LIMITS: dict[AttachmentKind, int] = {"sponsor_questionnaire": 10_000_000}
# Types that are taken, by the ending of the name.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "txt": "text/plain",
    "csv": "text/csv",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
_TEXTS = ("txt", "csv")
# Documents that are archives of their parts.
PACKAGES = ("docx", "xlsx", "odt")
_TAKEN = ", ".join(sorted(ending.upper() for ending in MEDIA_TYPES if ending != "jpeg"))
# Characters that texts do not have: a file with one of them is no text, whatever its encoding.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|\?php)", re.IGNORECASE)
# Below this confidence the library has seen two or three letters that begin many words too.
_SURE = 0.4
_MOST_ENTRIES = 10_000
_MOST_UNPACKED = 1_000_000_000
_LARGEST_DIRECTORY = 1_000_000
# The main part of an Office document, as its table of contents names it.
_MAIN_PARTS = {
    "docx": b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
_OFFICE_PROGRAMS = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|macrosheets/|.*\.(exe|dll|js|vbs|bat|cmd|scr))", re.IGNORECASE
)
_ODT_PROGRAMS = re.compile(r"^(basic|scripts)/", re.IGNORECASE)


def size_limit(kind: AttachmentKind, attachment_bytes: int) -> int:
    """Return the largest size of a kind (bytes); the setting is the largest of all."""
    return min(_KIND_LIMITS.get(kind, attachment_bytes), attachment_bytes)


def is_held_back(kind: AttachmentKind) -> bool:
    """Tell whether units get a kind only after a yes (the field list, 15)."""
    return kind == "sponsor_questionnaire"


def clean_file_name(given: str) -> str:
    """Return a name that is safe to show and to save under; raises Contradiction when its ending is not taken.

    Folders, control characters, and characters that turn the direction of writing fall away.
    """
    text = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    text = "".join(" " if char in '<>:"|?*' else char for char in text if unicodedata.category(char)[0] != "C")
    stem, _, ending = " ".join(text.split()).rpartition(".")
    stem, ending = stem.strip(" ."), ending.strip().lower()
    if ending not in MEDIA_TYPES:
        raise Contradiction.at("file_name", f"Files of this kind are not taken. Send one of: {_TAKEN}.")
    return f"{stem[:_LONGEST_NAME].strip() or 'file'}.{ending}"


def ending_of(file_name: str) -> str:
    """Return the ending of a cleaned name."""
    return file_name.rpartition(".")[2]


def holds_no_text(chunk: bytes) -> bool:
    """Tell whether a piece of a file has characters that no text has."""
    return _NO_TEXT.search(chunk) is not None


def check_head(ending: str, head: bytes, *, is_text: bool) -> None:
    """Raise WrongMediaType unless the beginning of a file is what its name says."""
    seen = {match.extension.lstrip(".") for match in _recognised(head)}
    if ending in _TEXTS:
        fits = is_text and not seen and not _MARKUP.search(head)
    else:
        fits = ending in seen or (ending == "jpg" and "jpeg" in seen)
    if not fits:
        raise WrongMediaType(
            f"The content is not what the name's ending says ({ending}). Send the file as it was made."
        )


def check_package(ending: str, file: BinaryIO) -> None:
    """Look into a document that is an archive: raises WrongMediaType unless it is what its name says, and inert.

    Nothing but its table of contents is unpacked.
    """
    try:
        with zipfile.ZipFile(file) as package:
            entries = package.infolist()
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
                raise WrongMediaType("The document is larger inside than any document. Save it anew and send that.")
            _check_inside(ending, package, [entry.filename for entry in entries])
    except (zipfile.BadZipFile, KeyError, RuntimeError, EOFError, zlib.error):
        raise WrongMediaType("The document cannot be opened. Save it anew and send that.") from None


def _check_inside(ending: str, package: zipfile.ZipFile, names: list[str]) -> None:
    if ending == "odt":
        is_kind = _contents(package, "mimetype").strip() == MEDIA_TYPES["odt"].encode()
        programs = _ODT_PROGRAMS
    else:
        contents = _contents(package, "[Content_Types].xml")
        is_kind = _MAIN_PARTS[ending] in contents and b"macroEnabled" not in contents
        programs = _OFFICE_PROGRAMS
    if not is_kind:
        raise WrongMediaType(f"The document is not what the name's ending says ({ending}). Send it as it was made.")
    if any(programs.search(name) for name in names):
        raise WrongMediaType("The document contains macros or programs. Save it without them and send that.")


def _contents(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > _LARGEST_DIRECTORY:
        raise zipfile.BadZipFile(name)
    return package.read(name)


def _recognised(head: bytes) -> list[puremagic.main.PureMagicWithConfidence]:
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return []
    # Types that we take are told by full signatures, which the library sometimes trusts less.
    return [one for one in found if one.confidence >= _SURE or one.extension.lstrip(".") in ("jpg", "jpeg")]
