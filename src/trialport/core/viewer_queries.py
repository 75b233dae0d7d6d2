"""Who looks into the database, in the settings of a transaction that row-level security goes by."""

from collections.abc import Sequence
from typing import Any


async def select_viewer_set(connection: Any, *, role: str, scope: Sequence[str]) -> None:
    """Say for the rest of the transaction who looks; `scope` is region, sponsor, investigator, person and actor."""
    await connection.execute(
        """
        select set_config('trialport.role', $1, true), set_config('trialport.region', $2, true),
               set_config('trialport.sponsor', $3, true), set_config('trialport.investigator', $4, true),
               set_config('trialport.person', $5, true), set_config('trialport.actor', $6, true)
        """,
        role,
        *scope,
    )


async def select_role_replaced(connection: Any, *, role: str) -> str:
    """Set the role that looks and return the one before."""
    before: str = await connection.fetchval(
        """
        select coalesce(current_setting('trialport.role', true), '') as before,
               set_config('trialport.role', $1, true) as after
        """,
        role,
    )
    return before


async def select_unbound_login(connection: Any) -> str | None:
    """Return the login of this connection if row-level security does not bind it."""
    login: str | None = await connection.fetchval(
        """
        select session_user from pg_roles
        where rolname = session_user
          and (rolsuper or rolbypassrls or exists (select from pg_class where relname = 'inquiry' and relowner = oid))
        """
    )
    return login
