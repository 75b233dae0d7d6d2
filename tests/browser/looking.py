"""What is wrong with a page as a person meets it, found in one visit."""

from playwright.async_api import Page

from tests.browser.axe import violations

NARROW, WIDE = 320, 1280

# Everything but axe that can be asked of the page itself. A link in a sentence may be as low as its line is; every
# other target has 24 pixels.
_FAULTS = """() => {
  const faults = [], root = document.documentElement;
  const say = one => one.outerHTML.slice(0, 140);
  const isSeen = one => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().width > 1;
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (!/^\\S.* \\u2013 Trialport$/.test(document.title)) faults.push("title: " + document.title);
  for (const name of ["header", "main", "footer"])
    if (document.querySelectorAll(`body > ${name}`).length !== 1) faults.push("not one " + name);
  const ids = new Set();
  for (const one of document.querySelectorAll("[id]")) {
    if (ids.has(one.id)) faults.push("id stands twice: " + one.id);
    ids.add(one.id);
  }
  for (const one of document.querySelectorAll("a[href^='#']"))
    if (!ids.has(decodeURIComponent(one.hash.slice(1)))) faults.push("leads nowhere: " + say(one));
  const summary = document.querySelector(".ds-error-summary[autofocus]");
  if (summary && document.activeElement !== summary) faults.push("the error summary has no focus");
  const before = document.activeElement;
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (one.type === "hidden" || one.disabled || !isSeen(one)) continue;
    const box = one.getBoundingClientRect(), isInText = getComputedStyle(one).display === "inline";
    if (!isInText && one.tagName !== "INPUT" && (box.width < 23.9 || box.height < 23.9))
      faults.push(`small target ${box.width}x${box.height}: ${say(one)}`);
    one.focus({preventScroll: true});
    if (document.activeElement !== one) { faults.push("takes no focus: " + say(one)); continue; }
    const style = getComputedStyle(one);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push("focus unseen: " + say(one));
  }
  before?.focus?.({preventScroll: true});
  return faults;
}"""
_WIDER = """() => {
  const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
  if (over <= 0) return [];
  const far = [...document.querySelectorAll("main *, header *, nav *")].filter(one => {
    return one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".tp-scroll, .tp-table"); });
  return [`${over} px wider: ` + far.slice(-2).map(one => one.outerHTML.slice(0, 140)).join(" | ")];
}"""


async def faults_of(page: Page, language: str, *, width: int, has_colours: bool) -> list[str]:
    """Look at the page at hand: by axe at this width, and everything else in a narrow window and with large text."""
    found = []
    if await page.get_attribute("html", "lang") != language:
        found.append("another language")
    found += await violations(page, has_colours=has_colours)
    found += await page.evaluate(_FAULTS)
    if width != NARROW:
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        found += [f"200 %, {width}: {one}" for one in await page.evaluate(_WIDER)]
        await page.set_viewport_size({"width": WIDE // 2, "height": 800})
        found += [f"200 %, {WIDE // 2}: {one}" for one in await page.evaluate(_WIDER)]
        await page.evaluate("document.documentElement.style.fontSize = ''")
        await page.set_viewport_size({"width": NARROW, "height": 800})
    found += [f"narrow: {one}" for one in await page.evaluate(_WIDER)]
    if width != NARROW:
        await page.set_viewport_size({"width": width, "height": 800})
    return found
