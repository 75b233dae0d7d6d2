"""The tokens of a loaded demonstration, to renew those whose secrets are lost."""

from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Role
from trialport.core.db import Connection


class TokenHolder(Struct, frozen=True, kw_only=True):
    """Whom a token stands for."""

    name: str
    role: Role
    region: str | None
    region_id: UUID | None
    sponsor_id: UUID | None
    investigator_id: UUID | None


async def select_token_holders(connection: Connection) -> list[TokenHolder]:
    """Read the holders of valid tokens, those made first at the top."""
    records = await connection.fetch(
        """
        select t.name, t.role, r.code as region, t.region_id, t.sponsor_id, t.investigator_id
        from access_token t
        left join region r using (region_id)
        where t.revoked_at is null
        order by t.token_id
        """
    )
    return msgspec.convert(records, list[TokenHolder])
