"""Reading OBO Graphs JSON, the format of DOID, MONDO and other open ontologies."""

import re
from collections import Counter, defaultdict
from typing import Final

from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.imports.faults import ImportFault
from trialport.vocabulary.imports.opened import Opened, decode
from trialport.vocabulary.imports.shapes import Source, SourceConcept, SourceTerm, category_of

# Scopes of a synonym that name the thing itself or a kind of it; broad and related ones name something else.
_TAKEN: Final = {"hasExactSynonym": True, "hasNarrowSynonym": True}
_ICD = re.compile(r"ICD-?10(?:CM|WHO)?:(.+)", re.IGNORECASE)
_ICD_ADDRESS = re.compile(r".*/(?:ICD10(?:CM|WHO)?|icd10(?:cm|who)?)/([^/]+)")
_OBO_ID = re.compile(r".*[/#]([A-Za-z][A-Za-z-]*)[_:][^/#]*")


class _Synonym(Struct, gc=False):
    val: str
    pred: str = ""


class _Xref(Struct, gc=False):
    val: str


class _Meta(Struct):
    synonyms: list[_Synonym] = []
    xrefs: list[_Xref] = []
    deprecated: bool = False
    version: str | None = None


class _Node(Struct):
    id: str
    lbl: str | None = None
    type: str | None = None
    meta: _Meta | None = None


class _Edge(Struct, gc=False):
    sub: str
    pred: str
    obj: str


class _Graph(Struct):
    id: str | None = None
    meta: _Meta | None = None
    nodes: list[_Node] = []
    edges: list[_Edge] = []


class _Document(Struct):
    graphs: list[_Graph]


def read_obo(opened: Opened, language: Language | None) -> Source:
    """Read all classes of the ontology's own; terms are English unless said otherwise."""
    document = decode(opened.file, _Document, opened.path.name)
    nodes = [node for graph in document.graphs for node in graph.nodes if node.type in ("CLASS", None)]
    if not nodes:
        raise ImportFault(f"{opened.path.name} is an OBO graph without classes.")
    first = document.graphs[0]
    source = Source("obographs", _name(first.id or ""), _version(first))
    own = _own_prefixes(nodes)
    parents: dict[str, list[str]] = defaultdict(list)
    for graph in document.graphs:
        for edge in graph.edges:
            if edge.pred in ("is_a", "subClassOf"):
                parents[edge.sub].append(edge.obj)
    for node in nodes:
        meta = node.meta or _Meta()
        if meta.deprecated or node.lbl is None:
            source.left_out["deprecated or without a name"] += 1
        elif _prefix(node.id) not in own:
            source.left_out["of another ontology"] += 1
        else:
            terms = [node.lbl, *(one.val for one in meta.synonyms if _scope(one.pred) in _TAKEN)]
            source.left_out["broad or related synonyms"] += 1 + len(meta.synonyms) - len(terms)
            spoken = tuple(SourceTerm(text, language or "en") for text in terms)
            source.concepts.append(SourceConcept(node.id, spoken, _categories(meta), tuple(parents.get(node.id, ()))))
    return source


def _scope(pred: str) -> str:
    return pred.rpartition("#")[2].rpartition(":")[2]


def _categories(meta: _Meta) -> tuple[str, ...]:
    found = []
    for xref in meta.xrefs:
        code = _ICD.fullmatch(xref.val) or _ICD_ADDRESS.fullmatch(xref.val)
        if code and (category := category_of(code[1])):
            found.append(category)
    return tuple(found)


def _own_prefixes(nodes: list[_Node]) -> frozenset[str]:
    """Prefixes of the classes with ICD-10 codes; else the most frequent one. Imported anatomy has neither."""
    coded = {_prefix(node.id) for node in nodes if node.meta and _categories(node.meta)}
    return frozenset(coded or {Counter(_prefix(node.id) for node in nodes).most_common(1)[0][0]})


def _prefix(node_id: str) -> str:
    found = _OBO_ID.fullmatch(node_id)
    return found[1] if found else node_id.partition(":")[0]


def _name(graph_id: str) -> str:
    return re.sub(r"\.\w+$", "", graph_id.rstrip("/").rpartition("/")[2])


def _version(graph: _Graph) -> str:
    """Version as the graph has it: an address with a date in it becomes the date."""
    version = (graph.meta.version or "") if graph.meta else ""
    dated = re.search(r"\d{4}-\d{2}-\d{2}", version)
    return dated[0] if dated else version
