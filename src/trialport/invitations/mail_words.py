"""The first word about a trial in the mail of an invitation: what a unit needs to see whether to read on.

No title, no condition and nothing that tells which trial it is, whatever the sponsor has opened: mails lie in
mailboxes. It is made from the teaser, which holds no confidential field.
"""

from trialport.core.days import shown_day
from trialport.core.documents import Fact
from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.inquiries.teaser_models import TeaserContent
from trialport.invitations import labels

_NOT_SAID = _("the inquiry does not say; ask in your answer")


def first_facts(asked: TeaserContent, language: Language) -> tuple[Fact, ...]:
    """Return what a primary-care centre reads first: the role asked, the time and the pay, or that it is not said."""
    role, pay, minutes = asked.needs.primary_care_role, asked.needs.unit_pay, asked.burden.minutes_per_visit
    not_said = translate(language, _NOT_SAID)
    return (
        Fact(
            label=translate(language, "Role asked of you"),
            value=not_said if role is None else translate(language, labels.ROLES[role]),
        ),
        Fact(
            label=translate(language, "Time"),
            value=not_said if minutes is None else translate(language, "%(count)s minutes a visit", count=minutes),
        ),
        Fact(label=translate(language, "Pay"), value=pay or not_said),
    )


def trial_facts(asked: TeaserContent, language: Language) -> tuple[Fact, ...]:
    """Return what every unit reads of the trial: its kind, its size and its time."""
    numbers, visits = asked.numbers, asked.burden.visits
    kind = f"{translate(language, labels.STUDY_TYPES[asked.kind.study_type])}, "
    said = [
        ("Kind", kind + translate(language, labels.PHASES[asked.kind.phase])),
        ("Participants wanted here", str(numbers.participants_wanted)),
        ("Planned start", shown_day(numbers.planned_start, language)),
    ]
    if visits is not None:
        said.append(("Visits a participant", str(visits)))
    return tuple(Fact(label=translate(language, label), value=value) for label, value in said)
