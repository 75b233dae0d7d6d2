"""The pages of the queue and of an inquiry's workspace, for the table of routes."""

_INQUIRY = "/inquiries/{inquiry_id}"
_STEPS = (
    "triage",
    "information-request",
    "decline",
    "assignment",
    "reading",
    "assessment",
    "shortlist",
    "invite",
    "deadline",
    "reply",
    "invitations/{invitation_id}",
    "questions/{question_id}",
)
# What each is about, and what who reaches that gets; the inquiries of the test are over.
OFFICE_PAGES: dict[tuple[str, str], tuple[str | None, int]] = {
    ("GET", "/queue"): (None, 200),
    ("GET", _INQUIRY + "/timeline"): ("over", 200),
    ("GET", _INQUIRY + "/candidates"): ("over", 200),
    ("GET", _INQUIRY + "/candidates/{unit_id}"): ("candidate", 200),
    ("GET", _INQUIRY + "/answers"): ("over", 409),
    ("GET", _INQUIRY + "/reply/edit"): ("over", 409),
}
OFFICE_FORMS: dict[tuple[str, str], int] = {
    ("POST", "/queue/views"): 415,
    # Takes nothing but its address.
    ("POST", "/queue/views/{saved_view_id}/delete"): 404,
    **{("POST", f"{_INQUIRY}/office/{step}"): 415 for step in _STEPS},
}
OFFICE_ONLY_FORMS = [("POST", f"{_INQUIRY}/office/{step}") for step in ("comments", "term")]
