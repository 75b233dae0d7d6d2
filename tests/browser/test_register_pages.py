"""The office's tasks, register and settings in a real browser: three languages, a narrow and a wide window, by axe."""

import os
from pathlib import Path

import asyncpg
import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Visitor
from tests.browser.test_signed_in_pages import LANGUAGES, WIDER_THAN_WINDOW, link_for
from tests.cast import Cast
from trialport.core.language import Language


async def _fill(database: str, people: Cast) -> None:
    """Make a capacity stale, somebody away, and tasks of two kinds."""
    connection = await asyncpg.connect(database)
    await connection.execute(
        "update capacity set valid_until = now()::date - 1 where unit_id = $1", people.units["heart"]
    )
    await connection.execute(
        """insert into investigator_absence values ($1, now()::date - 1, now()::date + 5) on conflict do nothing""",
        people.investigators["lung"],
    )
    await connection.execute(
        """insert into office_task (region_id, kind, object_type, object_id, message, dedupe_key, created_at)
           select $1, kind, 'invitation', uuidv7(), 'See the log.', kind, now()
           from unnest(array['silent_unit', 'dead_job']) as kind
           on conflict (dedupe_key) do update set done_at = null""",
        people.regions["ours"],
    )
    await connection.close()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_well(visitor: Visitor, database: str, site: str, people: Cast, language: Language) -> None:
    await _fill(database, people)
    visit = await visitor(language=language, width=1280, java_script_enabled=True)
    page = visit.page
    await page.goto(await link_for(database, site, people, language))
    await page.locator("main form button").click()
    await page.locator("main form button").click()
    await page.goto("/me/role")
    await page.locator("main form button").first.click()
    ours = people.regions["ours"]
    pages = {
        "tasks": "/tasks",
        "register": "/register",
        "unit": f"/register/units/{people.units['lung']}",
        "people": "/register/people",
        "resources": "/register/resources",
        "settings": "/settings",
        "weights": f"/settings/{ours}/weights",
        "priorities": f"/settings/{ours}/priorities",
        "calendar": f"/settings/{ours}/calendar",
    }
    for width in (1280, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        for name, path in pages.items():
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            if folder := os.environ.get("TRIALPORT_SCREENSHOTS"):
                await page.screenshot(path=Path(folder) / f"{name}-{width}-{language}.png", full_page=True)
            assert await page.get_attribute("html", "lang") == language
            assert await page.evaluate(WIDER_THAN_WINDOW) == 0, path
            assert visit.faults == [], path
            assert await violations(page) == [], path

    await page.goto("/tasks")
    await page.locator(".tp-tasks form button").first.focus()
    await page.keyboard.press("Enter")
    await page.locator(".tp-undo button").press("Enter")
    assert "#task-" in page.url
