"""The office's tasks by keyboard in a real browser."""

import asyncpg

from tests.browser.conftest import Visitor
from tests.browser.test_signed_in_pages import link_for
from tests.cast import Cast


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


async def test_a_task_is_done_and_undone_by_keyboard(visitor: Visitor, database: str, site: str, people: Cast) -> None:
    await _fill(database, people)
    visit = await visitor(language="en", width=1280, java_script_enabled=True)
    page = visit.page
    await page.goto(await link_for(database, site, people, "en"))
    await page.locator("main form button").click()
    await page.locator("main form button").click()
    await page.goto("/me/role")
    await page.locator("main form button").first.click()
    await page.goto("/tasks")
    await page.locator(".tp-tasks form[action$='/done'] button").first.focus()
    await page.keyboard.press("Enter")
    await page.locator(".tp-undo button").press("Enter")
    assert "#task-" in page.url
