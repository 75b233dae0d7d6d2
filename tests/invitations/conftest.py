"""An inquiry that the office has taken up, from where invitations begin."""

import pytest

from tests.conftest import Client
from tests.invitations.course import Drain, taken_up


@pytest.fixture
async def inquiry(client: Client, drain: Drain) -> str:
    """The address of an inquiry that has been assessed and taken up."""
    return await taken_up(client, drain)
