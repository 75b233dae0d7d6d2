"""Where the pages that are tried by hand stand, and how one of them is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct
from playwright.async_api import Browser, Page

from tests.browser.conftest import hear
from trialport.accounts.browser import SESSION_COOKIE
from trialport.core.language import LANGUAGE_COOKIE, Language


class Places(Struct, frozen=True, kw_only=True):
    """A running deployment: who is signed in, by the secret of a session, and what addresses are made of, by name."""

    site: str
    sessions: dict[str, str]
    ids: dict[str, str]

    def path(self, text: str) -> str:
        """Put the names of what was made into an address."""
        return text.format_map(self.ids)

    @asynccontextmanager
    async def window(
        self, browser: Browser, who: str | None = None, language: Language = "en", **more: Any
    ) -> AsyncIterator[Page]:
        """Open a window in which somebody is signed in; it fails for what the browser complained of."""
        context = await browser.new_context(base_url=self.site, locale=language, **more)
        context.set_default_timeout(10_000)
        await self.be(context, who, language)
        page = await context.new_page()
        faults = hear(page)
        yield page
        await context.close()
        assert faults == []

    async def be(self, context: Any, who: str | None, language: Language) -> None:
        """Become somebody else in a window."""
        cookies: dict[str, str] = {LANGUAGE_COOKIE: language}
        if who:
            cookies[SESSION_COOKIE] = self.sessions[who]
        await context.clear_cookies()
        address = self.site.replace("http:", "https:")
        await context.add_cookies(
            [{"name": name, "value": value, "url": address, "secure": True} for name, value in cookies.items()]
        )
