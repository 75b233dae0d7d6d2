"""What axe finds wrong with a page, by the rules of WCAG 2.2 AA and those of good practice."""

import json
from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.async_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def _run(**rules: bool) -> str:
    # What is in order is neither gathered nor sent: most of a page is.
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "resultTypes": ["violations"],
        "rules": {name.replace("_", "-"): {"enabled": is_on} for name, is_on in rules.items()},
    }
    return f"""async () => (await axe.run(document, {json.dumps(options)})).violations.flatMap(
      one => one.nodes.map(node => `${{one.id}}: ${{node.html.slice(0, 120)}}`))"""


RUN = _run()
# Two thirds of the time go into the colours, which are the same in each language.
RUN_WITHOUT_COLOURS = _run(color_contrast=False)


@cache
def script() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page, *, has_colours: bool = True) -> list[str]:
    """Return the rule and the element of each violation, in a window that may have brought axe itself."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(script())
    found: list[str] = await page.evaluate(RUN if has_colours else RUN_WITHOUT_COLOURS)
    return found
