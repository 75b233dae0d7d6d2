"""The script of the demonstration's story: inquiries, and what happens to each on which day."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from trialport.units.register_file import Entry

# When something happens: a weekday before the day of loading, and the time of the region's clock.
Moment = Annotated[str, Meta(pattern=r"^-[1-9][0-9]* [0-9]{2}:[0-9]{2}$")]
Verb = Literal[
    "submit", "draft", "amend", "withdraw", "take_up", "ask_information", "decline", "assign", "comment", "shortlist",
    "invite", "open", "answer", "confirm_answer", "sign_off", "fill", "ask", "forward", "reply_question", "share",
    "questionnaire", "fill_questionnaire", "reply", "outcome", "milestone",
    "priorities", "quiet_periods", "weights", "save_view", "ask_to_confirm",
]  # fmt: skip


class StoryStep(Entry, frozen=True, kw_only=True):
    """One thing that somebody does; `given` is what she writes, in the fields of the desk that takes it.

    `who` is an address or an investigator's number; by default the inquiry's sponsor or its region's office. Dates in
    `given` are relative to the step's own day, as in the other files.
    """

    when: Moment
    do: Verb
    who: str | int | None = None
    unit: str | None = None
    units: tuple[str, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)


class StoryInquiry(Entry, frozen=True, kw_only=True):
    """One inquiry: who asks which region for what, and what becomes of it. `content` is without who asks."""

    key: str
    region: str
    sponsor: str
    contact: str
    award_status: str = "own_trial"
    content: dict[str, Any] = field(default_factory=dict)
    steps: tuple[StoryStep, ...]


class Story(Entry, frozen=True, kw_only=True):
    """Everything that happens: what each region's office sets for itself, then its inquiries."""

    offices: dict[str, tuple[StoryStep, ...]]
    inquiries: tuple[StoryInquiry, ...]
