"""The collated reply as a document in one language; the page, the PDF and the mail are all made from it."""

from collections.abc import Mapping, Sequence

from trialport.core.days import shown_day
from trialport.core.documents import Document, Fact, Section, Table
from trialport.core.language import Language
from trialport.core.translations import to_translate, translate
from trialport.invitations.models import Condition, NoReason
from trialport.invitations.reply_models import FilledCondition, ReplyDetail, UnitAnswer, UnitChange
from trialport.units.models import Basis

ANSWERS: Mapping[str, str] = {
    "yes": to_translate("Yes"),
    "yes_if": to_translate("Yes, on a condition"),
    "later": to_translate("Not yet"),
    "no": to_translate("No"),
    "no_answer": to_translate("No answer"),
}
CONDITIONS: Mapping[Condition, str] = {
    "nurse_hours": to_translate("research-nurse hours"),
    "pharmacy": to_translate("pharmacy"),
    "imaging": to_translate("imaging"),
    "sub_investigator": to_translate("a sub-investigator"),
    "data_manager": to_translate("a data manager"),
    "contract_help": to_translate("help with the contract"),
    "training": to_translate("training"),
    "money": to_translate("funding"),
    "space": to_translate("premises"),
}
REASONS: Mapping[NoReason, str] = {
    "no_suitable_patients": to_translate("no suitable patients"),
    "eligibility_too_narrow": to_translate("eligibility criteria too narrow"),
    "competing_trial": to_translate("a competing trial"),
    "no_nurse_time": to_translate("no research-nurse time"),
    "no_physician_time": to_translate("no physician time"),
    "no_space_or_equipment": to_translate("no space or equipment"),
    "pharmacy_lab_imaging": to_translate("pharmacy, laboratory or imaging"),
    "not_standard_of_care": to_translate("does not fit the standard of care here"),
    "low_scientific_interest": to_translate("low scientific interest"),
    "patient_burden": to_translate("too great a burden on patients"),
    "budget": to_translate("budget"),
    "timelines": to_translate("timelines"),
    "too_little_information": to_translate("too little information"),
    "leave": to_translate("leave of absence"),
    "other": to_translate("another reason"),
}
BASES: Mapping[Basis, str] = {
    "estimate": to_translate("estimate"),
    "register": to_translate("from a register"),
    "ehr_count": to_translate("counted in patient records"),
}

_NOTHING = "-"
_AWAITING = to_translate("the head of unit has not approved it yet")
_BEFORE_CHANGE = to_translate("given before the inquiry changed")


def describe_reply(reply: ReplyDetail, reference: str, language: Language, *, with_questions: bool = True) -> Document:
    """Word a reply. Without `with_questions` the answers to the sponsor's questions are left out and pointed to."""
    content = reply.content
    sections = [
        *_changes(reply, language),
        Section(heading=translate(language, "In short"), facts=_summary(reply, language)),
        Section(heading=translate(language, "The units' answers"), table=_table(content.units, language)),
        *(_unit(unit, language, with_questions=with_questions) for unit in content.units if _has_more(unit)),
    ]
    if reply.note.strip():
        sections.append(
            Section(heading=translate(language, "Note from the trial office"), paragraphs=_lines(reply.note))
        )
    if reply.next_step is not None:
        facts: tuple[Fact, ...] = ()
        if reply.next_step_on is not None:
            facts = (Fact(label=translate(language, "Date"), value=shown_day(reply.next_step_on, language)),)
        sections.append(
            Section(heading=translate(language, "Next step"), paragraphs=_lines(reply.next_step), facts=facts)
        )
    return Document(
        language=language,
        title=translate(language, "Reply to inquiry %(reference)s", reference=reference),
        lead=_lead(reply, language),
        sections=tuple(sections),
        mark="" if reply.version else translate(language, "Preview, not sent"),
    )


def _lead(reply: ReplyDetail, language: Language) -> tuple[str, ...]:
    if reply.replied_at is None:
        return (translate(language, "This is what the reply would say now. It has not been sent."),)
    sent = translate(
        language,
        "Version %(version)s, sent on %(day)s.",
        version=reply.version,
        day=shown_day(reply.replied_at.date(), language),
    )
    if reply.version < reply.newest_version:
        newer = translate(language, "Version %(version)s has replaced it.", version=reply.newest_version)
        return (f"{sent} {newer}",)
    if reply.version > 1:
        older = translate(language, "It replaces version %(version)s.", version=reply.version - 1)
        return (f"{sent} {older}",)
    return (sent,)


def _changes(reply: ReplyDetail, language: Language) -> tuple[Section, ...]:
    """Say first what is new since the version before; its reader knows the rest."""
    before = reply.version - 1 if reply.version else reply.newest_version
    if before < 1:
        return ()
    heading = translate(language, "What has changed since version %(version)s", version=before)
    if not reply.changes:
        return (Section(heading=heading, paragraphs=(translate(language, "No unit's answer has changed."),)),)
    header = tuple(translate(language, _HEADER[name]) for name in ("Unit", "Before", "Now"))
    rows = tuple(
        (f"{one.unit_name}, {one.site_name}", _said(one.before, language), _now(one, language)) for one in reply.changes
    )
    return (Section(heading=heading, table=Table(header=header, rows=rows)),)


def _now(changed: UnitChange, language: Language) -> str:
    before, now = (_said(one, language) for one in (changed.before, changed.after))
    return now if now != before else translate(language, _OTHERS, answer=now)


def _said(unit: UnitAnswer | None, language: Language) -> str:
    if unit is None:
        return translate(language, _NOT_IN_IT)
    return "; ".join(said for said in _row(unit, language)[1:] if said != _NOTHING)


_NOT_IN_IT = to_translate("not among the units asked")
_OTHERS = to_translate("%(answer)s (another contact person, or other answers to your questions)")


def _summary(reply: ReplyDetail, language: Language) -> tuple[Fact, ...]:
    content = reply.content
    least, most = content.participants_sure, content.participants_at_most
    counts = {
        translate(language, "Units asked"): content.asked,
        translate(language, "Answered"): content.answered,
        translate(language, "Yes"): content.yes,
        translate(language, "Yes, on a condition"): content.conditional,
        translate(language, "No, or not yet"): content.no,
        translate(language, "No answer"): content.silent,
        translate(language, "Participants offered"): (
            least if least == most else translate(language, "%(least)s to %(most)s", least=least, most=most)
        ),
    }
    facts = [Fact(label=label, value=str(value)) for label, value in counts.items()]
    if content.earliest_start is not None:
        day = shown_day(content.earliest_start, language)
        facts.append(Fact(label=translate(language, "Earliest start"), value=day))
    return tuple(facts)


def _table(units: Sequence[UnitAnswer], language: Language) -> Table:
    header = ("Unit", "Answer", "Participants", "Earliest start", "Conditions or reasons")
    return Table(
        header=tuple(translate(language, _HEADER[name]) for name in header),
        rows=tuple(_row(unit, language) for unit in units),
    )


_HEADER = {
    "Unit": to_translate("Unit"),
    "Answer": to_translate("Answer"),
    "Participants": to_translate("Participants"),
    "Earliest start": to_translate("Earliest start"),
    "Before": to_translate("Before"),
    "Now": to_translate("Now"),
    "Conditions or reasons": to_translate("Conditions or reasons"),
}


def _row(unit: UnitAnswer, language: Language) -> tuple[str, ...]:
    participants = _NOTHING
    if unit.participants is not None and _can(unit):
        basis = "" if unit.participants_basis is None else f" ({translate(language, BASES[unit.participants_basis])})"
        participants = f"{unit.participants}{basis}"
    said = [
        *(translate(language, CONDITIONS[one]) for one in unit.conditions),
        *(_provided(one, language) for one in unit.filled),
        *(translate(language, REASONS[one]) for one in unit.reasons),
    ]
    return (
        f"{unit.unit_name}, {unit.site_name}",
        _answer(unit, language),
        participants,
        shown_day(unit.earliest_start, language) if unit.earliest_start is not None and _can(unit) else _NOTHING,
        "; ".join(said) or _NOTHING,
    )


def _provided(filled: FilledCondition, language: Language) -> str:
    return translate(
        language,
        _PROVIDED,
        what=translate(language, CONDITIONS[filled.condition]),
        by=filled.provided_by or translate(language, _OFFICE),
    )


_PROVIDED = to_translate("%(what)s: provided by %(by)s")
_OFFICE = to_translate("the trial office")


def _answer(unit: UnitAnswer, language: Language) -> str:
    # What the head of unit has refused is a no, as it is counted.
    said = "no" if unit.answer in ("yes", "yes_if") and not _can(unit) else unit.answer
    answer = translate(language, ANSWERS[said])
    if _can(unit) and unit.approval == "awaiting_head":
        return f"{answer} ({translate(language, _AWAITING)})"
    if _can(unit) and unit.before_change:
        return f"{answer} ({translate(language, _BEFORE_CHANGE)})"
    return answer


def _can(unit: UnitAnswer) -> bool:
    return unit.answer in ("yes", "yes_if") and unit.approval != "refused"


def _has_more(unit: UnitAnswer) -> bool:
    return unit.contact_email is not None or bool(unit.answers_to_questions)


def _unit(unit: UnitAnswer, language: Language, *, with_questions: bool) -> Section:
    facts = [
        Fact(label=translate(language, label), value=value)
        for label, value in ((_CONTACT, unit.contact_name), (_EMAIL, unit.contact_email))
        if value is not None
    ]
    paragraphs: tuple[str, ...] = ()
    if with_questions:
        facts += [Fact(label=one.question, value=one.answer) for one in unit.answers_to_questions]
    elif unit.answers_to_questions:
        paragraphs = (translate(language, "Its answers to your questions are in the reply on the page."),)
    return Section(heading=f"{unit.unit_name}, {unit.site_name}", paragraphs=paragraphs, facts=tuple(facts))


_CONTACT = to_translate("Contact person")
_EMAIL = to_translate("E-mail address")


def _lines(text: str) -> tuple[str, ...]:
    """Split what somebody typed at its line ends."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def file_name(reference: str, reply: ReplyDetail, language: Language) -> str:
    """Name the file that a reply is saved as."""
    name = {"en": "reply", "sv": "svar", "da": "svar"}[language]
    return f"{reference}-{name}-{reply.version}.pdf"
