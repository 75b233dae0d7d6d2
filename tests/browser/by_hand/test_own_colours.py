"""Colours, motion and size as a person has set them: what is drawn is still seen, and nothing moves."""

from typing import Literal

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import script
from tests.browser.by_hand.places import Places
from trialport.core.language import Language

# Page by page: who opens it, and what of it must be drawn.
DRAWN: dict[str, tuple[str | None, str]] = {
    "/regions/TST": (None, ".tp-squares"),
    "/answer/{link_heart}": (None, "input[type='radio']"),
    "/inquiries/new?region=TST": ("sponsor", "nav a[aria-current]"),
    "/queue": ("office", ".tp-tabs a[aria-current]"),
    "/inquiries/{triaged}": ("office", ".ds-card"),
    "/inquiries/{triaged}/candidates": ("office", ".tp-criteria > li"),
    "/inquiries/{asked}/answers": ("office", ".tp-bar-of"),
    "/register": ("office", ".ds-tag"),
    "/register/resources": ("office", "table svg"),
    "/settings/{region}/weights": ("office", "input"),
    "/capacity": ("investigator", "li.ds-card"),
    "/capacity/{heart}/respiratory": ("investigator", "input:checked"),
}
# What would be lost where a person has colours of her own: drawings and lines as good as the ground, a choice that
# looks like no choice, a button without an edge, what has the focus without a ring.
_LOST = """() => {
  const faults = [], say = one => one.outerHTML.slice(0, 120);
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = text => { const [r, g, b] = rgb(text).map(one => { one /= 255;
    return one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const isClear = text => text === "none" || text === "transparent" || rgb(text)[3] === 0;
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((c, d) => d - c);
    return (x + 0.05) / (y + 0.05); };
  const probe = document.createElement("p");
  document.body.append(probe);
  const system = name => { probe.style.backgroundColor = name; probe.style.forcedColorAdjust = "none";
    return getComputedStyle(probe).backgroundColor; };
  const canvas = system("Canvas");
  for (const shape of document.querySelectorAll("svg rect, svg path, svg circle")) {
    const style = getComputedStyle(shape), paints = [style.fill, style.stroke].filter(one => !isClear(one));
    if (shape.getBoundingClientRect().width > 0.5 && !paints.some(one => contrast(one, canvas) >= 3))
      faults.push(`not drawn (${paints} on ${canvas}): ${say(shape.closest("svg"))} ${say(shape)}`);
  }
  const pictured = one => { const style = getComputedStyle(one);
    return [style.backgroundColor, style.borderTopColor, style.backgroundImage].join(); };
  for (const one of document.querySelectorAll("input[type='radio'], input[type='checkbox']")) {
    if (!one.checkVisibility()) continue;
    const was = one.checked;
    one.checked = true; const on = pictured(one); one.checked = false; const off = pictured(one);
    one.checked = was;
    if (on === off) faults.push("chosen looks like not chosen: " + say(one));
    break;
  }
  for (const one of document.querySelectorAll(".ds-button, .ds-input, .ds-card, .ds-tag")) {
    if (!one.checkVisibility() || one.matches("[type='file']")) continue;
    const style = getComputedStyle(one);
    if (style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1 || isClear(style.borderTopColor)
        || contrast(style.borderTopColor, canvas) < 3) faults.push("no edge: " + say(one));
  }
  for (const one of document.querySelectorAll("nav a[aria-current]")) {
    const style = getComputedStyle(one);
    if (!style.textDecorationLine.includes("underline")) faults.push("where one is is not seen: " + say(one));
    const other = one.closest("ul").querySelector("a:not([aria-current])");
    const decoration = it => [it.textDecorationLine, it.textDecorationThickness, it.fontWeight].join();
    if (other && decoration(getComputedStyle(other)) === decoration(style)) faults.push("as any other: " + say(one));
  }
  for (const one of document.querySelectorAll(".ds-alert, .ds-validation-message, .ds-details > summary")) {
    const mark = getComputedStyle(one, "::before");
    if (mark.content !== "none" && one.checkVisibility() && contrast(mark.backgroundColor, canvas) < 3)
      faults.push("its sign is not drawn: " + say(one));
  }
  for (const one of document.querySelectorAll("[aria-pressed]")) {
    const style = () => { const now = getComputedStyle(one);
      return [getComputedStyle(one, "::before").content, now.backgroundColor, now.color, now.borderTopWidth,
        now.borderTopStyle, now.textDecorationLine, now.fontWeight].join(); };
    const on = style(); one.ariaPressed = one.ariaPressed === "true" ? "false" : "true";
    const off = style(); one.ariaPressed = one.ariaPressed === "true" ? "false" : "true";
    if (on === off && one.checkVisibility()) faults.push("pressed looks like not pressed: " + say(one));
  }
  // One of each kind: a page has hundreds that look alike.
  const kinds = new Set();
  const stops = "a[href], button, input:not([type='hidden']), select, textarea, summary";
  for (const one of document.querySelectorAll(stops)) {
    const kind = [one.localName, one.className, one.type, one.dataset.variant, one.closest("nav")?.className].join();
    if (kinds.has(kind) || !one.checkVisibility()) continue;
    kinds.add(kind);
    one.focus({preventScroll: true});
    const style = getComputedStyle(one);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2 || contrast(style.outlineColor, canvas) < 3)
      faults.push(`focus not seen (${style.outlineColor}): ${say(one)}`);
  }
  probe.remove();
  return [...new Set(faults)].slice(0, 12);
}"""
_MOVES = """() => {
  const faults = [], kinds = new Set();
  for (const one of document.querySelectorAll("*")) {
    const kind = [one.localName, one.className].join();
    if (kinds.has(kind)) continue;
    kinds.add(kind);
    for (const part of [null, "::before", "::after", ...(one.localName === "details" ? ["::details-content"] : [])]) {
      const style = getComputedStyle(one, part);
      if (style.animationName !== "none" || style.scrollBehavior === "smooth"
          || style.transitionDuration.split(",").some(time => parseFloat(time) > 0))
        faults.push(`${part || ""} moves: ${one.outerHTML.slice(0, 120)}`);
    }
  }
  return faults.slice(0, 8);
}"""
_WIDER = """() => { document.documentElement.style.fontSize = "200%";
  const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
  return over <= 0 ? [] : [over, ...[...document.querySelectorAll("main *, header *, nav *")].filter(one =>
    one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".tp-scroll, .tp-table")).slice(-2)
    .map(one => one.outerHTML.slice(0, 140))]; }"""
_MISNAMED = """async () => (await axe.run(document, {runOnly: {type: "rule", values: ["label-content-name-mismatch"]}}))
  .violations.flatMap(one => one.nodes.map(node => "is called otherwise: " + node.html.slice(0, 200)))"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
UNFOLD = "document.querySelectorAll('main details').forEach(one => { one.open = true; })"


async def opened(places: Places, page: Page, language: Language, path: str) -> None:
    """Open a page with everything on it unfolded."""
    who, drawn = DRAWN[path]
    await places.be(page.context, who, language)
    await page.goto(places.path(path))
    await page.evaluate(UNFOLD)
    assert await page.locator(drawn).count(), f"{path} has no {drawn}"


async def test_nothing_is_lost_in_colours_of_ones_own_and_nothing_moves(browser: Browser, places: Places) -> None:
    """In forced colours, light and dark, and without motion; and what a button says is in its name (WCAG 2.5.3)."""
    wrong: dict[str, list[str]] = {}
    async with places.window(browser, forced_colors="active", reduced_motion="reduce") as page:
        await page.add_init_script(script())
        for path in DRAWN:
            await opened(places, page, "en", path)
            faults = await page.evaluate(_MOVES) + await page.evaluate(_MISNAMED)
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme, forced_colors="active", reduced_motion="reduce")
                assert await page.evaluate("matchMedia('(forced-colors: active)').matches")
                faults += [f"{scheme}: {one}" for one in await page.evaluate(_LOST)]
            if faults:
                wrong[path] = faults
        assert wrong == {}
        # What is looked for is found where nobody asked for stillness.
        await page.emulate_media(reduced_motion="no-preference")
        assert await page.evaluate(_MOVES)


@pytest.mark.parametrize("language", ["sv", "da"])
async def test_longer_words_have_room_at_twice_the_size(browser: Browser, places: Places, language: Language) -> None:
    async with places.window(browser, None, language, viewport={"width": 640, "height": 800}) as page:
        wrong = {}
        for path in DRAWN:
            await opened(places, page, language, path)
            if faults := await page.evaluate(_WIDER):
                wrong[path] = faults
        assert wrong == {}
