"""Keeping imported terms out of the way of shipped ones in the index by atoms."""

import msgspec
import numpy as np

from trialport.vocabulary.atom_index import CompiledAtoms


def shipped_first(compiled: CompiledAtoms, imported: int) -> CompiledAtoms:
    """Leave out terms of the rank `imported` wherever shipped ones mean the same word by word.

    They would say no more of the same category, and contradict the shipped words of another one.
    """
    ranks = np.frombuffer(compiled.term_rank, "<i1")
    offsets = np.frombuffer(compiled.key_offsets, "<i4")
    if not (ranks == imported).any():
        return compiled
    sizes = np.diff(offsets)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    has_shipped = np.bincount(owner, weights=ranks != imported, minlength=len(sizes)) > 0
    kept = (ranks != imported) | ~has_shipped[owner]
    return msgspec.structs.replace(
        compiled,
        key_offsets=np.concatenate([[0], np.cumsum(np.bincount(owner[kept], minlength=len(sizes)))])
        .astype("<i4")
        .tobytes(),
        term_concept=np.frombuffer(compiled.term_concept, "<i4")[kept].tobytes(),
        term_rank=ranks[kept].tobytes(),
        term_languages=np.frombuffer(compiled.term_languages, "<i1")[kept].tobytes(),
    )
