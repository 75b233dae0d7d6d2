"""Reading MeSH descriptors (XML) as a stream, with the parser of the standard library made safe.

Entities cannot be declared, none is fetched from outside, and depth and size of any piece are bounded; see
docs/decisions/0010-imports.md.
"""

from typing import NoReturn
from xml.parsers import expat

from trialport.core.language import Language
from trialport.vocabulary.imports.faults import ImportFault, Progress
from trialport.vocabulary.imports.opened import Opened
from trialport.vocabulary.imports.shapes import Source, SourceConcept, SourceTerm, language_of

MAX_DEPTH, MAX_PIECE = 64, 8_000_000
_CHUNK = 1 << 16
# Branches of the tree that hold conditions: diseases, and mental disorders.
_CONDITIONS = ("C", "F03")


class _Descriptor:
    """What is gathered of one descriptor while its elements pass by."""

    def __init__(self) -> None:
        self.key = self.name = ""
        self.trees: list[str] = []
        self.preferred = ""
        self.terms: dict[str, list[str]] = {}
        self.relations: dict[str, str] = {}


class _Reader:
    """Handlers of the parser. `path` is the names of the elements that are open."""

    def __init__(self, opened: Opened, language: Language | None) -> None:
        self.source = Source("mesh", "mesh")
        self._file = opened.path.name
        self._language = language
        self._path: list[str] = []
        self._text: list[str] = []
        self._size = 0
        self._trees: list[tuple[_Descriptor, SourceConcept]] = []
        self._descriptor = _Descriptor()
        self._concept = self._relation = ""
        self._is_preferred = self._is_permuted = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= MAX_DEPTH:
            raise ImportFault(f"{self._file} is nested more than {MAX_DEPTH} deep; no MeSH file is.")
        if not self._path:
            self._begin(name, attributes)
        self._path.append(name)
        self._text, self._size = [], 0
        if name == "DescriptorRecord":
            self._descriptor = _Descriptor()
        elif name == "Concept":
            self._is_preferred = attributes.get("PreferredConceptYN") == "Y"
        elif name == "ConceptRelation":
            self._relation = attributes.get("RelationName", "")
        elif name == "Term":
            self._is_permuted = attributes.get("IsPermutedTermYN") == "Y"

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != "DescriptorRecordSet":
            raise ImportFault(f"{self._file} is XML, but no set of MeSH descriptors.")
        if self._language is None:
            self._language = language_of(attributes.get("LanguageCode", "eng"))
        if self._language is None:
            raise ImportFault(f"{self._file} is in none of our languages; say which with --language sv, da or en.")

    def text(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_PIECE:
            raise ImportFault(f"{self._file} holds a text of more than {MAX_PIECE:,} characters.")
        self._text.append(text)

    def end(self, name: str) -> None:
        text = "".join(self._text).strip()
        self._text, self._size = [], 0
        above = self._path[-2] if len(self._path) > 1 else ""
        self._path.pop()
        descriptor = self._descriptor
        if name == "DescriptorUI" and above == "DescriptorRecord":
            descriptor.key = text
        elif name == "String" and above == "DescriptorName" and self._path[-2:-1] == ["DescriptorRecord"]:
            descriptor.name = text
        elif name == "TreeNumber":
            descriptor.trees.append(text)
        elif name == "ConceptUI" and above == "Concept":
            self._concept = text
            descriptor.preferred = text if self._is_preferred else descriptor.preferred
        elif name == "Concept2UI":
            descriptor.relations[text] = self._relation
        elif name == "String" and above == "Term" and not self._is_permuted:
            descriptor.terms.setdefault(self._concept, []).append(text)
        elif name == "DescriptorRecord":
            self._finish(descriptor)

    def _finish(self, descriptor: _Descriptor) -> None:
        if not any(tree.startswith(_CONDITIONS) for tree in descriptor.trees):
            self.source.left_out["no condition"] += 1
            return
        taken = [descriptor.name]
        for concept, terms in descriptor.terms.items():
            # A concept beside the preferred one is narrower, broader or merely related.
            if concept == descriptor.preferred or descriptor.relations.get(concept) == "NRW":
                taken.extend(terms)
            else:
                self.source.left_out["broad or related synonyms"] += len(terms)
        language = self._language or "en"
        spoken = tuple(SourceTerm(text, language) for text in dict.fromkeys(taken) if text)
        self._trees.append((descriptor, SourceConcept(descriptor.key, spoken, ())))

    def finish(self) -> Source:
        """Join the descriptors by their places in the tree."""
        at = {tree: descriptor.key for descriptor, _ in self._trees for tree in descriptor.trees}
        for descriptor, concept in self._trees:
            above = [at.get(tree.rpartition(".")[0], "") for tree in descriptor.trees]
            parents = tuple(dict.fromkeys(key for key in above if key and key != descriptor.key))
            self.source.concepts.append(concept._replace(parents=parents))
        return self.source


def read_mesh(opened: Opened, language: Language | None, progress: Progress) -> Source:
    """Read all descriptors that are conditions."""
    reader = _Reader(opened, language)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse_entity
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    done = 0
    try:
        while chunk := opened.file.read(_CHUNK):
            done += len(chunk)
            parser.Parse(chunk, False)  # noqa: FBT003 - the parser's own signature.
            if done - parser.CurrentByteIndex > MAX_PIECE:
                raise ImportFault(f"{opened.path.name} holds a tag of more than {MAX_PIECE:,} bytes.")
            progress("Taking in XML", done, opened.size)
        parser.Parse(b"", True)  # noqa: FBT003 - as above.
    except expat.ExpatError as error:
        raise ImportFault(
            f"{opened.path.name} is no whole XML: {expat.ErrorString(error.code)}, line {error.lineno}."
            " It may be cut off; fetch it again."
        ) from None
    return reader.finish()


def _refuse_entity(*_declared: object) -> NoReturn:
    raise ImportFault("The file declares entities of its own, as no MeSH file does. It is not read.")
