"""Reading JSON bodies strictly, and saying everything that is wrong with one in a single answer."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from math import isinf
from typing import Any

import msgspec

from trialport.core.errors import BadInput, FieldError
from trialport.core.wording import all_faults

_MOST_ERRORS = 100
_LONGEST_NAME = 80
_LONGEST_NUMBER = 400
_NUL = re.compile(rb"\\u0000|\x00")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def decode_json(body: bytes, kind: Any) -> Any:
    """Read JSON strictly into `kind`; raises BadInput with the path of every field at fault."""
    if not body.strip():
        raise BadInput("The body is empty. Send a JSON object.")
    try:
        value = json.loads(body.decode(), **_HOOKS)
        _refuse_odd_characters(body, value)
        return msgspec.json.decode(body, type=kind)
    except RecursionError:
        raise BadInput("The JSON is nested too deeply. Send the documented structure.") from None
    except msgspec.ValidationError:
        if faults := list(islice(all_faults(value, kind), _MOST_ERRORS)):
            raise _bad_fields(faults) from None
        return msgspec.convert(value, kind)
    except UnicodeDecodeError as error:
        raise BadInput(f"The body is not UTF-8 text (byte {error.start}). Send UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"The body is not valid JSON: {error.msg} ({where}).") from None
    except (ValueError, msgspec.DecodeError) as error:
        raise BadInput(f"The body is not valid JSON: {_first_line(error)}.") from None


def _bad_fields(errors: list[FieldError]) -> BadInput:
    if len(errors) == 1:
        only = errors[0]
        return BadInput(f"{only.path}: {only.message}", errors=errors) if only.path else BadInput(only.message)
    return BadInput(f"{len(errors)} fields do not fit. See `errors`.", errors=errors)


def _refuse_odd_characters(body: bytes, value: Any) -> None:
    """Refuse characters that no text has and that the database cannot store."""
    if _NUL.search(body):
        _refuse_texts(value, "\0", "The text has a NUL character. Remove it.")
    if _SURROGATE.search(body):
        _refuse_texts(value, "\ud800-\udfff", "The text has half a character (a lone surrogate). Send UTF-8.")


def _refuse_texts(value: Any, characters: str, message: str) -> None:
    found = [FieldError(path, message) for path in _texts_with(value, re.compile(f"[{characters}]"), "")]
    if found:
        raise BadInput(message, errors=found[:_MOST_ERRORS])


def _texts_with(value: Any, odd: re.Pattern[str], path: str) -> Iterator[str]:
    if isinstance(value, str):
        if odd.search(value):
            yield path
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _texts_with(item, odd, f"{path}[{at}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if odd.search(name):
                yield path
            else:
                yield from _texts_with(item, odd, f"{path}.{name[:_LONGEST_NAME]}".lstrip("."))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        printable = double[:_LONGEST_NAME].encode("utf-8", "replace").decode()
        message = f"`{printable}` stands twice in one object. Send it once."
        raise BadInput.at(printable, message)
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    """Read a number with a point or an exponent; 1.0 is the whole number 1, as in JSON Schema."""
    number = float(digits)
    if isinf(number):
        raise BadInput("A number is too large. Send one that fits its field.")
    return int(number) if number.is_integer() else number


def _bounded(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise BadInput("A number has too many digits. Send one that fits its field.")
    return int(digits)


_HOOKS: dict[str, Any] = {
    "object_pairs_hook": _unique,
    "parse_constant": _no_constant,
    "parse_float": _finite,
    "parse_int": _bounded,
}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else "unreadable"
