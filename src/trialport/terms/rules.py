"""Rules of local terms: who may do what when, which words may be one, and what several regions read together."""

from collections import defaultdict
from collections.abc import Container, Iterable
from typing import Literal
from uuid import UUID

from trialport.accounts import permissions
from trialport.accounts.models import Actor
from trialport.core.errors import FieldError
from trialport.terms.models import LocalTermCreate, LocalTermState
from trialport.vocabulary.local import LocalTerm, fault_of_words, key_of_words

Command = Literal["read", "agree", "reject", "withdraw"]


def allowed_commands(
    actor: Actor, state: LocalTermState, *, proposer_id: UUID | None, proposed_by: str
) -> tuple[str, ...]:
    """Return what the actor may do with a term that she can see: her role's commands, kept to two persons.

    Who proposed a term cannot agree to it or reject it; while it is proposed only she and an admin take it back.
    A person with a second token is still one person: the same name counts as the same person.
    """
    allowed = permissions.allowed_commands("local_term", actor.role, state)
    if state != "proposed" or actor.role == "admin":
        return allowed
    same = actor.actor_id == proposer_id or _folded(actor.name) == _folded(proposed_by)
    others = {"agree", "reject"} if same else {"withdraw"}
    return tuple(command for command in allowed if command not in others)


def check_term(data: LocalTermCreate, concepts: Container[str]) -> list[FieldError]:
    """Find what does not fit; each finding names the field and what to do."""
    errors = []
    if fault := fault_of_words(data.term):
        errors.append(FieldError("term", fault))
    for field in ("concept", "read_as"):
        concept = getattr(data, field)
        if concept is not None and concept not in concepts:
            errors.append(
                FieldError(field, "No such concept. Give an ICD-10 category (J44) or a concept of the vocabulary.")
            )
    if data.read_as == data.concept:
        errors.append(FieldError("read_as", "The words are read as this already. Say what they were wrongly read as."))
    return errors


def shared_terms(terms: Iterable[LocalTerm], regions: int) -> list[LocalTerm]:
    """Return the terms that all of several regions have agreed on, each once.

    A reading of several regions is shown to all of them, so what only some of them have stays out of it.
    """
    if regions == 1:
        return list(terms)
    same: dict[tuple[str, str, str], list[LocalTerm]] = defaultdict(list)
    for term in sorted(terms):
        same[term.language, key_of_words(term.words), term.concept].append(term)
    # A region has the same words once.
    return [found[0] for found in same.values() if len(found) == regions]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
