"""Rules of the questionnaire: which answers fit, and which earlier answers are offered again."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from rapidfuzz import fuzz

from trialport.core.errors import FieldError
from trialport.invitations.questionnaire_models import AnswerValue, SiteQuestion

# Questions whose words agree at least so far, in any order, count as the same (per cent, token_sort_ratio).
SIMILAR = 85
_FEWEST_OPTIONS = 2
_NO_WORD = re.compile(r"[^\w]+")


def normalise_question(text: str) -> str:
    """Return the words of a question in lower case, without marks between them."""
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def with_keys(questions: Sequence[SiteQuestion]) -> tuple[SiteQuestion, ...]:
    """Give each question without a key one that is made from its words, so that the same question has the same."""
    return tuple(
        one if one.key is not None else replace(one, key=f"q_{_digest(normalise_question(one.text))}")
        for one in questions
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_questions(questions: Sequence[SiteQuestion]) -> list[FieldError]:
    """Find what is wrong with a list of questions that have keys."""
    found = []
    seen: set[str | None] = set()
    for at, one in enumerate(questions):
        if one.key in seen:
            found.append(FieldError(f"questions[{at}].key", "A question stands twice. Ask each once."))
        seen.add(one.key)
        if (len(one.options) < _FEWEST_OPTIONS) if one.kind == "choice" else one.options:
            found.append(
                FieldError(f"questions[{at}].options", "Name at least two options, and only with the kind `choice`.")
            )
    return found


def fits(question: SiteQuestion, answer: AnswerValue) -> bool:
    """Tell whether an answer is of the kind that a question asks for."""
    if question.kind == "yes_no":
        return isinstance(answer, bool)
    if question.kind == "number":
        return isinstance(answer, int | float) and not isinstance(answer, bool)
    return isinstance(answer, str) and (question.kind == "text" or answer in question.options)


def check_answers(
    questions: Sequence[SiteQuestion], answers: Mapping[str, AnswerValue], *, whole: bool
) -> list[FieldError]:
    """Find answers that fit no question; with `whole` also questions without an answer."""
    by_key = {one.key: one for one in questions}
    found = [
        FieldError(f"answers.{key}", "There is no such question, or the answer is not of its kind. Correct it.")
        for key, answer in answers.items()
        if key not in by_key or not fits(by_key[key], answer)
    ]
    if whole:
        found += [
            FieldError(f"answers.{key}", "Answer this question before the answers are approved.")
            for key in by_key
            if key not in answers
        ]
    return found


def is_similar(normalised: str, other: str) -> bool:
    """Tell whether two normalised questions ask the same."""
    return fuzz.token_sort_ratio(normalised, other) >= SIMILAR
