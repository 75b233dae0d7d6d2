"""The forms of all pages, each with what a person could type wrongly into its fields: the table of a test."""

from tests.browser.wrong_input_later import LATER_FORMS
from tests.browser.wrong_input_people import PEOPLE_FORMS
from tests.browser.wrong_kinds import (
    DAY,
    FORGED,
    ID,
    NEEDED_CODE,
    NEEDED_DAY,
    NUMBER,
    WHOLE,
    Form,
    Kind,
    day,
    needed,
    office,
    text,
)

_INVITATION = "/inquiries/{inquiry_id}/office/invitations/{invitation_id}"

# The forms by route, in an order in which none takes the ground from under the next.
FORMS: dict[str, Form] = {
    # First, while every task is still open.
    **PEOPLE_FORMS,
    "/language": Form(
        who="passer", page="/sign-in", right={"language": "sv", "return_to": "/"}, fields={"language": NEEDED_CODE}
    ),
    "/sign-in": Form(
        who="passer",
        page="/sign-in",
        right={"email": "somebody@example.org", "next": "/"},
        fields={"email": Kind(("", "nobody", "a@b@c", "x" * 300 + "@example.org", "a\0b@example.org"))},
    ),
    "/sign-in/link/{secret}": Form(
        who="passer", page="/sign-in", ids={"secret": "nothing"}, is_tried=False, keeps=("audit_event",)
    ),
    "/me/notice": Form(who="office", page="/me/notice", right={"next": "/"}),
    "/me/language": Form(who="office", page="/me", right={"language": "sv"}, fields={"language": NEEDED_CODE}),
    # The sponsor's.
    "/inquiries/new": Form(who="sponsor", page="/inquiries/new", right={"region": "TST"}),
    "/inquiries/drafts/{draft_id}/reading": Form(
        who="sponsor",
        page="/inquiries/drafts/{draft}/condition",
        ids={"draft_id": "draft"},
        right={"condition.indication": "KOL"},
        stranger="rival",
        ok=200,
    ),
    "/inquiries/drafts/{draft_id}/{step_name}": Form(
        who="sponsor",
        page="/inquiries/drafts/{draft}/numbers",
        ids={"draft_id": "draft", "step_name": "step"},
        right={
            "numbers.participants_wanted": "24",
            "numbers.sites_wanted": "3",
            "numbers.planned_start": day(90),
            "numbers.recruitment_months": "12",
            "placement.already_contacted": "A unit; a person",
            "placement.regions_wanted_TST": "on",
        },
        fields={
            "numbers.participants_wanted": Kind((*WHOLE.wrong, "", "0")),
            "numbers.sites_wanted": WHOLE,
            "numbers.planned_start": Kind((*NEEDED_DAY.wrong, "2001-01-01")),
            "numbers.recruitment_months": WHOLE,
            "placement.already_contacted": Kind(("x; y" * 2000,)),
        },
        stranger="rival",
        seen="seen",
        keeps=("inquiry_draft",),
    ),
    # tests/inquiries/test_draft_files.py sends files of every wrong kind.
    "/inquiries/drafts/{draft_id}/files": Form(
        who="sponsor",
        page="/inquiries/drafts/{draft}/files",
        ids={"draft_id": "draft"},
        stranger="rival",
        is_tried=False,
        largest=1_000_000_000,
    ),
    "/inquiries/drafts/{draft_id}/send": Form(
        who="sponsor",
        page="/inquiries/drafts/{draft}/review",
        ids={"draft_id": "draft"},
        ok=422,
        # Who pressed twice is led to the list.
        nothing=(303, 404),
    ),
    "/inquiries/drafts/{draft_id}/discard": Form(
        who="sponsor", page="/inquiries/drafts/{draft}/discard", ids={"draft_id": "draft"}, stranger="rival"
    ),
    "/inquiries/{inquiry_id}/amend": Form(
        who="sponsor",
        page="/inquiries/{taken_up}",
        ids={"inquiry_id": "taken_up"},
        right={"field": "condition.indication"},
        stranger="rival",
    ),
    "/inquiries/{inquiry_id}/questions/{question_id}": Form(
        who="sponsor",
        page="/inquiries/{inviting}/questions",
        ids={"inquiry_id": "inviting", "question_id": "question_put"},
        right={"answer": "Yes, at home."},
        fields={"answer": needed(1000)},
        stranger="rival",
    ),
    # The office's, before units are asked.
    "/inquiries/{inquiry_id}/office/comments": office("taken_up", "", {"body": "Called them."}, {"body": needed(4000)}),
    "/inquiries/{inquiry_id}/office/assignment": office(
        "taken_up", "", {"person_id": "{person}"}, {"person_id": ID}, seen="assigned_before", is_whole=True
    ),
    "/inquiries/{inquiry_id}/office/term": office(
        "taken_up",
        "",
        {"term": "COPD track", "concept": "J44"},
        {"term": needed(200), "concept": Kind(("nonsense", "", "x" * 500))},
    ),
    "/inquiries/{inquiry_id}/office/assessment": office("taken_up", "", {}, {}),
    "/inquiries/{inquiry_id}/office/reading": office(
        "taken_up",
        "",
        {"icd10_codes": "J45"},
        {"icd10_codes": Kind(("nonsense", "X9X", "J45, " * 300))},
        seen="revision",
    ),
    "/inquiries/{inquiry_id}/office/shortlist": office(
        "taken_up",
        "/candidates",
        {"kind": "add", "shortlist_unit": "{lung}", "position": "1", "reason": "They did one before."},
        {"kind": NEEDED_CODE, "shortlist_unit": ID, "position": WHOLE, "reason": needed(1000)},
    ),
    "/inquiries/{inquiry_id}/office/invite": office(
        "taken_up",
        "/candidates",
        {"unit_{lung}": "on", "due_on": day(8), "send": "1"},
        {"due_on": Kind((*DAY.wrong, day(-3), day(400)))},
        seen="revision",
    ),
    "/inquiries/{inquiry_id}/office/triage": office("submitted", "", {}, {}, seen="revision"),
    "/inquiries/{inquiry_id}/office/information-request": office(
        "submitted",
        "",
        {"ask_population.key_inclusion": "on", "note": "Which patients?"},
        {"note": text(1000)},
        seen="revision",
    ),
    "/inquiries/{inquiry_id}/office/decline": office(
        "submitted",
        "",
        {"decline_reason": "other", "decline_note": "Sorry."},
        {"decline_reason": NEEDED_CODE, "decline_note": text(1000)},
        seen="revision",
    ),
    # The office's, while units answer.
    _INVITATION: office(
        "inviting",
        "/answers",
        {"what": "deadline", "due_on": day(9)},
        {"what": FORGED, "due_on": Kind((*NEEDED_DAY.wrong, day(-3), day(400)))},
        ids={"invitation_id": "waiting"},
    ),
    _INVITATION + "#withdraw": office(
        "inviting",
        "/answers",
        {"what": "withdraw", "reason": "Asked by mistake."},
        {"reason": needed(1000)},
        ids={"invitation_id": "waiting"},
        is_tried=False,
    ),
    _INVITATION + "#redirect": office(
        "inviting",
        "/answers",
        {"what": "redirect", "investigator_id": "{head}"},
        {"investigator_id": ID},
        ids={"invitation_id": "waiting"},
        is_tried=False,
    ),
    _INVITATION + "#fill": office(
        "inviting",
        "/answers",
        {"what": "fill", "condition": "training", "note": "A course in March."},
        {
            "condition": NEEDED_CODE,
            "note": needed(1000),
            "resource_id": ID,
            "nurse_hours": Kind((*NUMBER.wrong, "2")),
        },
        ids={"invitation_id": "conditional"},
    ),
    "/inquiries/{inquiry_id}/office/deadline": office(
        "inviting", "/answers", {"due_on": day(10)}, {"due_on": Kind((*NEEDED_DAY.wrong, day(-3), day(400)))}
    ),
    "/inquiries/{inquiry_id}/office/questions/{question_id}": office(
        "inviting",
        "/answers",
        {"what": "dismiss", "reason": "It stands in the synopsis."},
        {"reason": needed(1000)},
        ids={"question_id": "question"},
        is_tried=False,
    ),
    "/inquiries/{inquiry_id}/office/questions/{question_id}#forward": office(
        "inviting",
        "/answers",
        {"what": "forward", "wording": "Can it be done at home?"},
        {"wording": text(1000), "what": FORGED},
        ids={"question_id": "question"},
    ),
    **LATER_FORMS,
}
