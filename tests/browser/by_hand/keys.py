"""Hands at a keyboard: what has the focus is found by tabbing, and looked at on the way."""

import asyncio
import datetime as dt
import re
from typing import Literal

from playwright.async_api import Page, expect

MOST_STOPS = 90

# What a person with a keyboard would mind about the element that has the focus now.
_SEEN = """() => {
  const one = document.activeElement, say = one.outerHTML.slice(0, 120);
  if (one === document.body || one === document.documentElement) return "the focus is lost";
  const style = getComputedStyle(one), faults = [];
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push("focus unseen");
  const boxes = [...one.getClientRects()].filter(box => box.width > 1 && box.height > 1);
  const inside = boxes.filter(
    box => box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth);
  if (!inside.length) return [...faults, "out of sight"].join() + ": " + say;
  const isOnTop = (x, y) => {
    const top = document.elementFromPoint(x, y);
    if (!top || ["fixed", "sticky"].includes(getComputedStyle(top).position)) return false;
    return one.contains(top) || top.contains(one) || top.closest("label")?.control === one; };
  const seen = inside.some(box => [0.1, 0.5, 0.9].some(part => {
    const y = Math.min(Math.max(box.top + box.height * part, 1), innerHeight - 1);
    return isOnTop(Math.min(Math.max(box.left + Math.min(box.width / 2, 40), 1), innerWidth - 1), y); }));
  if (!seen) faults.push("covered");
  return faults.length ? faults.join() + ": " + say : "";
}"""
Role = Literal["button", "checkbox", "combobox", "link", "radio", "textbox"]


class Hands:
    """Somebody who works with the keys alone; whatever takes the focus must be seen to have it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def look(self) -> None:
        """Fail unless what has the focus shows it, in sight and uncovered."""
        # A place further off is scrolled to first.
        for _ in range(40):
            fault = await self.page.evaluate(_SEEN)
            if not fault:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.page.url}: {fault}")

    async def settled(self, part: str) -> None:
        """Wait until htmx has put a part in place, and see that the focus is still in it."""
        # A function waited for in the page would be evaluated there, which its policy forbids.
        await expect(self.page.locator(".htmx-request, .htmx-settling, .htmx-swapping")).to_have_count(0)
        await self.look()
        assert await self.page.locator(part).locator(":focus").count() == 1, f"the focus left {part}"

    async def to(self, role: Role, name: str, *, back: bool = False) -> None:
        """Tab on, or back, until this has the focus."""
        called = re.compile(f"^{re.escape(name)}( needed)?$")
        wanted = self.page.get_by_role(role, name=called).and_(self.page.locator(":focus"))
        passed = []
        for _ in range(MOST_STOPS):
            await self.press("Shift+Tab" if back else "Tab")
            await self.look()
            if await wanted.count():
                return
            passed.append(await self.page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
        raise AssertionError(f"{self.page.url}: no {role} “{name}” in {MOST_STOPS} stops: {passed[-5:]}")

    async def choose(self, name: str) -> None:
        """Go to the group of a choice, and by the arrows to the choice."""
        wanted = self.page.get_by_role("radio", name=name, exact=True)
        group = await wanted.get_attribute("name")
        for _ in range(MOST_STOPS):
            await self.press("Tab")
            await self.look()
            if await self.page.locator(f"[name='{group}']:focus").count():
                break
        await self.press("Space")
        for _ in range(MOST_STOPS):
            if await wanted.is_checked():
                return await self.look()
            await self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: “{name}” is out of reach")

    async def type(self, label: str, text: str) -> None:
        """Write into the field of this name, in place of what stands in it."""
        await self.to("textbox", label)
        await self.press("Control+a")
        await self.page.keyboard.type(text)

    async def select(self, label: str, option: str) -> None:
        """Go down the options of this name."""
        await self.to("combobox", label)
        for _ in range(MOST_STOPS):
            chosen = "one => one.selectedOptions[0]?.textContent.trim()"
            if await self.page.locator(":focus").evaluate(chosen) == option:
                return
            await self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: no option “{option}”")

    async def day(self, label: str, day: dt.date) -> None:
        """Write a day, its parts in the order in which the browser shows them."""
        field = self.page.get_by_label(re.compile(f"^{re.escape(label)}( needed)?$")).and_(self.page.locator(":focus"))
        for _ in range(MOST_STOPS):
            await self.press("Tab")
            await self.look()
            if await field.count():
                break
        for order in ("%m%d%Y", "%d%m%Y", "%Y%m%d"):
            await self.page.keyboard.type(day.strftime(order))
            if await field.input_value() == day.isoformat():
                return
            # Back to the first part.
            await self.press("Shift+Tab", "Shift+Tab", "Shift+Tab", "Tab")
        raise AssertionError(f"{self.page.url}: “{label}” takes no day")

    async def act(self, role: Role, name: str, *, by: str = "Enter", back: bool = False) -> None:
        """Go to a button or link and press it, which leads to another page."""
        await self.to(role, name, back=back)
        async with self.page.expect_navigation():
            await self.press(by)

    async def unfold(self, text: str) -> None:
        """Go to what is folded away under this text and open it."""
        wanted = self.page.locator("summary:focus", has_text=text)
        for _ in range(MOST_STOPS):
            await self.press("Tab")
            await self.look()
            if await wanted.count():
                await self.press("Enter")
                return await self.page.locator("details[open] > summary:focus").wait_for()
        raise AssertionError(f"{self.page.url}: nothing is folded under “{text}”")
