"""A browser for the door tests: keeps cookies, says where its requests come from, fills in forms of our pages."""

import re
from typing import Any

import asyncpg
import httpx

from trialport.accounts.browser import SESSION_COOKIE
from trialport.core.front_pages import NOTICE_VERSION

SITE = "https://test"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


class Browser:
    """One browser of one person."""

    def __init__(self, app: Any, peer: str = "127.0.0.1") -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 123))
        self.http = httpx.AsyncClient(transport=transport, base_url=SITE, headers={**PAGE, "User-Agent": "Test/1"})

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(path, **options)

    async def token_on(self, path: str) -> str:
        """Open a page and read the token of its forms."""
        answer = await self.get(path)
        found = _TOKEN.search(answer.text)
        assert found, (answer.status_code, answer.text[:500])
        return found[1]

    async def post(self, path: str, form: dict[str, str], *, page: str = "/sign-in", **options: Any) -> httpx.Response:
        """Send a form from a page of ours."""
        token = await self.token_on(page)
        headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        return await self.http.post(path, data={"csrf_token": token, **form}, headers=headers, **options)

    async def ask_for_link(self, email: str, **form: str) -> httpx.Response:
        return await self.post("/sign-in", {"email": email, **form})

    async def open_link(self, link: str) -> httpx.Response:
        """Open a link from a mail and press the button."""
        path = link.removeprefix(SITE)
        return await self.post(path, {}, page=path)

    @property
    def session(self) -> str | None:
        return self.http.cookies.get(SESSION_COOKIE)


async def add_person(
    connection: asyncpg.Connection,
    email: str,
    *grants: dict[str, Any],
    name: str = "Kim Exempel",
    has_seen_notice: bool = True,
    language: str = "en",
) -> Any:
    """Store a person with roles; returns her id."""
    person_id = await connection.fetchval(
        """
        insert into person (email, name, language, notice_version, notice_seen_at, created_at)
        values ($1, $2, $3, $4, now(), now()) returning person_id
        """,
        email,
        name,
        language,
        NOTICE_VERSION if has_seen_notice else None,
    )
    for grant in grants:
        await connection.execute(
            """
            insert into role_grant
                (person_id, role, region_id, sponsor_id, investigator_id, source, granted_at, granted_by)
            values ($1, $2, $3, $4, $5, $6, now(), 'test')
            """,
            person_id,
            grant["role"],
            grant.get("region_id"),
            grant.get("sponsor_id"),
            grant.get("investigator_id"),
            grant.get("source", "command"),
        )
    return person_id


async def actions(connection: asyncpg.Connection, like: str = "session.%") -> list[str]:
    """Return the actions of the audit trail, oldest first."""
    rows = await connection.fetch("select action from audit_event where action like $1 order by audit_event_id", like)
    return [row["action"] for row in rows]
