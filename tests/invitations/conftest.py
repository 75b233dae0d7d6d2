"""An inquiry that the office has taken up, from where invitations begin."""

import pytest
from msgspec.structs import replace

from tests.accounts.browsers import SITE
from tests.conftest import Client
from tests.invitations.course import Drain, taken_up
from trialport.core.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def inquiry(client: Client, drain: Drain) -> str:
    """The address of an inquiry that has been assessed and taken up."""
    return await taken_up(client, drain)
