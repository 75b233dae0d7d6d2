"""Who may call which route: the table behind the tests of every route against every person of the cast."""

from uuid import uuid4

from tests.accounts.office_routes import OFFICE_FORMS, OFFICE_ONLY_FORMS, OFFICE_PAGES
from tests.accounts.register_routes import REGISTER_FORMS, REGISTER_PAGES, SETTINGS_PAGES, SETTINGS_READ
from tests.accounts.rows import (
    ALL,
    CAPACITY,
    MANAGED,
    NOBODY,
    OFFICE,
    OFFICE_PERSONS,
    OVERVIEW,
    PERSONS,
    READING,
    SPONSORS,
    SUBMITTING,
    TASKS,
    UNIT_PERSONS,
    WEIGHTS,
    Row,
    agreement_body,
)
from tests.inquiries.factories import inquiry_body

# Changing routes name a state that is never stored: who reaches the object learns that (412), and nothing changes.
STALE = {"If-Match": '"999"'}
TERM_PATH = "/api/v1/terms/{local_term_id}"
NOBODYS_CAPACITY = {"unit_id": "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e", "therapy_area": "respiratory"}
CAPACITY_PATH = "/api/v1/units/{unit_id}/capacities/{therapy_area}"
WEIGHTS_PATH = "/api/v1/regions/{region_id}/weights"
DRAFT_PATH = "/inquiries/drafts/{draft_id}"
REGION_PATH = "/api/v1/regions/{region_id}"
FILES_PATH = "/api/v1/inquiries/{inquiry_id}/attachments"
ROUTES: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row(roles=NOBODY, is_open=True),
    ("GET", "/accessibility"): Row(roles=NOBODY, is_open=True),
    ("GET", "/privacy"): Row(roles=NOBODY, is_open=True),
    ("GET", "/static/{file_name}"): Row(roles=NOBODY, is_open=True),
    # Only from a page of ours, which has the token; tests/browser chooses a language from one.
    ("POST", "/language"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/health/live"): Row(roles=NOBODY, is_open=True),
    ("GET", "/health/ready"): Row(roles=NOBODY, is_open=True),
    ("GET", "/schema/openapi.json"): Row(roles=NOBODY, is_open=True),
    ("GET", "/schema"): Row(roles=NOBODY),
    ("GET", "/schema/{path}"): Row(roles=NOBODY),
    ("GET", "/api/v1/regions"): Row(roles=ALL),
    ("GET", "/api/v1/regions/{region_id}"): Row(roles=ALL),
    ("GET", WEIGHTS_PATH): Row(roles=WEIGHTS, about="weights"),
    ("PUT", WEIGHTS_PATH): Row(
        roles=TASKS, about="weights", ok=412, headers=STALE, body=lambda: {"reason": "Test", "weights": {}}
    ),
    ("POST", WEIGHTS_PATH + "/revert"): Row(
        roles=TASKS, about="weights", ok=412, headers=STALE, body=lambda: {"reason": "Test", "version": 0}
    ),
    ("GET", WEIGHTS_PATH + "/history"): Row(roles=WEIGHTS, about="weights"),
    ("GET", "/api/v1/sites"): Row(roles=ALL),
    ("GET", "/api/v1/sites/{site_id}"): Row(roles=ALL),
    ("GET", "/api/v1/units"): Row(roles=ALL),
    ("GET", "/api/v1/units/{unit_id}"): Row(roles=ALL),
    ("GET", "/api/v1/resources"): Row(roles=ALL),
    ("GET", "/api/v1/resources/{resource_id}"): Row(roles=ALL),
    ("GET", "/api/v1/investigators"): Row(roles=PERSONS),
    ("GET", "/api/v1/investigators/{investigator_id}"): Row(roles=PERSONS, about="investigator"),
    ("GET", "/api/v1/capacities"): Row(roles=CAPACITY),
    ("POST", "/api/v1/capacities/import"): Row(
        roles=CAPACITY, text="unit,therapy_area,state\n", headers={"Content-Type": "text/csv"}
    ),
    ("GET", "/api/v1/units/{unit_id}/capacities"): Row(roles=CAPACITY, about="capacity"),
    ("GET", CAPACITY_PATH): Row(roles=CAPACITY, about="capacity"),
    ("PUT", CAPACITY_PATH): Row(
        roles=CAPACITY, about="capacity", ok=412, headers=STALE, body=lambda: {"state": "open"}
    ),
    ("POST", CAPACITY_PATH + "/confirm"): Row(roles=CAPACITY, about="capacity", ok=412, headers=STALE),
    ("GET", CAPACITY_PATH + "/history"): Row(roles=CAPACITY, about="capacity"),
    ("GET", "/api/v1/inquiries"): Row(roles=SUBMITTING),
    ("POST", "/api/v1/inquiries"): Row(
        # Without a region named, an inquiry goes to the caller's own; the admin has none.
        roles=SUBMITTING,
        ok=202,
        body=lambda: inquiry_body(placement={}),
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}"): Row(roles=SUBMITTING, about="inquiry"),
    ("PATCH", "/api/v1/inquiries/{inquiry_id}"): Row(
        roles=SUBMITTING, about="inquiry", ok=412, headers=STALE, body=lambda: {"money": {"payer": "Other"}}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/withdraw"): Row(
        roles=SUBMITTING, about="inquiry", ok=412, headers=STALE, body=dict
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/assessments/latest"): Row(roles=SUBMITTING, about="inquiry"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/assessments"): Row(roles=OFFICE, about="inquiry", ok=202),
    ("GET", "/api/v1/inquiries/{inquiry_id}/candidates"): Row(roles=OFFICE, about="inquiry"),
    ("GET", "/api/v1/inquiries/{inquiry_id}/candidates/{unit_id}"): Row(roles=OFFICE, about="candidate"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/overrides"): Row(
        # A capacity that no assessment has: who reaches the inquiry learns that, and nothing is stored.
        roles=TASKS,
        about="inquiry",
        ok=422,
        body=lambda: {"kind": "dropped", "reason": "Test", "capacity": NOBODYS_CAPACITY},
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/selections"): Row(
        roles=TASKS, about="inquiry", ok=422, body=lambda: {"reason": "Test", "selected": [NOBODYS_CAPACITY]}
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/judgements"): Row(roles=OFFICE, about="inquiry"),
    ("POST", "/api/v1/matches"): Row(
        roles=SUBMITTING,
        body=lambda: {"condition": {"indication": "COPD"}, "placement": {}},
    ),
    ("GET", "/api/v1/readings"): Row(roles=READING, query="?text=COPD"),
    ("POST", "/api/v1/readings"): Row(roles=READING, body=lambda: {"text": "COPD"}),
    ("POST", "/api/v1/terms"): Row(
        roles=OFFICE_PERSONS, ok=201, body=lambda: {"term": "Lung track", "language": "en", "concept": "J44"}
    ),
    ("GET", "/api/v1/terms"): Row(roles=TASKS),
    ("GET", TERM_PATH): Row(roles=TASKS, about="term"),
    ("GET", TERM_PATH + "/history"): Row(roles=TASKS, about="term"),
    ("POST", TERM_PATH + "/agree"): Row(roles=OFFICE_PERSONS, about="term", ok=412, headers=STALE),
    ("POST", TERM_PATH + "/reject"): Row(
        roles=OFFICE_PERSONS, about="term", ok=412, headers=STALE, body=lambda: {"reason": "Test"}
    ),
    ("POST", TERM_PATH + "/withdraw"): Row(roles=TASKS, about="term", ok=412, headers=STALE, body=dict),
    ("GET", "/regions"): Row(roles=NOBODY, is_open=True),
    ("GET", "/regions/{code}"): Row(roles=NOBODY, is_open=True),
    # Sponsors' pages: a token of the test has no draft, and what is sent is no form.
    **{("GET", path): Row(roles=SPONSORS) for path in ("/inquiries", "/inquiries/new")},
    **{("GET", DRAFT_PATH + step): Row(roles=SPONSORS, ok=404) for step in ("/{step_name}", "/files", "/discard")},
    **{
        ("POST", path): Row(roles=SPONSORS, ok=415, body=dict)
        for path in (
            "/inquiries/new",
            "/inquiries/{inquiry_id}/amend",
            *(DRAFT_PATH + step for step in ("/{step_name}", "/files", "/reading")),
        )
    },
    ("POST", DRAFT_PATH + "/send"): Row(roles=SPONSORS, ok=303, body=dict),
    ("POST", DRAFT_PATH + "/discard"): Row(roles=SPONSORS, ok=404, body=dict),
    ("GET", "/inquiries/{inquiry_id}/receipt"): Row(roles=SPONSORS, about="inquiry"),
    ("GET", "/inquiries/{inquiry_id}/withdraw"): Row(roles=SUBMITTING, about="over", ok=409),
    ("POST", "/inquiries/{inquiry_id}/withdraw"): Row(roles=SUBMITTING, ok=415, body=dict),
    ("GET", "/inquiries/{inquiry_id}/outcome"): Row(roles=OVERVIEW, about="over", ok=409),
    ("POST", "/inquiries/{inquiry_id}/outcome"): Row(roles=OVERVIEW, ok=415, body=dict),
    ("POST", "/inquiries/{inquiry_id}/outcome-promise"): Row(roles=OVERVIEW, ok=415, body=dict),
    ("POST", "/inquiries/{inquiry_id}/milestones"): Row(roles=OVERVIEW, ok=415, body=dict),
    # Signing in: without a token of one of our pages nothing is taken, and there is no link and no provider.
    ("GET", "/sign-in"): Row(roles=NOBODY, is_open=True),
    ("POST", "/sign-in"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/sign-in/sent"): Row(roles=NOBODY, is_open=True),
    ("GET", "/sign-in/link/{secret}"): Row(roles=NOBODY, is_open=True, ok=410),
    ("POST", "/sign-in/link/{secret}"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/answer/{signed}"): Row(roles=NOBODY, is_open=True, ok=410),
    ("POST", "/answer/{signed}"): Row(roles=NOBODY, is_open=True, ok=403),
    ("POST", "/answer/{signed}/capacity"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/still-right/{signed}"): Row(roles=NOBODY, is_open=True, ok=410),
    ("POST", "/still-right/{signed}"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/still-right/{signed}/{unit_id}/{therapy_area}"): Row(roles=NOBODY, is_open=True, ok=410),
    ("POST", "/still-right/{signed}/{unit_id}/{therapy_area}"): Row(roles=NOBODY, is_open=True, ok=403),
    ("POST", "/still-right/{signed}/{unit_id}/{therapy_area}/pause"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/capacity"): Row(roles=CAPACITY),
    ("POST", "/capacity/take-back"): Row(roles=CAPACITY, ok=415),
    ("POST", "/capacity/confirm-all"): Row(roles=CAPACITY, ok=415),
    ("GET", "/capacity/add"): Row(roles=CAPACITY, ok=400),
    ("GET", "/capacity/{unit_id}/{therapy_area}"): Row(roles=CAPACITY, about="capacity"),
    ("POST", "/capacity/{unit_id}/{therapy_area}"): Row(roles=CAPACITY, ok=415),
    ("POST", "/capacity/{unit_id}/{therapy_area}/confirm"): Row(roles=CAPACITY, ok=415),
    ("POST", "/capacity/{unit_id}/{therapy_area}/state"): Row(roles=CAPACITY, ok=415),
    ("GET", "/profile"): Row(roles=UNIT_PERSONS),
    ("POST", "/profile"): Row(roles=UNIT_PERSONS, ok=415),
    ("POST", "/profile/absences"): Row(roles=UNIT_PERSONS, ok=415),
    ("POST", "/profile/delegates"): Row(roles=UNIT_PERSONS, ok=415),
    ("POST", "/profile/objection"): Row(roles=UNIT_PERSONS, ok=415),
    ("GET", "/sign-offs"): Row(roles=frozenset({"unit_head"})),
    ("POST", "/sign-offs/{invitation_id}"): Row(roles=frozenset({"unit_head"}), ok=415),
    ("GET", "/invitations"): Row(roles=UNIT_PERSONS),
    ("GET", "/invitations/{invitation_id}"): Row(roles=UNIT_PERSONS, about="invitation"),
    # What no form sent is refused before anything is looked up.
    ("POST", "/invitations/{invitation_id}"): Row(roles=UNIT_PERSONS, ok=415),
    ("POST", "/invitations/{invitation_id}/capacity"): Row(roles=UNIT_PERSONS, ok=415),
    ("GET", "/sign-off/{signed}"): Row(roles=NOBODY, is_open=True, ok=410),
    ("POST", "/sign-off/{signed}"): Row(roles=NOBODY, is_open=True, ok=403),
    ("GET", "/sign-in/oidc"): Row(roles=NOBODY, is_open=True, ok=404),
    ("GET", "/sign-in/oidc/callback"): Row(roles=NOBODY, is_open=True, ok=404),
    # For people who signed in, whatever their role; a machine's token opens none of it (tests/accounts/test_sessions).
    ("POST", "/sign-out"): Row(roles=NOBODY),
    ("GET", "/me"): Row(roles=NOBODY),
    ("GET", "/me/notice"): Row(roles=NOBODY),
    ("POST", "/me/notice"): Row(roles=NOBODY),
    ("GET", "/me/role"): Row(roles=NOBODY),
    ("POST", "/me/role"): Row(roles=NOBODY),
    ("GET", "/me/sessions"): Row(roles=NOBODY),
    ("POST", "/me/sessions/{session_id}/end"): Row(roles=NOBODY),
    ("POST", "/me/sessions/end-all"): Row(roles=NOBODY),
    ("POST", "/me/language"): Row(roles=NOBODY),
    ("GET", "/api/v1/me/sessions"): Row(roles=NOBODY),
    ("DELETE", "/api/v1/me/sessions/{session_id}"): Row(roles=NOBODY),
    ("GET", "/api/v1/audit"): Row(roles=TASKS),
    ("GET", "/api/v1/audit.csv"): Row(roles=TASKS),
    ("GET", "/api/v1/me"): Row(roles=ALL),
    ("GET", "/api/v1/me/export"): Row(roles=ALL),
    ("GET", "/api/v1/me/name-readings"): Row(roles=UNIT_PERSONS),
    ("POST", "/api/v1/me/objection"): Row(roles=UNIT_PERSONS),
    ("DELETE", "/api/v1/me/objection"): Row(roles=UNIT_PERSONS),
    ("GET", "/api/v1/me/delegates"): Row(roles=UNIT_PERSONS),
    ("PUT", "/api/v1/me/delegates"): Row(roles=UNIT_PERSONS, body=lambda: {"delegate_ids": []}),
    ("GET", "/api/v1/regions/{region_id}/capacity-overview"): Row(roles=OVERVIEW),
    ("GET", "/api/v1/inquiries/{inquiry_id}/teaser"): Row(roles=OVERVIEW, about="inquiry"),
    ("PUT", "/api/v1/inquiries/{inquiry_id}/diary-number"): Row(
        # Two inquiries of a region cannot have the same number.
        roles=TASKS,
        about="record",
        body=lambda: {"diary_number": f"RS {uuid4()}"},
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/disclosure"): Row(roles=TASKS, about="record"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/disclosure"): Row(
        roles=TASKS, about="record", ok=201, body=lambda: {"note": "Test"}
    ),
    ("GET", "/api/v1/disclosures"): Row(roles=TASKS),
    # Both regions of the cast are bound by statute, where nothing can be recorded.
    ("POST", "/api/v1/agreements"): Row(roles=TASKS, ok=409, body=agreement_body),
    ("GET", "/api/v1/agreements"): Row(roles=OVERVIEW),
    ("GET", "/api/v1/agreements/{agreement_id}"): Row(roles=OVERVIEW, about="agreement"),
    ("POST", "/api/v1/agreements/{agreement_id}/end"): Row(
        # Those of the test have ended.
        roles=TASKS,
        about="agreement",
        ok=409,
        body=lambda: {"reason": "Test"},
    ),
    ("POST", FILES_PATH): Row(
        roles=OVERVIEW, about="inquiry", ok=201, text="Synopsis", query="?kind=synopsis&file_name=a.txt"
    ),
    ("GET", FILES_PATH): Row(roles=OVERVIEW, about="inquiry"),
    ("GET", FILES_PATH + "/{attachment_id}"): Row(roles=OVERVIEW, about="attachment"),
    # Those of the test belong to inquiries that are over: who reaches one learns that, and it stays.
    ("DELETE", FILES_PATH + "/{attachment_id}"): Row(roles=OVERVIEW, about="attachment", ok=409),
    # Inquiries that are over: who reaches one is told its state, and nothing changes.
    ("POST", "/api/v1/inquiries/{inquiry_id}/triage"): Row(roles=TASKS, about="over", ok=409),
    ("POST", "/api/v1/inquiries/{inquiry_id}/information-request"): Row(
        roles=TASKS, about="over", ok=409, body=lambda: {"fields": ["population.age_from"], "note": "Test"}
    ),
    ("GET", "/api/v1/queue"): Row(roles=TASKS),
    ("GET", "/api/v1/inquiries/{inquiry_id}/shortlist"): Row(roles=TASKS, about="inquiry"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/shortlist"): Row(
        roles=TASKS,
        about="over",
        ok=409,
        body=lambda: {"command": "add", "unit_ids": [str(uuid4())], "reason": "Test"},
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/similar"): Row(roles=TASKS, about="inquiry"),
    ("GET", REGION_PATH + "/priorities"): Row(roles=MANAGED, about="set"),
    ("PUT", REGION_PATH + "/priorities"): Row(
        roles=TASKS, about="set", ok=412, headers=STALE, body=lambda: {"priorities": []}
    ),
    ("GET", REGION_PATH + "/quiet-periods"): Row(roles=ALL),
    ("PUT", REGION_PATH + "/quiet-periods"): Row(
        roles=TASKS, about="set", ok=412, headers=STALE, body=lambda: {"periods": []}
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/completeness"): Row(roles=OVERVIEW, about="inquiry"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/assignment"): Row(
        roles=TASKS, about="over", ok=409, body=lambda: {"person_id": None}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/comments"): Row(
        roles=OFFICE_PERSONS, about="inquiry", ok=201, body=lambda: {"body": "Test"}
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/comments"): Row(roles=OFFICE_PERSONS, about="inquiry"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/decline"): Row(
        roles=TASKS, about="over", ok=409, body=lambda: {"reason": "other"}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/invitations"): Row(
        roles=TASKS, about="over", ok=409, body=lambda: {"unit_ids": [str(uuid4())]}
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/invitations"): Row(roles=TASKS, about="over", ok=409),
    ("GET", "/api/v1/inquiries/{inquiry_id}/reply"): Row(roles=OVERVIEW, about="over", ok=409),
    ("POST", "/api/v1/inquiries/{inquiry_id}/reply"): Row(roles=TASKS, about="over", ok=409, body=dict),
    ("GET", "/api/v1/inquiries/{inquiry_id}/reply.pdf"): Row(roles=OVERVIEW, about="over", ok=409),
    ("GET", "/inquiries/{inquiry_id}/reply"): Row(roles=OVERVIEW, about="over", ok=409),
    ("POST", "/api/v1/inquiries/{inquiry_id}/outcome"): Row(
        roles=OVERVIEW, about="over", ok=409, body=lambda: {"decision": "no_decision"}
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/outcome"): Row(roles=OVERVIEW, about="over", ok=409),
    ("POST", "/api/v1/inquiries/{inquiry_id}/outcome-promise"): Row(
        roles=OVERVIEW, about="over", ok=409, body=lambda: {"promised_on": "2030-01-01"}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/milestones"): Row(
        roles=OVERVIEW,
        about="over",
        ok=409,
        body=lambda: {"unit_id": str(uuid4()), "kind": "started", "happened_on": "2026-01-01"},
    ),
    ("GET", "/api/v1/invitations"): Row(roles=PERSONS),
    ("GET", "/api/v1/invitations/{invitation_id}"): Row(roles=PERSONS, about="invitation"),
    # Those of the test are answered, about an inquiry that is over.
    ("POST", "/api/v1/invitations/{invitation_id}/eoi"): Row(
        roles=UNIT_PERSONS, about="invitation", ok=409, body=lambda: {"answer": "no", "reasons": ["other"]}
    ),
    ("POST", "/api/v1/invitations/{invitation_id}/sign-off"): Row(
        roles=UNIT_PERSONS, about="invitation", ok=409, body=lambda: {"decision": "approved"}
    ),
    ("POST", "/api/v1/invitations/{invitation_id}/capacity"): Row(
        roles=UNIT_PERSONS, about="invitation", body=lambda: {"confirm": True}
    ),
    ("POST", "/api/v1/invitations/{invitation_id}/recipient"): Row(
        roles=TASKS, about="invitation", ok=422, body=lambda: {"investigator_id": str(uuid4())}
    ),
    ("POST", "/api/v1/invitations/{invitation_id}/resend"): Row(roles=TASKS, about="invitation", ok=409),
    ("POST", "/api/v1/invitations/{invitation_id}/links/revoke"): Row(roles=TASKS, about="invitation"),
    ("POST", "/api/v1/invitations/{invitation_id}/deadline"): Row(
        roles=TASKS, about="invitation", ok=409, body=lambda: {"due_on": "2030-01-02"}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/deadline"): Row(
        roles=TASKS, about="over", ok=409, body=lambda: {"due_on": "2030-01-02"}
    ),
    ("GET", "/api/v1/invitations/{invitation_id}/changes"): Row(roles=PERSONS, about="invitation"),
    ("POST", "/api/v1/invitations/{invitation_id}/confirmation"): Row(roles=UNIT_PERSONS, about="invitation", ok=422),
    # Those of the test belong to inquiries that are over.
    ("POST", "/api/v1/invitations/{invitation_id}/fills"): Row(
        roles=TASKS, about="invitation", ok=409, body=lambda: {"condition": "money", "note": "Test"}
    ),
    ("DELETE", "/api/v1/invitations/{invitation_id}/fills/{condition}"): Row(roles=TASKS, about="invitation", ok=409),
    # Without a capacity named; tests/invitations/test_ledger.py asks for those in and out of reach.
    ("GET", "/api/v1/reservations"): Row(roles=PERSONS, ok=400),
    ("GET", "/api/v1/reservations/overbooked"): Row(roles=TASKS),
    ("GET", "/api/v1/resources/{resource_id}/reservations"): Row(roles=TASKS, about="resource"),
    ("POST", "/api/v1/invitations/{invitation_id}/withdraw"): Row(
        roles=TASKS, about="invitation", ok=409, body=lambda: {"reason": "Test"}
    ),
    # Questions and questionnaire: the inquiries of the test are over, and no unit has said yes.
    ("POST", "/api/v1/invitations/{invitation_id}/questions"): Row(
        roles=UNIT_PERSONS, about="invitation", ok=409, body=lambda: {"text": "Test"}
    ),
    ("GET", "/api/v1/invitations/{invitation_id}/questions"): Row(roles=PERSONS, about="invitation"),
    ("GET", "/api/v1/inquiries/{inquiry_id}/questions"): Row(roles=OVERVIEW, about="over"),
    ("GET", "/inquiries/{inquiry_id}/questions"): Row(roles=OVERVIEW, about="over"),
    **{key: Row(roles=TASKS, about=about, ok=ok) for key, (about, ok) in OFFICE_PAGES.items()},
    # What is no form.
    **{key: Row(roles=TASKS, ok=ok, body=dict) for key, ok in OFFICE_FORMS.items()},
    **{key: Row(roles=OFFICE_PERSONS, ok=415, body=dict) for key in OFFICE_ONLY_FORMS},
    ("GET", "/inquiries/{inquiry_id}"): Row(roles=OVERVIEW, about="over"),
    ("POST", "/inquiries/{inquiry_id}/questions/{question_id}"): Row(
        # What is no form.
        roles=frozenset({"sponsor_contact"}),
        ok=415,
        body=dict,
    ),
    ("GET", "/api/v1/questions"): Row(roles=TASKS),
    ("POST", "/api/v1/questions/{question_id}/forward"): Row(roles=TASKS, about="question", ok=409, body=dict),
    ("POST", "/api/v1/questions/{question_id}/dismiss"): Row(
        roles=TASKS, about="question", ok=409, body=lambda: {"reason": "Test"}
    ),
    # Nothing has been put to the sponsor: for her there is no question.
    ("POST", "/api/v1/questions/{question_id}/answer"): Row(
        roles=frozenset({"sponsor_contact"}), about="question", ok=404, body=lambda: {"answer": "Test"}
    ),
    ("POST", "/api/v1/questions/{question_id}/share"): Row(
        roles=TASKS, about="question", ok=409, body=lambda: {"share": "all"}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/questionnaire"): Row(
        roles=frozenset({"sponsor_contact"}),
        about="over",
        ok=409,
        body=lambda: {"questions": [{"text": "Test", "kind": "text"}]},
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/questionnaire"): Row(roles=OVERVIEW, about="over", ok=404),
    ("GET", "/api/v1/invitations/{invitation_id}/questionnaire"): Row(roles=PERSONS, about="invitation", ok=409),
    ("PUT", "/api/v1/invitations/{invitation_id}/questionnaire"): Row(
        roles=UNIT_PERSONS, about="invitation", ok=409, body=lambda: {"state": "draft", "answers": {}}
    ),
    ("GET", "/api/v1/invitations/{invitation_id}/attachments"): Row(roles=PERSONS, about="invitation", ok=409),
    ("GET", "/api/v1/invitations/{invitation_id}/attachments/{attachment_id}"): Row(
        roles=PERSONS, about="invitation_file", ok=409
    ),
    ("GET", "/api/v1/invitations/{invitation_id}/suitability.pdf"): Row(
        roles=frozenset({"unit_head", "office", "admin"}), about="invitation", ok=409
    ),
    ("GET", "/api/v1/tasks"): Row(roles=TASKS),
    ("POST", "/api/v1/tasks/{office_task_id}/done"): Row(roles=TASKS, about="task"),
    ("POST", "/api/v1/tasks/{office_task_id}/assignment"): Row(
        roles=TASKS, about="task", ok=409, body=lambda: {"person_id": None}
    ),
    **{("GET", one): Row(roles=TASKS) for one in REGISTER_PAGES},
    **{("GET", one): Row(roles=TASKS, about="weights") for one in (*SETTINGS_PAGES, *SETTINGS_READ)},
    # What is no form.
    **{("POST", one): Row(roles=TASKS, ok=415) for one in REGISTER_FORMS},
    # Nobody of the test has tried a file.
    ("GET", "/register/import/{import_draft_id}"): Row(roles=TASKS, ok=404),
    ("GET", "/register/units/{unit_id}"): Row(roles=TASKS, about="capacity"),
    ("GET", "/register/people/{investigator_id}"): Row(roles=TASKS, about="investigator"),
    # The one of the test is in our region.
    ("GET", "/register/resources/{resource_id}"): Row(roles=TASKS, about="resource"),
}
# Valid requests that the admin has to word otherwise, having no region of her own.
ADMIN_MUST_NAME_A_REGION = {("POST", "/api/v1/agreements"), ("POST", "/api/v1/inquiries"), ("POST", "/api/v1/matches")}
