"""The forms about people: their entries in the register, and who may sign in."""

from tests.browser.wrong_kinds import CODE, DAY, ID, NEEDED_CODE, NEEDED_DAY, WHOLE, Form, Kind, day, needed

_PERSON = "/register/people/{investigator_id}"
_WHO = {"investigator_id": "second"}
_PAGE = "/register/people/{second}"

PEOPLE_FORMS: dict[str, Form] = {
    "/tasks/{office_task_id}/assignment": Form(
        who="office",
        page="/tasks",
        ids={"office_task_id": "task"},
        right={"person_id": "{person}", "assigned_before": ""},
        fields={"person_id": ID, "assigned_before": Kind(ID.wrong, is_typed=False, is_forged=True)},
        stranger="other_office",
    ),
    _PERSON + "/asking": Form(
        who="office",
        page=_PAGE,
        ids=_WHO,
        right={"invitations_per_month": "4", "school_status": "completed", "school_completed_on": "2025-05-01"},
        fields={
            "invitations_per_month": Kind((*WHOLE.wrong, "101")),
            "school_status": NEEDED_CODE,
            "school_completed_on": Kind((*DAY.wrong, day(30))),
        },
        stranger="other_office",
        seen="seen",
    ),
    _PERSON + "/absences": Form(
        who="office",
        page=_PAGE,
        ids=_WHO,
        right={"first_day": day(300), "last_day": day(305)},
        fields={
            "first_day": NEEDED_DAY,
            "last_day": Kind((*NEEDED_DAY.wrong, "2020-01-01")),
            "remove": Kind(CODE.wrong, is_typed=False, is_forged=True),
        },
        stranger="other_office",
    ),
    _PERSON + "/delegates": Form(
        who="office",
        page=_PAGE,
        ids=_WHO,
        right={"delegate_id": "{colleague}"},
        fields={
            "delegate_id": Kind((*ID.wrong, ""), is_typed=False),
            "remove": Kind(CODE.wrong, is_typed=False, is_forged=True),
        },
        stranger="other_office",
    ),
    _PERSON + "/roles": Form(
        who="office",
        page=_PAGE,
        ids=_WHO,
        right={"new_role": "investigator", "mail_language": "sv"},
        # She is not the head of her unit.
        fields={"new_role": Kind((*NEEDED_CODE.wrong, "unit_head", "admin"), is_typed=False), "mail_language": CODE},
        stranger="other_office",
    ),
    "/register/roles": Form(
        who="office",
        page="/register/roles",
        right={"email": "new@example.org", "full_name": "Ny Person", "new_role": "office", "mail_language": "sv"},
        fields={
            "email": Kind(("nobody", "two words@example.org", "a\0b", "", "x" * 255)),
            "full_name": needed(200),
            "new_role": NEEDED_CODE,
            "mail_language": NEEDED_CODE,
            "region_id": ID,
        },
    ),
    "/register/roles/{role_grant_id}/end": Form(
        who="office", page="/register/roles", ids={"role_grant_id": "spare_grant"}, stranger="other_office"
    ),
    "/register/roles/{role_grant_id}/restore": Form(
        who="office", page="/register/roles", ids={"role_grant_id": "spare_grant"}, stranger="other_office"
    ),
}
