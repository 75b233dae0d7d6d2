"""What a person could type wrongly into the fields of a form, by their kind."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

NOBODY = "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"


class Kind(Struct, frozen=True):
    """What can be wrong with a field, None where it is left out.

    `is_typed` where a person types it herself and must not lose it; `is_forged` where no page of ours can send it, so
    that an error page will do.
    """

    wrong: tuple[str | None, ...]
    is_typed: bool = True
    is_forged: bool = False


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def text(longest: int) -> Kind:
    return Kind(("x" * (longest + 1), "a\0b"))


def needed(longest: int) -> Kind:
    return Kind((*text(longest).wrong, ""))


DAY = Kind(("2026-02-30", "0000-00-00", "10000-01-01", "soon", "2026-12-01T00:00:00Z"))
NEEDED_DAY = Kind((*DAY.wrong, ""))
WHOLE = Kind(("-1", "1.5", "many", "9" * 30, "9" * 5000, "²"))
NUMBER = Kind(("-1", "many", "1e999", "nan", "9" * 5000))
CODE = Kind(("nonsense", '<b>"x"</b>', "a\0b"), is_typed=False)
NEEDED_CODE = Kind((*CODE.wrong, ""), is_typed=False)
FORGED = Kind(("nonsense", ""), is_typed=False, is_forged=True)
ID = Kind(("nonsense", NOBODY, "a\0b"), is_typed=False)


class Form(Struct, frozen=True, kw_only=True):
    """A form of a page: who sends it where, what is right, and what each field may hold.

    `ids` names for each parameter of its route the object of the test's world; the world's names stand in braces in
    `page`, where the form is shown, and in `right`. To the `stranger` there is no such object. `seen` is the field
    that says which state the form was made from.
    """

    who: str
    page: str
    ids: Mapping[str, str] = {}
    right: Mapping[str, str] = {}
    fields: Mapping[str, Kind] = {}
    stranger: str = ""
    seen: str = ""
    ok: int = 303
    # Tables that keep what is wrong too: a draft is no inquiry yet.
    keeps: tuple[str, ...] = ()
    # Whether the page's own fields go along: all are needed at once.
    is_whole: bool = False
    # How somebody is answered who asks about nothing.
    nothing: tuple[int, ...] = (400, 403, 404)
    # What is right stays out where it would end what other forms need.
    is_tried: bool = True
    # A body that is too large for any form is only too large here where it says so.
    largest: int = 7_000_000


def office(of: str, page: str, right: Mapping[str, str], fields: Mapping[str, Kind], **more: Any) -> Form:
    """Return a form of the workspace of an inquiry."""
    ids = {"inquiry_id": of, **more.pop("ids", {})}
    where = "/inquiries/{" + of + "}" + page
    return Form(who="office", page=where, ids=ids, right=right, fields=fields, stranger="other_office", **more)
