"""May I? The one table of what a role may do with an object in a state.

Everything that asks goes by it: the gate of a route (`may`), the check of a desk and `available_actions`
(`allowed_commands`), and docs/permissions.md, which is written from it. Which objects a role reaches at all is said by
the WHERE clause and by row-level security; what is out of reach does not exist (404). What the state refuses is 409.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from trialport.accounts.models import Role

ObjectType = Literal[
    "inquiry",
    "inquiry_draft",
    "attachment",
    "agreement",
    "invitation",
    "reservation",
    "question",
    "questionnaire",
    "capacity",
    "investigator",
    "delegates",
    "local_term",
    "weight_set",
    "region_priority",
    "quiet_period",
    "register",
    "region_setting",
    "role_grant",
    "office_task",
    "audit_trail",
    "disclosure",
]
Commands = tuple[str, ...]

_OPEN = ("submitted", "in_triage", "needs_information", "inviting", "collating")
_OVER = ("replied", "closed", "declined", "withdrawn")
INQUIRY_STATES = ("draft", *_OPEN, *_OVER)
# Objects without states of their own have this one; what does not exist yet has the other.
ANY, NEW = "any", "new"

_OFFICE_READS: Commands = (
    "read",
    "read_candidates",
    "read_teaser",
    "read_disclosure",
    "read_completeness",
    "read_triage",
    "read_comments",
    "comment",
)
_OFFICE_WORKS: Commands = ("amend", "withdraw", "reassess", "attach", "register", "assign", "shortlist")


def _in(states: Iterable[str], *commands: str) -> dict[str, Commands]:
    return dict.fromkeys(states, commands)


_SERVICE_INQUIRY = {
    NEW: ("submit",),
    **_in(_OPEN, "read", "read_candidates", "amend", "withdraw", "reassess"),
    **_in(_OVER, "read", "read_candidates"),
}
# A judgement about units is a person's. A sponsor may choose before the reply, and tell of it long after.
_OFFICE_KEEPS: dict[str, Commands] = {
    NEW: ("submit",),
    **_in(_OPEN, *_OFFICE_READS, *_OFFICE_WORKS, "disclose", "override", "record_selection"),
    **_in(_OVER, *_OFFICE_READS, "register", "disclose"),
    **_in(("replied", "closed"), *_OFFICE_READS, "register", "disclose", "record_selection"),
}
# What moves an inquiry along, on top of the above.
_OFFICE_MOVES: dict[str, Commands] = {
    "submitted": ("triage", "request_information", "decline"),
    "in_triage": ("request_information", "decline", "invite"),
    "needs_information": ("triage", "decline"),
    "inviting": ("invite", "read_answers", "reply"),
    "collating": ("invite", "read_answers", "reply"),
    "replied": ("read_answers", "read_reply", "revise_reply", "close", "promise_outcome"),
    "closed": ("read_answers", "read_reply", "record_milestone"),
}
_OFFICE_INQUIRY = {state: (*commands, *_OFFICE_MOVES.get(state, ())) for state, commands in _OFFICE_KEEPS.items()}
# What an office notes for itself is nobody else's.
_ADMIN_INQUIRY = {
    state: tuple(command for command in commands if command not in ("comment", "read_comments"))
    for state, commands in _OFFICE_INQUIRY.items()
}
_WRITES_CAPACITY = {ANY: ("read", "change", "confirm", "import")}

# A role that is not named may do nothing with the object; a state that is not named allows nothing.
PERMISSIONS: Mapping[ObjectType, Mapping[Role, Mapping[str, Commands]]] = {
    "inquiry": {
        "sponsor_contact": {
            NEW: ("submit",),
            **_in(_OPEN, "read", "read_teaser", "amend", "withdraw", "attach", "read_completeness"),
            **_in(("declined", "withdrawn"), "read", "read_teaser"),
            "replied": ("read", "read_teaser", "read_reply", "close", "promise_outcome"),
            "closed": ("read", "read_teaser", "read_reply", "record_milestone"),
        },
        "office": _OFFICE_INQUIRY,
        "admin": _ADMIN_INQUIRY,
        "service": _SERVICE_INQUIRY,
    },
    # What is not sent yet is its sponsor's alone: no office reads it.
    "inquiry_draft": {"sponsor_contact": {NEW: ("start",), ANY: ("read", "change", "send", "discard")}},
    # A file has the states of its inquiry: what stands behind a reply is not taken away.
    "attachment": {
        role: {**_in(_OPEN, "read", "delete"), **_in(_OVER, "read")} for role in ("sponsor_contact", "office", "admin")
    },
    "agreement": {
        "sponsor_contact": _in(("current", "ended"), "read"),
        **{
            role: {NEW: ("record",), "current": ("read", "end", "extend"), "ended": ("read", "resume")}
            for role in ("office", "admin")
        },
    },
    # An answer may change until the reply, and a late one is welcome; rules.py of invitations marks it.
    "invitation": {
        **{
            role: {
                **_in(("sent", "opened", "no_answer"), "read", "answer"),
                # Whether it is hers to sign off, sign_off.py of invitations says: the head herself, and nobody for her.
                "answered": (
                    "read",
                    "answer",
                    "update_capacity",
                    "sign_off",
                    *(("draft_suitability",) if role == "unit_head" else ()),
                ),
                "withdrawn": ("read",),
            }
            for role in ("investigator", "unit_head")
        },
        **{
            role: {
                "planned": ("read", "withdraw"),
                **_in(("sent", "opened"), "read", "withdraw", "redirect", "resend", "revoke_links", "move_deadline"),
                "answered": ("read", "redirect", "revoke_links", "draft_suitability", "fill"),
                "no_answer": ("read", "redirect", "resend", "revoke_links", "move_deadline"),
                "withdrawn": ("read",),
            }
            for role in ("office", "admin")
        },
    },
    # What is set aside of a unit's own capacity; of shared resources and of the whole region the office reads it.
    "reservation": {
        **{role: {ANY: ("read",)} for role in ("investigator", "unit_head")},
        **{role: {ANY: ("read", "read_all")} for role in ("office", "admin")},
    },
    # A unit's question goes through the office, and the sponsor answers without knowing whose it is.
    "question": {
        **{
            role: {NEW: ("ask",), **_in(("asked", "forwarded", "answered", "shared", "dismissed"), "read")}
            for role in ("investigator", "unit_head")
        },
        "sponsor_contact": {"forwarded": ("read", "answer"), **_in(("answered", "shared"), "read")},
        **{
            role: {
                "asked": ("read", "forward", "dismiss"),
                "forwarded": ("read",),
                "answered": ("read", "share"),
                **_in(("shared", "dismissed"), "read"),
            }
            for role in ("office", "admin")
        },
    },
    # The sponsor's questions to units that said yes; the head approves what her unit answers.
    "questionnaire": {
        "sponsor_contact": {ANY: ("read", "change")},
        "investigator": {ANY: ("read_own", "fill")},
        "unit_head": {ANY: ("read_own", "fill", "approve")},
        "office": {ANY: ("read", "read_own")},
        "admin": {ANY: ("read", "read_own")},
    },
    "capacity": dict.fromkeys(("investigator", "unit_head", "office", "admin", "service"), _WRITES_CAPACITY),
    "investigator": {role: {ANY: ("read",)} for role in ("investigator", "unit_head", "office", "admin")},
    # Who may stand in for an investigator is hers to say, or her office's (register): a delegate cannot name others.
    "delegates": {role: {ANY: ("read", "change")} for role in ("investigator", "unit_head")},
    # Two persons of one region's office make a term; terms/rules.py says which of them may do what.
    "local_term": {
        "office": {
            NEW: ("propose",),
            "proposed": ("read", "agree", "reject", "withdraw"),
            "agreed": ("read", "withdraw"),
            **_in(("rejected", "withdrawn"), "read"),
        },
        "admin": {**_in(("proposed", "agreed"), "read", "withdraw"), **_in(("rejected", "withdrawn"), "read")},
    },
    "weight_set": {
        "office": {ANY: ("read", "change")},
        "admin": {ANY: ("read", "change")},
        "management": {ANY: ("read",)},
        "service": {ANY: ("read",)},
    },
    "region_priority": {
        "office": {ANY: ("read", "change")},
        "admin": {ANY: ("read", "change")},
        "management": {ANY: ("read",)},
    },
    # Everybody who is promised a day, or asked until one, may know what does not count.
    "quiet_period": {
        "office": {ANY: ("read", "change")},
        "admin": {ANY: ("read", "change")},
        **{
            role: {ANY: ("read",)} for role in ("sponsor_contact", "investigator", "unit_head", "management", "service")
        },
    },
    # What a region's office sets of its own work: what it promises, how confidentiality is settled, texts.
    "region_setting": {role: {ANY: ("read", "change")} for role in ("office", "admin")},
    # The office's own view of its units, people and resources.
    "register": {role: {ANY: ("read", "ask_to_confirm", "import", "edit_person")} for role in ("office", "admin")},
    # The state is the role that is given or held: nobody gives a role that may more than her own. A sponsor's contact
    # comes with the sponsor's first inquiry.
    "role_grant": {
        "office": {
            **_in(("investigator", "unit_head", "office", "management"), "read", "give", "end"),
            "sponsor_contact": ("read", "end"),
        },
        "admin": {
            **_in(("investigator", "unit_head", "office", "management", "admin"), "read", "give", "end"),
            "sponsor_contact": ("read", "end"),
        },
    },
    "office_task": {
        role: {"open": ("read", "finish", "assign"), "done": ("read", "reopen")} for role in ("office", "admin")
    },
    "audit_trail": {role: {ANY: ("read", "export")} for role in ("office", "admin")},
    "disclosure": {role: {ANY: ("read",)} for role in ("office", "admin")},
}


def allowed_commands(object_type: ObjectType, role: Role, state: str = ANY) -> Commands:
    """Return what a role may do with an object that it can see, in this state."""
    return PERMISSIONS[object_type].get(role, {}).get(state, ())


def roles_that_may(object_type: ObjectType, command: str) -> frozenset[Role]:
    """Return the roles that may do this in some state; raises LookupError for a command that nobody has."""
    found = frozenset(
        role
        for role, states in PERMISSIONS[object_type].items()
        if any(command in commands for commands in states.values())
    )
    if not found:
        raise LookupError(f"nobody may {command} {object_type}")
    return found


def may(object_type: ObjectType, command: str) -> dict[str, Any]:
    """Options of a route: the roles that may do this."""
    return {"roles": roles_that_may(object_type, command)}


def describe_permissions() -> str:
    """Write docs/permissions.md: a table for each kind of object, commands down and roles across."""
    parts = [_HEAD]
    for object_type, roles in PERMISSIONS.items():
        commands = dict.fromkeys(one for states in roles.values() for allowed in states.values() for one in allowed)
        parts.append(f"\n## {object_type}\n")
        parts.append("| command | " + " | ".join(f"`{role}`" for role in roles) + " |")
        parts.append("|---" * (len(roles) + 1) + "|")
        for command in commands:
            cells = [_when(command, states) for states in roles.values()]
            parts.append(f"| `{command}` | " + " | ".join(cells) + " |")
    return "\n".join(parts) + "\n"


def _when(command: str, states: Mapping[str, Commands]) -> str:
    """Say in which states a role has a command."""
    having = [state for state, allowed in states.items() if command in allowed]
    if having == [NEW]:
        return "yes"
    if set(having) == set(_OPEN):
        return "while open"
    return "always" if set(having) == set(states) - {NEW} else ", ".join(f"`{one}`" for one in having) or "-"


_HEAD = """# Who may do what

Written from `src/trialport/accounts/permissions.py` by `python -m trialport.accounts.permissions`;
a test keeps it so.

- A role that is not named may do nothing with that kind of object; its routes answer 403.
- What lies outside a role's reach does not exist for it: 404. An office, a service and management reach their region, a
  sponsor's contact her own organisation's inquiries, an investigator and a head of unit their own units.
- What the state refuses is 409, with the state and what is allowed in it. An inquiry is open while it is
  `submitted`, `in_triage`, `needs_information`, `inviting` or `collating`.
- Whom an investigator has named as a delegate may act for her as `investigator`, in her units; what is about her
  as a person (objection, delegates, who read her name) stays closed to the delegate, and delegations do not chain.
- A token without the scope `write` changes nothing, whatever its role.
- The directory of regions, sites, units and shared resources is open to everybody who is signed in; `management` sees
  figures and no inquiry."""

if __name__ == "__main__":
    sys.stdout.write(describe_permissions())
