"""Every open page, in three languages, as a person meets it: readable by all, usable by keyboard, on any screen."""

import pytest

from tests.browser.conftest import Visitor

LANGUAGES = ("en", "sv", "da")
PAGES = ("/", "/accessibility", "/privacy", "/sign-in", "/there-is-nothing-here")
# What lies outside the window sideways, as a person would have to scroll.
WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where the keyboard is, and whether that shows.
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    name: one === document.body ? "" : one.innerText || one.value || one.name,
    shown: style.outlineStyle !== "none" || one.classList.contains("ds-skip-link"),
    seen: box.width > 1 && box.height > 1,
  };
}"""


@pytest.mark.parametrize("path", PAGES)
async def test_the_keyboard_reaches_everything_and_shows_where_it_is(visitor: Visitor, path: str) -> None:
    visit = await visitor()
    await visit.page.goto(path)
    wanted = await visit.page.locator("a:visible, button:visible, input:visible, select:visible").count()
    reached = []
    for _ in range(wanted + 1):
        await visit.page.keyboard.press("Tab")
        focused = await visit.page.evaluate(FOCUSED)
        if not focused["name"]:
            break
        assert focused["shown"], focused
        assert focused["seen"], focused
        reached.append(focused["name"])
    assert reached[:2] == ["Skip to the content", "Trialport"]
    assert reached[-2:] == ["Accessibility", "Privacy"]
    assert len(reached) == wanted


async def test_the_skip_link_leads_past_the_head(visitor: Visitor) -> None:
    visit = await visitor()
    await visit.page.goto("/privacy")
    await visit.page.keyboard.press("Tab")
    await visit.page.keyboard.press("Enter")
    assert await visit.page.evaluate("document.activeElement.id") == "main"


async def test_a_chosen_language_beats_the_browsers_and_stays(visitor: Visitor) -> None:
    visit = await visitor(language="da")
    await visit.page.goto("/privacy")
    assert await visit.page.get_attribute("html", "lang") == "da"
    await visit.page.get_by_role("button", name="Svenska").click()
    assert visit.page.url.endswith("/privacy")
    assert await visit.page.get_attribute("html", "lang") == "sv"
    await visit.page.goto("/")
    heading = await visit.page.get_by_role("heading", level=1).inner_text()
    assert heading == "Var kan prövningen genomföras?"
    assert visit.faults == []


async def test_nothing_is_loaded_from_elsewhere_and_a_file_only_once(visitor: Visitor, site: str) -> None:
    visit = await visitor()
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    await visit.page.goto("/")
    first = [url for url in asked if "/static/" in url]
    assert all(url.startswith((f"{site}/", "data:")) for url in asked), asked
    assert sorted(url.rpartition(".")[2] for url in first if not url.endswith(".svg")) == ["css", "js"], first
    answered = []
    visit.page.on("response", lambda answer: answered.append((answer.url, answer.status)))
    await visit.page.goto("/privacy")
    assert all(status == 200 for _, status in answered)


async def test_the_browser_refuses_script_and_style_in_the_page(visitor: Visitor) -> None:
    """The policy works: what a template or an attacker writes into the page itself does not run."""
    visit = await visitor()
    await visit.page.goto("/")
    await visit.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.planted = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<p id=styled style='color: rgb(1, 2, 3)'>x</p>");
        }"""
    )
    assert await visit.page.evaluate("window.planted") is None
    assert await visit.page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"
    assert len(visit.faults) == 2


async def test_htmx_runs_without_evaluating_anything(visitor: Visitor) -> None:
    """A part of a page is fetched and put in place, and a failure lands in the messages."""
    visit = await visitor()
    await visit.page.goto("/")
    assert await visit.page.evaluate("htmx.config.allowEval") is False
    await visit.page.evaluate("htmx.ajax('GET', '/there-is-nothing-here', {target: '#main'})")
    note = visit.page.locator("#messages .ds-alert")
    await note.wait_for()
    assert "There is nothing here" in await note.inner_text()
    assert await visit.page.get_by_role("heading", level=1).inner_text() == "Where could this trial be run?"
    (told,) = visit.faults
    assert told.startswith("Response Status Error Code 404 from /there-is-nothing-here")
