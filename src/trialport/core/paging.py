"""Cursor pages: a list is read in order of a key, a cursor is the last key seen."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from trialport.core.fields import EXAMPLE_UUID

Item = TypeVar("Item")

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Items a page (count).", examples=[Example(value=50)])]
Cursor = Annotated[
    UUID | None,
    QueryParameter(
        description="`next_cursor` of the page before; leave out for the first page.",
        examples=[Example(value=EXAMPLE_UUID)],
    ),
]
NumberCursor = Annotated[
    int | None,
    QueryParameter(
        ge=1,
        le=2_147_483_647,
        description="`next_cursor` of the page before; leave out for the first page.",
        examples=[Example(value=50)],
    ),
]


def cut_page(items: Sequence[Item], limit: int, key: Callable[[Item], object]) -> tuple[tuple[Item, ...], str | None]:
    """Cut a list read with one item more than asked into a page and the cursor of the next."""
    page = tuple(items[:limit])
    return page, str(key(page[-1])) if len(items) > limit else None
