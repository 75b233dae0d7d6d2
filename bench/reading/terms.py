"""The terms that the alternatives look texts up in: the same words as ours, and ours' tables for what they mean."""

from collections.abc import Iterable, Iterator

from bench.reading.scores import Answer, category
from trialport.vocabulary.areas import concept_areas, ranked_areas
from trialport.vocabulary.icd10cm import IcdTerm, read_icd
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.sources import LANGUAGES, ConditionRow, read_conditions
from trialport.vocabulary.wording import is_residual, phrases, shortenings


def _own(rows: list[ConditionRow]) -> Iterator[tuple[str, str]]:
    for row in rows:
        for language in LANGUAGES:
            yield from ((text, row.concept) for text in row.terms[language] if row.shared.get(text, True))
    shortened = [(one, row.concept) for row in rows for one in row.abbreviations]
    for one, concept in sorted(shortened, key=lambda pair: not pair[0].default):
        yield one.text, concept
    for row in rows:
        yield from ((text, row.concept) for text, default in row.shared.items() if not default)


def _of_icd(terms: list[IcdTerm]) -> Iterator[tuple[str, str]]:
    """Labels before deeper text, and what only says "other" last; that of subcategories is left out, as in ours."""
    for code, text, depth in sorted(terms, key=lambda term: (is_residual(term.text), term.depth)):
        if not (is_residual(text) and depth > 1):
            yield from ((phrase, code) for phrase in (*phrases(text), *shortenings(text)))


def all_terms() -> list[tuple[str, str]]:
    """Every term of three languages with its concept: ours, abbreviations, and the phrases of ICD-10's text.

    Of several concepts with the same words the one meant by default stands alone.
    """
    _, _, icd = read_icd()
    meant: dict[str, tuple[str, str]] = {}
    for text, concept in (*_own(read_conditions()), *_of_icd(icd)):
        meant.setdefault(text.casefold(), (text, concept))
    return list(meant.values())


def answer_of(nearest: Iterable[tuple[str, float]], vocabulary: Vocabulary) -> Answer:
    """Categories and therapy areas of the nearest terms' concepts, best first, by the tables that ours uses.

    Measures of nearness have different scales, so each is taken as a share of the best one.
    """
    best: dict[str, float] = {}
    for concept, score in nearest:
        best.setdefault(concept, score)
    top = max(best.values(), default=0.0)
    shares = [(concept, score / top) for concept, score in best.items()] if top > 0 else []
    areas = ranked_areas(concept_areas(shares, vocabulary.areas_of), {}, sure=True)
    return Answer([category(concept) for concept, _ in shares], [area.code for area in areas])
