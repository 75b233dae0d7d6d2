"""Every page that is read in a browser, with who sees it and the states it can be in."""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from playwright.async_api import Page

from trialport.inquiries.draft_fields import STEPS

Act = Callable[[Page], Awaitable[None]]


class Shown(Struct, frozen=True, kw_only=True):
    """A page in one state: its address (names of `World.ids` in braces), who opens it, and what is done there first."""

    path: str
    who: str | None = None
    status: int = 200
    act: Act | None = None


def press(selector: str, **typed: str) -> Act:
    """Fill fields by their names, a double underscore for a dot, and press a button."""

    async def run(page: Page) -> None:
        for name, text in typed.items():
            await page.fill(f"main [name='{name.replace('__', '.')}']", text)
        await page.locator(selector).first.press("Enter")

    return run


async def unfold(page: Page) -> None:
    """Open everything that is folded."""
    await page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")


def answering(answer: str) -> Act:
    """Choose one of the five answers, which shows its questions."""

    async def run(page: Page) -> None:
        await page.locator(f"#answer-{answer}").press("Space")

    return run


# With a condition, one that is excluded, and two that are only measured.
SYNOPSIS = (
    "Adults with atrial fibrillation take a new anticoagulant or warfarin for two years. People with cirrhosis are "
    "excluded. Time to first stroke is the primary endpoint; pneumonia is recorded at every visit."
)


async def read_synopsis(page: Page) -> None:
    """Write an indication, have it read, and wait for what it was read as."""
    await press("button[formaction$='/reading']", condition__indication=SYNOPSIS)(page)
    await page.wait_for_selector("#reading .tp-chips")
    await page.wait_for_selector("#loading:not(.htmx-request)", state="attached")


MAIN_BUTTON = "main form button"
ANSWER_BUTTON = "main form.tp-answer button"

PAGES: dict[str, Shown] = {
    # Open to everybody.
    "home": Shown(path="/"),
    "accessibility": Shown(path="/accessibility"),
    "privacy": Shown(path="/privacy"),
    "regions": Shown(path="/regions"),
    "region": Shown(path="/regions/TST"),
    "region-unknown": Shown(path="/regions/NOPE", status=404),
    "not-found": Shown(path="/there-is-nothing-here", status=404),
    "sign-in": Shown(path="/sign-in"),
    "sign-in-needed": Shown(path="/sign-in?next=%2Fqueue"),
    "sign-in-wrong": Shown(path="/sign-in", act=press(MAIN_BUTTON, email="nobody@example")),
    "sign-in-too-often": Shown(path="/sign-in", act=press(MAIN_BUTTON, email="often@example.org")),
    "sign-in-sent": Shown(path="/sign-in/sent"),
    "link": Shown(path="/sign-in/link/{sign_in_link}"),
    "link-unknown": Shown(path="/sign-in/link/invented", status=410),
    "oidc": Shown(path="/sign-in/oidc", status=404),
    "oidc-back": Shown(path="/sign-in/oidc/callback", status=404),
    # Behind the link of a mail.
    "answer": Shown(path="/answer/{link}"),
    **{
        f"answer-{one}": Shown(path="/answer/{link}", act=answering(one))
        for one in ("yes", "yes_if", "later", "no", "not_me")
    },
    "answer-wrong": Shown(path="/answer/{link}", act=press(ANSWER_BUTTON)),
    "answer-receipt": Shown(path="/answer/{link_answered}"),
    "answer-replied": Shown(path="/answer/{link_replied}"),
    "answer-ended": Shown(path="/answer/{link_ended}"),
    "answer-lapsed": Shown(path="/answer/{link_lapsed}", status=410),
    "answer-unknown": Shown(path="/answer/invented", status=410),
    "sign-off": Shown(path="/sign-off/{link_head}"),
    "sign-off-unknown": Shown(path="/sign-off/invented", status=410),
    "still-right": Shown(path="/still-right/{question}"),
    "still-right-edit": Shown(path="/still-right/{question}/{heart}/respiratory", act=unfold),
    "still-right-unknown": Shown(path="/still-right/invented", status=410),
    # Of every person.
    "notice": Shown(path="/me/notice", who="unread"),
    "me": Shown(path="/me", who="several"),
    "role": Shown(path="/me/role", who="several"),
    "sessions": Shown(path="/me/sessions", who="several"),
    "home-roleless": Shown(path="/", who="roleless"),
    "home-sponsor": Shown(path="/", who="sponsor"),
    "home-office": Shown(path="/", who="office"),
    "home-head": Shown(path="/", who="head"),
    "home-investigator": Shown(path="/", who="investigator"),
    "home-management": Shown(path="/", who="management"),
    "home-admin": Shown(path="/", who="admin"),
    "forbidden": Shown(path="/queue", who="sponsor", status=403),
    "broken": Shown(path="/inquiries/drafts/{broken}/condition", who="rival", status=500),
    # A sponsor's.
    "mine": Shown(path="/inquiries", who="sponsor"),
    "mine-empty": Shown(path="/inquiries", who="new_sponsor"),
    "new": Shown(path="/inquiries/new?region=TST", who="sponsor"),
    **{
        f"draft-{step}": Shown(path="/inquiries/drafts/{draft}/" + step, who="sponsor")
        for step in (*(one.name for one in STEPS), "review")
    },
    "draft-units": Shown(path="/inquiries/drafts/{draft}/numbers?find=", who="sponsor"),
    "draft-files-wrong": Shown(
        path="/inquiries/drafts/{draft}/files", who="sponsor", act=press("button[value=files]:not([form])")
    ),
    "draft-read": Shown(path="/inquiries/drafts/{draft}/condition", who="sponsor", act=read_synopsis),
    "draft-wrong": Shown(path="/inquiries/drafts/{draft}/trial?check=1", who="sponsor"),
    "draft-sent-too-early": Shown(
        path="/inquiries/drafts/{draft}/review", who="sponsor", act=press("form[action$='/send'] button")
    ),
    "draft-discard": Shown(path="/inquiries/drafts/{draft}/discard", who="sponsor"),
    **{
        f"mine-{stage}": Shown(path="/inquiries/{" + stage + "}", who="sponsor")
        for stage in ("new", "asked", "replied", "closed", "declined", "withdrawn", "waiting")
    },
    "mine-receipt": Shown(path="/inquiries/{new}/receipt", who="sponsor"),
    "mine-withdraw": Shown(path="/inquiries/{new}/withdraw", who="sponsor"),
    "mine-not-mine": Shown(path="/inquiries/{new}", who="rival", status=404),
    "mine-reply": Shown(path="/inquiries/{replied}/reply", who="sponsor"),
    "mine-reply-not-yet": Shown(path="/inquiries/{asked}/reply", who="sponsor", status=409),
    "mine-questions": Shown(path="/inquiries/{replied}/questions", who="sponsor"),
    "mine-questions-none": Shown(path="/inquiries/{new}/questions", who="sponsor"),
    "mine-outcome": Shown(path="/inquiries/{replied}/outcome", who="sponsor"),
    "mine-outcome-wrong": Shown(path="/inquiries/{replied}/outcome", who="sponsor", act=press(MAIN_BUTTON)),
    "mine-outcome-told": Shown(path="/inquiries/{closed}/outcome", who="sponsor"),
    # The office's.
    "queue": Shown(path="/queue", who="office", act=unfold),
    "queue-filtered-empty": Shown(path="/queue?overdue=on", who="office"),
    "queue-view-wrong": Shown(path="/queue?mine=on", who="office", act=press("form[action='/queue/views'] button")),
    "queue-replied": Shown(path="/queue?tab=replied", who="office"),
    "queue-over": Shown(path="/queue?tab=over", who="office"),
    "queue-empty": Shown(path="/queue", who="new_office"),
    "queue-replied-empty": Shown(path="/queue?tab=replied", who="new_office"),
    "queue-over-empty": Shown(path="/queue?tab=over", who="new_office"),
    **{
        f"work-{stage}": Shown(path="/inquiries/{" + stage + "}", who="office", act=unfold)
        for stage in ("new", "triaged", "asked", "waiting")
    },
    "work-declined": Shown(path="/inquiries/{declined}", who="office"),
    "work-decline-wrong": Shown(
        path="/inquiries/{new}", who="office", act=press("form[action$='/office/decline'] button")
    ),
    "work-timeline": Shown(path="/inquiries/{asked}/timeline", who="office"),
    "work-candidates": Shown(path="/inquiries/{triaged}/candidates", who="office", act=unfold),
    "work-candidates-asked": Shown(path="/inquiries/{asked}/candidates", who="office"),
    "work-compare": Shown(path="/inquiries/{triaged}/candidates?compare0={lung}&compare1={heart}", who="office"),
    "work-why": Shown(path="/inquiries/{triaged}/candidates/{lung}", who="office"),
    "work-why-foreign": Shown(path="/inquiries/{triaged}/candidates/{foreign}", who="office", status=404),
    "work-answers": Shown(path="/inquiries/{asked}/answers", who="office", act=unfold),
    "work-answers-none": Shown(path="/inquiries/{triaged}/answers", who="office", status=409),
    "work-reply": Shown(path="/inquiries/{asked}/reply/edit", who="office"),
    "work-reply-again": Shown(path="/inquiries/{replied}/reply/edit", who="office"),
    "work-replied": Shown(path="/inquiries/{replied}/reply", who="office"),
    "tasks": Shown(path="/tasks", who="office"),
    "tasks-mine": Shown(path="/tasks?hands=mine", who="office"),
    "tasks-give": Shown(path="/tasks?hands=nobody&give={task}", who="office"),
    "tasks-empty": Shown(path="/tasks", who="new_office"),
    "register": Shown(path="/register", who="office", act=unfold),
    "register-stale-first": Shown(path="/register?sort=stale", who="office"),
    "unit": Shown(path="/register/units/{heart}", who="office", act=unfold),
    "people": Shown(path="/register/people", who="office"),
    "people-empty": Shown(path="/register/people?name=nobody&role=none", who="office"),
    "person": Shown(path="/register/people/{lung_person}", who="office"),
    "person-absence": Shown(path="/register/people/{lung_person}?removed=2031-01-01_2031-01-05", who="office"),
    "person-wrong": Shown(
        path="/register/people/{lung_person}",
        who="office",
        act=press("form[action$='/absences'] .ds-button:not([name])"),
    ),
    "roles": Shown(path="/register/roles", who="office"),
    "roles-ended": Shown(path="/register/roles?ended_role={ended_role}", who="office"),
    "roles-admin": Shown(path="/register/roles", who="admin"),
    "roles-empty": Shown(path="/register/roles?name=nobody", who="office"),
    "roles-wrong": Shown(
        path="/register/roles", who="office", act=press("form[action='/register/roles'].tp-narrow button")
    ),
    "resources": Shown(path="/register/resources", who="office"),
    "resources-empty": Shown(path="/register/resources", who="new_office"),
    "resource": Shown(path="/register/resources/{resource}", who="office"),
    "import": Shown(path="/register/import", who="office"),
    "import-wrong": Shown(path="/register/import", who="office", act=press(MAIN_BUTTON)),
    "import-tried": Shown(path="/register/import/{trial}", who="office"),
    "import-tried-wrong": Shown(path="/register/import/{wrong_trial}", who="importer"),
    "settings": Shown(path="/settings", who="office"),
    "weights": Shown(path="/settings/{ours}/weights", who="office"),
    "weights-wrong": Shown(
        path="/settings/{ours}/weights", who="office", act=press("main form button", weight_indication="heavy")
    ),
    "priorities": Shown(path="/settings/{ours}/priorities", who="office"),
    "calendar": Shown(path="/settings/{ours}/calendar", who="office"),
    "terms": Shown(path="/settings/{ours}/terms", who="office"),
    "texts": Shown(path="/settings/{ours}/texts", who="office", act=unfold),
    "confidentiality": Shown(path="/settings/{ours}/confidentiality", who="office", act=unfold),
    # A unit's.
    "invitations": Shown(path="/invitations", who="investigator"),
    "invitations-empty": Shown(path="/invitations", who="new_head"),
    "invitation": Shown(path="/invitations/{asked_heart}", who="investigator"),
    "invitation-answered": Shown(path="/invitations/{asked_lung}", who="head"),
    "invitation-ended": Shown(path="/invitations/{closed_lung}", who="head"),
    "capacity": Shown(path="/capacity", who="head"),
    "capacity-stale": Shown(path="/capacity", who="investigator"),
    "capacity-edit": Shown(path="/capacity/{lung}/respiratory", who="head", act=unfold),
    "capacity-wrong": Shown(
        path="/capacity/{lung}/respiratory",
        who="head",
        act=press("form.tp-capacity button", participants_per_month="many"),
    ),
    "capacity-add": Shown(path="/capacity/add?unit_id={lung}&therapy_area=cardiovascular", who="head"),
    "profile": Shown(path="/profile", who="head", act=unfold),
    "sign-offs": Shown(path="/sign-offs", who="head"),
    "sign-offs-empty": Shown(path="/sign-offs", who="new_head"),
}
# Addresses that only programs and the browser itself read.
NO_PAGES = ("/static/{file_name:str}",)
