"""What axe finds wrong with a page, by the rules of WCAG 2.2 AA and those of good practice."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


async def violations(page: Page) -> list[str]:
    results = await Axe().run(page, options=RULES)
    found: list[dict[str, Any]] = results.response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
