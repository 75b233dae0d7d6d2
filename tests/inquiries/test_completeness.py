"""What an inquiry lacks, by the kind of study and of region, and that every field has a name."""

from typing import Any, get_args

import msgspec
import pytest

from tests.inquiries.factories import inquiry_body
from trialport.core.language import Language
from trialport.core.translations import translate
from trialport.inquiries.completeness import RULES, count_missing, missing_fields
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.field_names import field_name, named_paths
from trialport.inquiries.teaser import content_paths
from trialport.inquiries.triage_models import Level
from trialport.units.models import ConfidentialityMode


def content(**groups: Any) -> InquiryContent:
    return msgspec.convert(inquiry_body(**groups), InquiryContent)


def lacking(level: Level, mode: ConfidentialityMode = "master", **groups: Any) -> set[str]:
    return {one.field for one in missing_fields(content(**groups), mode) if one.level == level}


def kind(study_type: str, phase: str = "not_applicable", **others: Any) -> dict[str, Any]:
    return {"study_type": study_type, "phase": phase, **others}


EMPTY: dict[str, Any] = {"population": {}, "product": {"mechanism": "any"}}
ALWAYS = {"population.key_inclusion", "population.age_from"}


@pytest.mark.parametrize(
    ("of_kind", "needed"),
    [
        (kind("drug", "3"), {"product.route"}),
        (kind("drug", "1"), {"product.route", "kind.first_in_human"}),
        (kind("drug", "1", first_in_human=False), {"product.route"}),
        (kind("device", "device_pivotal"), {"product.ce_marked"}),
        (kind("ivd"), {"product.ce_marked"}),
        (kind("atmp", "1_2"), {"product.route", "product.gmo", "kind.first_in_human"}),
        (kind("non_interventional"), set()),
        (kind("behavioural"), set()),
        (kind("procedure", paediatric=True), {"population.age_to"}),
    ],
)
def test_what_is_needed_depends_on_the_study(of_kind: dict[str, Any], needed: set[str]) -> None:
    assert lacking("needed", kind=of_kind, **EMPTY) == ALWAYS | needed


def test_what_is_given_is_not_missing() -> None:
    filled: dict[str, Any] = {
        "population": {"key_inclusion": "FEV1", "age_from": 0, "age_to": 17},
        "product": {"mechanism": "any", "route": "inhaled", "ce_marked": False, "gmo": False},
    }
    assert lacking("needed", kind=kind("drug", "3", paediatric=True), **filled) == set()
    assert lacking("needed", kind=kind("device"), **filled) == set(), "a no is an answer"
    assert count_missing(content(kind=kind("drug", "3"), **filled), "master")["needed"] == 0


def test_a_cro_says_whom_it_acts_for() -> None:
    who = {**inquiry_body()["who"], "sponsor_kind": "cro"}
    assert "who.acting_for" in lacking("needed", who=who)
    assert "who.acting_for" not in lacking("needed", who={**who, "acting_for": "undisclosed"})
    assert "money.template_agreement_accepted" not in lacking("helpful", who={**who, "sponsor_kind": "academic"})


def test_marks_need_their_harm_where_records_are_public() -> None:
    path = "confidentiality.fields"
    assert path in lacking("helpful", "statutory")
    assert path not in lacking("helpful", "cda_first")
    marks = [{"field": field, "harm": "Reveals it."} for field in ("identity.protocol_number", "product.name")]
    assert path not in lacking("helpful", "statutory", confidentiality={"fields": marks})
    assert path in lacking("helpful", "statutory", confidentiality={"fields": marks[:1]})


def test_an_announced_synopsis_is_one() -> None:
    assert "identity.synopsis" in lacking("helpful")
    assert "identity.synopsis" not in lacking("helpful", attachments=[{"kind": "protocol", "name": "a.pdf"}])


def test_each_missing_field_is_told_once_and_the_needed_first() -> None:
    for study_type in ("drug", "device", "ivd", "atmp", "procedure", "non_interventional", "other"):
        found = missing_fields(content(kind=kind(study_type, "1"), **EMPTY), "statutory")
        fields = [one.field for one in found]
        assert len(fields) == len(set(fields))
        levels = [one.level for one in found]
        assert levels == sorted(levels, key=lambda level: level != "needed")


def test_every_field_has_a_name_in_every_language() -> None:
    assert content_paths() | set(InquiryContent.__struct_fields__) == named_paths()
    for language in get_args(Language):
        assert all(field_name(path, language).strip() for path in named_paths())
    assert {rule.path for rule in RULES} <= named_paths()
    assert field_name("population.age_from", "da") == "Laveste alder"


@pytest.mark.parametrize("language", ["sv", "da"])
def test_every_reason_is_told_in_every_language(language: Language) -> None:
    english = {rule.sentence for rule in RULES}
    assert len(english) > 25
    assert english & {translate(language, one) for one in english} == set()
    told = missing_fields(content(kind=kind("drug", "1")), "statutory", language)
    assert english & {one.sentence for one in told} == set()
