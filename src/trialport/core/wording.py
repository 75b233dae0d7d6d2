"""What is wrong with a value, in words a person can act on; values themselves are never repeated."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, UnsetType

from trialport.core.errors import FieldError
from trialport.core.fields import NOT_BLANK

_NAMES = {
    "array": "a list",
    "bool": "true or false",
    "date": "a day as YYYY-MM-DD",
    "datetime": "a time as YYYY-MM-DDThh:mm:ssZ",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "text",
    "uuid": "an identifier (UUID)",
}
_UNITS = {"str": "characters", "array": "items", "object": "entries"}
_LONGEST_NAME = 80


def all_faults(value: Any, kind: Any, path: str = "") -> Iterator[FieldError]:
    """Find everything in `value` that does not fit `kind`, down to the single fields."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        inner = list(_inner_faults(value, _bare(kind), path))
        yield from inner or [FieldError(path, readable(str(error), kind))]


def _inner_faults(value: Any, kind: Any, path: str) -> Iterator[FieldError]:
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        yield from _struct_faults(value, kind, path)
    elif origin in (tuple, list) and isinstance(value, list):
        for at, item in enumerate(value):
            yield from all_faults(item, get_args(kind)[0], f"{path}[{at}]")
    elif origin is dict and isinstance(value, dict):
        name_kind, item_kind = get_args(kind)
        for name, item in value.items():
            yield from all_faults(name, name_kind, _join(path, name))
            yield from all_faults(item, item_kind, _join(path, name))


def _struct_faults(value: dict[str, Any], kind: type[Struct], path: str) -> Iterator[FieldError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        if name in value:
            yield from all_faults(value[name], field.type, _join(path, name))
        elif field.required:
            yield FieldError(_join(path, name), "This field is required.")
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value.keys() - fields.keys():
            near = get_close_matches(name[:_LONGEST_NAME], fields, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else "Remove it."
            yield FieldError(_join(path, name), f"There is no such field. {hint}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name[:_LONGEST_NAME]}" if path else name[:_LONGEST_NAME]


def _bare(kind: Any) -> Any:
    """Return the type behind annotations and behind "or null", "or left out"."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        real = [one for one in get_args(kind) if one not in (type(None), UnsetType)]
        return _bare(real[0]) if len(real) == 1 else kind
    return kind


def readable(message: str, kind: Any = None) -> str:
    """Turn msgspec's message about one value into a sentence that says what to send."""
    message = message.partition(" - at `")[0]
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(message):
            return sentence(found.groupdict(), kind)
    return f"{message.rstrip('.')}."


def _wrong_type(found: Mapping[str, str], _: Any) -> str:
    wanted = [_NAMES.get(name, name) for name in found["wanted"].split(" | ") if name != "null"]
    if found["got"] == "float" and "int" in found["wanted"]:
        return "Send a whole number, without decimals."
    got = _NAMES.get(found["got"], found["got"])
    return f"Send {' or '.join(wanted)}, not {got.partition(' as ')[0]}."


def _wrong_length(found: Mapping[str, str], _: Any) -> str:
    unit = _UNITS.get(found["what"], "items")
    unit = unit if found["number"] != "1" else {"entries": "entry"}.get(unit, unit.rstrip("s"))
    word = "at least" if found["sign"] == ">=" else "at most"
    return f"Send {word} {found['number']} {unit}."


def _wrong_size(found: Mapping[str, str], _: Any) -> str:
    number = found["number"].removesuffix(".0")
    words = {">=": f"{number} or more", "<=": f"{number} or less", ">": f"more than {number}"}
    return f"Send {words.get(found['sign'], f'less than {number}')}."


def _wrong_form(found: Mapping[str, str], kind: Any) -> str:
    pattern = found["pattern"].replace("\\\\", "\\")
    if pattern == NOT_BLANK:
        return "Send more than blanks."
    example = next((one for one in _examples(kind) if isinstance(one, str)), None)
    return f"Write it like `{example}`." if example else f"It must have the form `{pattern}`."


def _unknown_code(_: Mapping[str, str], kind: Any) -> str:
    codes = _codes(kind)
    return f"Unknown code. Send one of: {', '.join(codes)}." if codes else "Unknown code."


def _codes(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(code) for code in get_args(kind)]
    if get_origin(kind) is Annotated:
        return _codes(get_args(kind)[0])
    return [code for one in get_args(kind) for code in _codes(one)]


def _examples(kind: Any) -> list[Any]:
    """Return the examples of a type, or of what stands in it beside null."""
    if get_origin(kind) not in (Annotated, Union, UnionType):
        return []
    parts = get_args(kind)
    found = [one for part in parts if isinstance(part, Meta) for one in part.examples or ()]
    return found or [one for part in parts if not isinstance(part, Meta) for one in _examples(part)]


_Sentence = Callable[[Mapping[str, str], Any], str]
_SENTENCES: tuple[tuple[re.Pattern[str], _Sentence], ...] = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`", _wrong_type),
        (
            r"Expected `(?P<what>[^`]+)` of length (?P<sign><=|>=) (?P<number>\d+)",
            _wrong_length,
        ),
        (r"Expected `[^`]+` (?P<sign><=|>=|<|>) (?P<number>\S+)", _wrong_size),
        (r"Expected `[^`]+` matching regex '(?P<pattern>.*)'", _wrong_form),
        (r"Invalid enum value .*", _unknown_code),
        (r"Invalid RFC3339 encoded date", lambda _f, _k: "Send a day that exists, as YYYY-MM-DD."),
        (r"Invalid RFC3339 encoded datetime", lambda _f, _k: "Send a time as YYYY-MM-DDThh:mm:ssZ."),
        (r"Invalid UUID", lambda _f, _k: "Send an identifier (UUID), as you received it."),
        (r"(Integer value|Number) out of range", lambda _f, _k: "The number is too large."),
    )
)
