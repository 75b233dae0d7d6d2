"""Pages of the office's tasks, register and settings, and the forms on them."""

REGISTER_PAGES = (
    "/tasks",
    "/settings",
    "/register",
    "/register/import",
    "/register/people",
    "/register/resources",
    "/register/roles",
)
SETTINGS_PAGES = tuple(
    f"/settings/{{region_id}}/{name}" for name in ("weights", "priorities", "calendar", "texts", "confidentiality")
)
SETTINGS_READ = ("/settings/{region_id}/terms",)
REGISTER_FORMS = (
    *SETTINGS_PAGES,
    "/settings/{region_id}/promise",
    "/settings/{region_id}/agreements",
    "/settings/{region_id}/agreements/{agreement_id}",
    "/settings/{region_id}/terms/{local_term_id}",
    "/register/ask",
    "/register/import",
    "/register/import/{import_draft_id}",
    *(f"/register/people/{{investigator_id}}/{name}" for name in ("absences", "asking", "delegates", "roles")),
    "/register/roles",
    "/register/roles/{role_grant_id}/end",
    "/register/roles/{role_grant_id}/restore",
    "/register/units/{unit_id}/capacities/{therapy_area}/ask",
    "/tasks/{office_task_id}/assignment",
    "/tasks/{office_task_id}/done",
    "/tasks/{office_task_id}/reopen",
)
