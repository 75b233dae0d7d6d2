"""The shipped vocabulary, compiled or loaded once a test process."""

import pytest

from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.reading import Reader


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="session")
def reader(vocabulary: Vocabulary) -> Reader:
    return Reader(vocabulary)
