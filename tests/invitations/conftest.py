"""An inquiry that the office has taken up, from where invitations begin."""

from collections.abc import Awaitable, Callable

import pytest

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body


@pytest.fixture
async def inquiry(client: Client, drain: Callable[[], Awaitable[int]]) -> str:
    """The address of an inquiry that has been assessed and taken up."""
    made = await client("sponsor").post("/api/v1/inquiries", json=inquiry_body(placement={"regions_wanted": ["TST"]}))
    await drain()
    address = str(made.json()["status_url"])
    taken_up = await client("office").post(address + "/triage")
    assert taken_up.is_success, taken_up.text
    return address
