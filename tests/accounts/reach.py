"""Who of the cast has which role, and reaches which object."""

PEOPLE = {
    "sponsor": "sponsor_contact",
    "colleague": "sponsor_contact",
    "rival": "sponsor_contact",
    "investigator": "investigator",
    "other_investigator": "investigator",
    "unit_head": "unit_head",
    "office": "office",
    "other_office": "office",
    "management": "management",
    "admin": "admin",
    "service": "service",
}

# Who reaches which object; for everybody else with a fitting role it does not exist.
REACH = {
    "inquiry": {
        "ours": {"sponsor", "colleague", "office", "admin", "service"},
        "rivals": {"rival", "office", "admin", "service"},
        "theirs": {"sponsor", "colleague", "other_office", "admin"},
        "both": {"sponsor", "colleague", "office", "other_office", "admin", "service"},
    },
    # A unit as a candidate of an inquiry: of a region's own units only.
    "candidate": {
        "ours": {"office", "admin", "service"},
        "theirs": {"other_office", "admin"},
        "both": {"office", "admin", "service"},
    },
    "capacity": {
        "lung": {"investigator", "unit_head", "office", "admin", "service"},
        "heart": {"other_investigator", "office", "admin", "service"},
        "foreign": {"other_office", "admin"},
    },
    "investigator": {
        "lung": {"investigator", "unit_head", "office", "admin"},
        "heart": {"other_investigator", "office", "admin"},
        "foreign": {"other_office", "admin"},
    },
    "weights": {
        "ours": {"office", "management", "admin", "service"},
        "theirs": {"other_office", "admin"},
    },
    # What a region sets for its triage.
    "set": {
        "ours": {"office", "management", "admin"},
        "theirs": {"other_office", "admin"},
    },
    "over": {
        "ours": {"sponsor", "colleague", "office", "admin", "service"},
        "rivals": {"rival", "office", "admin", "service"},
        "theirs": {"sponsor", "colleague", "other_office", "admin"},
        "both": {"sponsor", "colleague", "office", "other_office", "admin", "service"},
    },
    "invitation": {
        "ours": {"investigator", "unit_head", "office", "admin"},
        "theirs": {"other_office", "admin"},
    },
    "invitation_file": {
        "ours": {"investigator", "unit_head", "office", "admin"},
        "theirs": {"other_office", "admin"},
    },
    "question": {"ours": {"office", "admin"}, "theirs": {"other_office", "admin"}},
    # The diary and the log of disclosures are kept by the region that received the inquiry.
    "record": {
        "ours": {"office", "admin"},
        "rivals": {"office", "admin"},
        "theirs": {"other_office", "admin"},
        "both": {"office", "admin"},
    },
    "agreement": {
        "ours": {"office", "admin", "sponsor", "colleague"},
        "rivals": {"office", "admin", "rival"},
        "theirs": {"other_office", "admin", "sponsor", "colleague"},
    },
    "attachment": {
        "ours": {"sponsor", "colleague", "office", "admin"},
        "rivals": {"rival", "office", "admin"},
        "theirs": {"sponsor", "colleague", "other_office", "admin"},
        "both": {"sponsor", "colleague", "office", "other_office", "admin"},
    },
    "resource": {"ours": {"office", "admin"}, "theirs": {"other_office", "admin"}},
    "task": {"ours": {"office", "admin"}, "theirs": {"other_office", "admin"}},
    "term": {"ours": {"office", "admin"}, "theirs": {"other_office", "admin"}},
}
