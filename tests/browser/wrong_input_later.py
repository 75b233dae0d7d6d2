"""The second half of the table of forms: those of units, of the reply and after it, and of the office itself."""

from tests.browser.wrong_kinds import (
    CODE,
    DAY,
    ID,
    NEEDED_CODE,
    NEEDED_DAY,
    NOBODY,
    NUMBER,
    WHOLE,
    Form,
    Kind,
    day,
    needed,
    office,
    text,
)

_CONFIDENTIALITY = "/settings/{region}/confidentiality"
_CAPACITY_IDS = {"unit_id": "lung", "therapy_area": "area"}
_ANSWER = {
    "answer": "yes",
    "participants": "8",
    "participants_basis": "register",
    "earliest_start": day(60),
    "competing_trials": "One other trial",
    "conflict_of_interest": "None at all",
    "questions": "Which visits?",
    "seen": "0",
}
_ANSWER_FIELDS = {
    "answer": NEEDED_CODE,
    "participants": Kind((*WHOLE.wrong, "")),
    "participants_basis": NEEDED_CODE,
    "earliest_start": DAY,
    "competing_trials": text(1000),
    "conflict_of_interest": text(1000),
    "questions": text(1000),
}


LATER_FORMS: dict[str, Form] = {
    # The unit's.
    "/answer/{signed}": Form(
        who="passer",
        page="{answer_link}",
        ids={"signed": "answer_signed"},
        right=_ANSWER,
        fields=_ANSWER_FIELDS,
        is_tried=False,
    ),
    "/answer/{signed}#no": Form(
        who="passer",
        page="{answer_link}",
        ids={"signed": "answer_signed"},
        right={"answer": "no", "competing_trials": "Two others", "seen": "0", "reason_budget": "on"},
        fields={"reason_budget": Kind((None,), is_typed=False), "competing_trials": text(1000)},
        is_tried=False,
    ),
    "/answer/{signed}#later": Form(
        who="passer",
        page="{answer_link}",
        ids={"signed": "answer_signed"},
        right={"answer": "later", "later_from": day(200), "seen": "0"},
        fields={"later_from": NEEDED_DAY},
        is_tried=False,
    ),
    "/answer/{signed}#not_me": Form(
        who="passer",
        page="{answer_link}",
        ids={"signed": "answer_signed"},
        right={"answer": "not_me", "asks_id": "", "seen": "0"},
        fields={"asks_id": ID},
        is_tried=False,
    ),
    "/invitations/{invitation_id}": Form(
        who="heart",
        page="/invitations/{waiting}",
        ids={"invitation_id": "waiting"},
        right=_ANSWER,
        fields=_ANSWER_FIELDS,
        stranger="lung_head",
        seen="seen",
    ),
    "/answer/{signed}/capacity": Form(
        who="passer",
        page="{answer_link}",
        ids={"signed": "answer_signed"},
        right={"rest_right": "on"},
        fields={"rest_right": Kind((None,), is_typed=False)},
    ),
    "/invitations/{invitation_id}/capacity": Form(
        who="heart",
        page="/invitations/{waiting}",
        ids={"invitation_id": "waiting"},
        right={"rest_right": "on"},
        fields={"rest_right": Kind((None,), is_typed=False)},
        stranger="lung_head",
    ),
    "/sign-off/{signed}": Form(
        who="passer",
        page="{sign_off_link}",
        ids={"signed": "sign_off_signed"},
        right={"decision": "refused", "eoi_id": "{eoi}", "note": "No nurse."},
        fields={"note": needed(1000)},
        is_tried=False,
    ),
    "/sign-offs/{invitation_id}": Form(
        who="lung_head",
        page="/sign-offs",
        ids={"invitation_id": "conditional"},
        right={"decision": "refused", "eoi_id": "{eoi}", "note": "No nurse."},
        fields={"note": needed(1000), "decision": NEEDED_CODE},
        stranger="heart",
    ),
    "/capacity/{unit_id}/{therapy_area}": Form(
        who="lung_head",
        page="/capacity/{lung}/respiratory",
        ids=_CAPACITY_IDS,
        right={
            "state": "limited",
            "state_until": day(40),
            "participants_per_month": "4",
            "participants_basis": "estimate",
            "nurse_hours_free": "10",
            "running_trials": "2",
            "lead_time_days": "30",
            "new_trials_from": day(10),
            "indications": "COPD",
            "conditions": "Needs a nurse",
            "dct_video_visit": "own",
        },
        fields={
            "state": NEEDED_CODE,
            "state_until": DAY,
            "participants_per_month": NUMBER,
            "participants_basis": CODE,
            "nurse_hours_free": NUMBER,
            "running_trials": WHOLE,
            "lead_time_days": WHOLE,
            "new_trials_from": DAY,
            "indications": text(200),
            "conditions": text(200),
        },
        stranger="heart",
        seen="revision",
    ),
    "/capacity/{unit_id}/{therapy_area}/confirm": Form(
        who="lung_head", page="/capacity", ids=_CAPACITY_IDS, stranger="heart", seen="revision"
    ),
    "/capacity/{unit_id}/{therapy_area}/state": Form(
        who="lung_head",
        page="/capacity",
        ids=_CAPACITY_IDS,
        right={"state": "paused", "until": day(30)},
        fields={"until": Kind((*DAY.wrong, "2001-01-01")), "state": NEEDED_CODE},
        stranger="heart",
        seen="revision",
    ),
    "/capacity/confirm-all": Form(who="lung_head", page="/capacity"),
    "/capacity/take-back": Form(who="lung_head", page="/capacity"),
    # The same forms as behind the sign-in, by the link of a mail; tests/units/test_question.py opens real ones.
    "/still-right/{signed}": Form(who="passer", page="/sign-in", ids={"signed": "nothing"}, is_tried=False),
    "/still-right/{signed}/{unit_id}/{therapy_area}": Form(
        who="passer", page="/sign-in", ids={"signed": "nothing", **_CAPACITY_IDS}, is_tried=False
    ),
    "/still-right/{signed}/{unit_id}/{therapy_area}/pause": Form(
        who="passer", page="/sign-in", ids={"signed": "nothing", **_CAPACITY_IDS}, is_tried=False
    ),
    "/profile": Form(
        who="lung_head",
        page="/profile",
        right={
            "gcp_trained_on": day(-100),
            "gcp_expires_on": day(500),
            "school_status": "completed",
            "school_completed_on": day(-50),
            "invitations_per_month": "3",
            "visibility": "office",
            "more_languages": "fi",
        },
        fields={
            "gcp_trained_on": Kind((*DAY.wrong, day(20))),
            "gcp_expires_on": Kind((*DAY.wrong, day(-200))),
            "school_status": CODE,
            "school_completed_on": DAY,
            "invitations_per_month": WHOLE,
            "visibility": CODE,
            "more_languages": Kind(("klingon", "x" * 500)),
        },
        seen="seen",
    ),
    "/profile/absences": Form(
        who="lung_head",
        page="/profile",
        right={"first_day": day(10), "last_day": day(20)},
        fields={"first_day": Kind((*NEEDED_DAY.wrong, day(30))), "last_day": Kind((*NEEDED_DAY.wrong, day(5)))},
    ),
    "/profile/absences#remove": Form(
        who="lung_head",
        page="/profile",
        right={"remove": day(10)},
        fields={"remove": Kind(("soon", "a\0b"), is_typed=False)},
    ),
    "/profile/delegates": Form(
        who="lung_head", page="/profile", right={"delegate_ids": "{second}"}, fields={"delegate_ids": ID}
    ),
    "/profile/objection": Form(who="lung_head", page="/profile", right={"objects": "no"}),
    # The reply and what comes after it.
    "/inquiries/{inquiry_id}/office/reply": office(
        "inviting",
        "/reply/edit",
        {"note": "Two units fit.", "next_step": "We call you.", "next_step_on": day(5), "send": "1"},
        {
            "note": text(4000),
            "next_step": Kind((*text(1000).wrong, "")),
            "next_step_on": DAY,
        },
        seen="content_hash",
    ),
    "/inquiries/{inquiry_id}/outcome-promise": Form(
        who="sponsor",
        page="/inquiries/{inviting}/outcome",
        ids={"inquiry_id": "inviting"},
        right={"promised_on": day(100)},
        fields={"promised_on": Kind((*NEEDED_DAY.wrong, day(-1), day(5000)))},
        stranger="rival",
    ),
    "/inquiries/{inquiry_id}/outcome": Form(
        who="sponsor",
        page="/inquiries/{inviting}/outcome",
        ids={"inquiry_id": "inviting"},
        right={"decision": "selected", "unit_{heart_unit}": "on", "note": "Thank you all."},
        fields={
            "decision": NEEDED_CODE,
            "unit_{heart_unit}": Kind((None,), is_typed=False),
            "unit_nonsense": Kind(("on",), is_typed=False),
            "unit_" + NOBODY: Kind(("on",), is_typed=False),
            "note": text(200),
        },
        stranger="rival",
    ),
    "/inquiries/{inquiry_id}/milestones": Form(
        who="sponsor",
        page="/inquiries/{inviting}/outcome",
        ids={"inquiry_id": "inviting"},
        right={"unit_id": "{heart_unit}", "kind": "started", "happened_on": day(0)},
        fields={
            "unit_id": Kind((*ID.wrong, ""), is_typed=False),
            "kind": NEEDED_CODE,
            "happened_on": Kind((*NEEDED_DAY.wrong, day(10))),
            "participants": Kind((*WHOLE.wrong, "4")),
        },
        stranger="rival",
    ),
    "/inquiries/{inquiry_id}/withdraw": Form(
        who="sponsor",
        page="/inquiries/{another}/withdraw",
        ids={"inquiry_id": "another"},
        right={"reason": "The trial is off."},
        fields={"reason": text(1000)},
        stranger="rival",
        seen="seen",
    ),
    # The office's own.
    "/tasks/{office_task_id}/done": Form(
        who="office", page="/tasks", ids={"office_task_id": "task"}, stranger="other_office", fields={"kind": Kind(())}
    ),
    "/tasks/{office_task_id}/reopen": Form(
        who="office", page="/tasks", ids={"office_task_id": "task"}, stranger="other_office"
    ),
    "/queue/views": Form(
        who="office", page="/queue", right={"name": "Mine", "mine": "on"}, fields={"name": needed(60)}
    ),
    "/queue/views/{saved_view_id}/delete": Form(
        who="office", page="/queue", ids={"saved_view_id": "view"}, stranger="other_office"
    ),
    "/register/units/{unit_id}/capacities/{therapy_area}/ask": Form(
        who="office", page="/register", ids=_CAPACITY_IDS, stranger="other_office"
    ),
    "/register/ask": Form(who="office", page="/register"),
    "/register/import": Form(who="office", page="/register/import", ok=422),
    "/register/import/{import_draft_id}": Form(
        who="office",
        page="/register/import",
        ids={"import_draft_id": "import"},
        stranger="other_office",
        ok=409,
    ),
    "/settings/{region_id}/weights": Form(
        who="office",
        page="/settings/{region}/weights",
        ids={"region_id": "region"},
        right={"reason": "The year's review.", "weight_staff_hours": "14", "reason_staff_hours": "Nurses are short"},
        fields={
            "reason": needed(1000),
            "weight_staff_hours": Kind((*NUMBER.wrong, "", "101")),
            "reason_staff_hours": needed(1000),
            "revert": Kind(("nonsense", "999", "-1"), is_typed=False, is_forged=True),
        },
        stranger="other_office",
        seen="version",
        is_whole=True,
    ),
    "/settings/{region_id}/priorities": Form(
        who="office",
        page="/settings/{region}/priorities",
        ids={"region_id": "region"},
        right={
            "therapy_area_0": "respiratory",
            "weight_0": "5",
            "reason_0": "The strategy says so.",
            "from_day_0": day(1),
            "until_day_0": day(300),
        },
        fields={
            "therapy_area_0": NEEDED_CODE,
            "weight_0": Kind((*WHOLE.wrong, "", "11")),
            "reason_0": needed(1000),
            "from_day_0": Kind((*DAY.wrong, day(301))),
            "until_day_0": DAY,
            "revert": Kind(("nonsense", "999"), is_typed=False, is_forged=True),
        },
        stranger="other_office",
        seen="version",
    ),
    "/settings/{region_id}/calendar": Form(
        who="office",
        page="/settings/{region}/calendar",
        ids={"region_id": "region"},
        right={"first_day_0": "07-01", "last_day_0": "07-31", "label_0": "Summer"},
        fields={
            "first_day_0": Kind(("", "02-30", "July", "2026-13-01", "2027-07-01")),
            "last_day_0": Kind(("", "02-30", "July")),
            "label_0": needed(200),
            "revert": Kind(("nonsense", "999"), is_typed=False, is_forged=True),
        },
        stranger="other_office",
        seen="version",
    ),
    "/settings/{region_id}/promise": Form(
        who="office",
        page="/settings/{region}/calendar",
        ids={"region_id": "region"},
        right={"promised_working_days": "12", "promise_reason": "Two of us are away."},
        fields={
            "promised_working_days": Kind((*WHOLE.wrong, "", "0", "61")),
            "promise_reason": needed(1000),
        },
        stranger="other_office",
        seen="promise_version",
    ),
    # tests/sponsors/test_agreement_pages.py sends each of their fields wrongly.
    "/settings/{region_id}/confidentiality": Form(
        who="office", page=_CONFIDENTIALITY, ids={"region_id": "region"}, stranger="other_office", is_tried=False
    ),
    "/settings/{region_id}/agreements": Form(
        who="office", page=_CONFIDENTIALITY, ids={"region_id": "region"}, stranger="other_office", ok=422
    ),
    "/settings/{region_id}/agreements/{agreement_id}": Form(
        who="office", page=_CONFIDENTIALITY, ids={"region_id": "region", "agreement_id": "nobody"}, is_tried=False
    ),
    "/settings/{region_id}/texts": Form(
        who="office",
        page="/settings/{region}/texts",
        ids={"region_id": "region"},
        right={"front_sv": "Välkommen hit.", "signature_da": "Kontoret"},
        fields={
            "front_sv": text(3_000),
            "signature_da": text(3_000),
            "revert": Kind(("nonsense", "999", "-1"), is_typed=False, is_forged=True),
        },
        stranger="other_office",
        seen="version",
    ),
    # A colleague agrees to another's word; tests/invitations/test_settings_pages.py has two of them.
    "/settings/{region_id}/terms/{local_term_id}": Form(
        who="office",
        page="/settings/{region}/calendar",
        ids={"region_id": "region", "local_term_id": "nobody"},
        # Somebody may have agreed or declined meanwhile.
        nothing=(400, 403, 404, 409),
        is_tried=False,
    ),
    # What ends a session comes last.
    "/me/sessions/{session_id}/end": Form(
        who="office", page="/me/sessions", ids={"session_id": "session"}, stranger="other_office"
    ),
    "/me/role": Form(who="heart", page="/me/role", right={"role_grant_id": "{grant}"}, fields={"role_grant_id": ID}),
    "/me/sessions/end-all": Form(who="lung_head", page="/me/sessions"),
    "/sign-out": Form(who="sponsor", page="/me"),
}
