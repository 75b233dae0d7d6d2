"""How an inquiry's indication is read: by the vocabulary, less what the sponsor says is not meant."""

from msgspec import structs

from trialport.inquiries.content import Condition
from trialport.vocabulary.areas import concept_areas
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.local import NO_LOCAL_TERMS, LocalTerms
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader


def read_condition(reader: Reader, condition: Condition, local: LocalTerms = NO_LOCAL_TERMS) -> Reading:
    """Read an indication; a concept that is not meant leads to no unit and, alone, to no therapy area."""
    reading = reader.read_text(condition.indication, local=local)
    return without_concepts(reading, condition.concepts_not_meant, reader.vocabulary)


def without_concepts(reading: Reading, not_meant: tuple[str, ...], vocabulary: Vocabulary) -> Reading:
    """Take concepts out of a reading, and the therapy areas that only they led to."""
    kept = tuple(one for one in reading.concepts if one.concept not in not_meant)
    if len(kept) == len(reading.concepts):
        return reading
    left = concept_areas([(one.concept, one.score) for one in kept], vocabulary.areas_of)
    lost = (
        concept_areas([(one.concept, one.score) for one in reading.concepts], vocabulary.areas_of).keys() - left.keys()
    )
    areas = tuple(area for area in reading.therapy_areas if area.code not in lost)
    return structs.replace(reading, concepts=kept, therapy_areas=areas, ambiguous=reading.ambiguous and len(kept) > 1)
