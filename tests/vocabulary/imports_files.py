"""Small files in the shapes of the real formats; every word in them is made up."""

import json
from pathlib import Path
from typing import Any

OBO = "http://purl.obolibrary.org/obo/"


def node(number: int, label: str | None, *, prefix: str = "DOID", **meta: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"{OBO}{prefix}_{number}", "type": "CLASS"}
    return made | ({"lbl": label} if label is not None else {}) | ({"meta": meta} if meta else {})


def is_a(child: int, parent: int) -> dict[str, str]:
    return {"sub": f"{OBO}DOID_{child}", "pred": "is_a", "obj": f"{OBO}DOID_{parent}"}


def synonym(text: str, scope: str = "Exact") -> dict[str, Any]:
    return {"pred": f"has{scope}Synonym", "val": text, "xrefs": []}


def xref(code: str) -> dict[str, str]:
    return {"val": code}


def obo(nodes: list[dict[str, Any]], edges: list[dict[str, str]]) -> dict[str, Any]:
    version = f"{OBO}doid/releases/2026-10-31/doid.owl"
    return {"graphs": [{"id": f"{OBO}doid.owl", "meta": {"version": version}, "nodes": nodes, "edges": edges}]}


ZORBLAT = obo(
    [
        node(
            1,
            "zorblat disease",
            definition={"val": "Made up.", "xrefs": ["url:https://example.org"]},
            synonyms=[
                synonym("zorblatosis"),
                synonym("frimpled zorblatosis", "Narrow"),
                synonym("blatness", "Broad"),
                synonym("zorb", "Related"),
            ],
            xrefs=[xref("MESH:D000001"), xref("ICD10CM:G12.2"), xref("ICD10CM:G12.8"), xref("ICD10CM:J44")],
        ),
        node(2, "juvenile zorblat disease"),
        node(3, "grandchild of zorblat disease"),
        node(4, "migraine", synonyms=[synonym("skullthunder"), synonym("asthma")]),
        node(5, "quuxitis nowhere"),
        node(6, "obsolete zorblat", deprecated=True),
        node(7, None),
        node(8, "left kidney", prefix="UBERON"),
        node(9, "zorblat of two minds"),
        node(10, "frimplitis", xrefs=[xref("ICD10:L40")]),
        {"id": f"{OBO}RO_1", "lbl": "part of", "type": "PROPERTY"},
    ],
    [is_a(2, 1), is_a(3, 2), is_a(9, 1), is_a(9, 10), is_a(4, 5)],
)

MESH = """<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://example.org/nlmdescriptorrecordset_20260101.dtd">
<DescriptorRecordSet LanguageCode = "eng">
<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D990001</DescriptorUI>
  <DescriptorName><String>Psoriasis</String></DescriptorName>
  <AllowableQualifiersList><AllowableQualifier><QualifierReferredTo><QualifierUI>Q000150</QualifierUI>
    <QualifierName><String>complications</String></QualifierName></QualifierReferredTo></AllowableQualifier>
  </AllowableQualifiersList>
  <SeeRelatedList><SeeRelatedDescriptor><DescriptorReferredTo><DescriptorUI>D990009</DescriptorUI>
    <DescriptorName><String>Something else</String></DescriptorName></DescriptorReferredTo></SeeRelatedDescriptor>
  </SeeRelatedList>
  <TreeNumberList><TreeNumber>C17.800.859</TreeNumber></TreeNumberList>
  <ConceptList>
   <Concept PreferredConceptYN="Y">
    <ConceptUI>M990001</ConceptUI>
    <ConceptName><String>Psoriasis</String></ConceptName>
    <ConceptRelationList>
     <ConceptRelation RelationName="NRW">
      <Concept1UI>M990001</Concept1UI><Concept2UI>M990002</Concept2UI></ConceptRelation>
     <ConceptRelation RelationName="REL">
      <Concept1UI>M990001</Concept1UI><Concept2UI>M990003</Concept2UI></ConceptRelation>
    </ConceptRelationList>
    <TermList>
     <Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N"><TermUI>T1</TermUI><String>Psoriasis</String></Term>
     <Term IsPermutedTermYN="N"><TermUI>T2</TermUI><String>Flakemoor &amp; Crust</String></Term>
     <Term ConceptPreferredTermYN="N" IsPermutedTermYN="Y"><TermUI>T3</TermUI><String>Crust, Flakemoor</String></Term>
    </TermList>
   </Concept>
   <Concept PreferredConceptYN="N"><ConceptUI>M990002</ConceptUI>
    <ConceptName><String>Narrowmoor</String></ConceptName>
    <TermList><Term IsPermutedTermYN="N"><TermUI>T4</TermUI><String>Narrowmoor</String></Term></TermList></Concept>
   <Concept PreferredConceptYN="N"><ConceptUI>M990003</ConceptUI>
    <ConceptName><String>Cousinmoor</String></ConceptName>
    <TermList><Term IsPermutedTermYN="N"><TermUI>T5</TermUI><String>Cousinmoor</String></Term></TermList></Concept>
  </ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D990002</DescriptorUI>
  <DescriptorName><String>Blorpin acid</String></DescriptorName>
  <TreeNumberList><TreeNumber>D02.241</TreeNumber></TreeNumberList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D990003</DescriptorUI>
  <DescriptorName><String>Glimmering Flakemoor</String></DescriptorName>
  <TreeNumberList><TreeNumber>C17.800.859.100</TreeNumber><TreeNumber>C01.5</TreeNumber></TreeNumberList>
</DescriptorRecord>
</DescriptorRecordSet>
"""

FHIR: dict[str, Any] = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/sid/icd-10-made-up",
    "version": "2026",
    "name": "MadeUp",
    "language": "sv-SE",
    "status": "active",
    "content": "complete",
    "concept": [
        {
            "code": "X",
            "display": "Kapitel",
            "concept": [
                {
                    "code": "J44",
                    "display": "Flarnvikslunga",
                    "designation": [
                        {"language": "da-DK", "use": {"code": "preferred"}, "value": "blorplunge"},
                        {"language": "de", "value": "Flarnlunge"},
                        {"value": "flarnlunga"},
                    ],
                    "concept": [{"code": "J44.1", "display": "Flarnvikslunga i skov"}],
                },
                {"code": "J45", "display": "Gammalt namn", "property": [{"code": "inactive", "valueBoolean": True}]},
            ],
        },
        {"code": "undernod", "display": "Glupskvikt", "property": [{"code": "parent", "valueCode": "J44"}]},
    ],
}

TABLE = (
    "kod\ttext\tspråk\n"
    "J44.1\tFlarnvikslunga\tsv\n"
    "DJ441\tblorplunge\tda\n"
    "\n"
    "J44\tKOL\tsv\n"
    "J45\tKOL\tsv\n"
    "J45\tflarnvikslunga \tsv\n"
    "J45\tFlarn  asthma\ten\n"
    "J45\tFlarn asthma\ten\n"
    "J45\tFlarnasthma\tde\n"
    "A00-B99\tinfektioner av alla slag\tsv\n"
    "I50\tone two three four five six seven eight nine ten words\ten\n"
    "I50\t---\ten\n"
)


def written(folder: Path, name: str, content: str | bytes | dict[str, Any]) -> Path:
    path = folder / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
