"""The inquiry's rules: what is hidden comes back whole, what is amended is what was sent."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.inquiries.factories import inquiry_body
from trialport.accounts.models import Role
from trialport.accounts.permissions import allowed_commands
from trialport.core.json_body import decode_json
from trialport.inquiries import rules
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.models import InquiryCreate, InquiryState, InquiryUpdate

TODAY = date(2026, 11, 21)
GROUPS = InquiryContent.__struct_fields__
MARKABLE = sorted(rules._field_paths() - rules.NEVER_CONFIDENTIAL)

texts = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=2, max_size=20)
maybe: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "identity": {"protocol_number": texts, "synopsis": texts, "synopsis_version": texts},
    "kind": {"first_in_human": st.booleans(), "rare_disease": st.booleans(), "vulnerable_groups": texts},
    "product": {"name": texts, "comparator": texts, "gmo": st.booleans()},
    "condition": {"line_of_therapy": texts, "biomarker": texts, "icd10_codes": st.just(["J44", "J45.0"])},
    "population": {"key_inclusion": texts, "age_from": st.integers(0, 40), "age_to": st.integers(41, 120)},
    "burden": {"visits": st.integers(0, 50), "imaging": texts},
    "needs": {"pharmacy": texts, "nurse_hours": st.floats(0, 100), "equipment": st.just(["spirometry"])},
    "placement": {
        "already_contacted": st.lists(st.fixed_dictionaries({}, optional={"person_name": texts}), max_size=3)
    },
    "money": {"payer": texts, "per_participant_budget": st.floats(0, 1e6), "currency": st.just("SEK")},
    "answer": {"questions": st.lists(texts, max_size=10)},
}
marks = st.lists(
    st.fixed_dictionaries({"field": st.sampled_from(MARKABLE), "harm": texts}),
    max_size=50,
    unique_by=lambda m: m["field"],
)


@st.composite
def contents(draw: st.DrawFn) -> InquiryContent:
    """Draw an inquiry with any of its optional fields, any of them marked."""
    body: dict[str, Any] = inquiry_body()
    for group, fields in maybe.items():
        body[group] = {**body.get(group, {}), **draw(st.fixed_dictionaries({}, optional=fields))}
    body["confidentiality"] = {"fields": draw(marks)}
    return msgspec.convert(body, InquiryContent)


@given(contents())
def test_what_is_split_joins_to_the_same(content: InquiryContent) -> None:
    shown, hidden = rules.split_content(content)
    stored = msgspec.json.decode(msgspec.json.encode([shown, hidden]))
    assert rules.join_content(*stored) == content


@given(contents())
def test_what_is_shown_has_no_confidential_field(content: InquiryContent) -> None:
    shown, hidden = rules.split_content(content)
    for path in rules.confidential_paths(content):
        group, _, field = path.partition(".")
        assert field not in shown.get(group, {})
    paths = {f"{group}.{field}" for group, fields in hidden.items() for field in fields}
    assert paths <= set(rules.confidential_paths(content))
    assert msgspec.json.encode(shown).count(b"SECRET") == 0


@given(contents())
def test_what_a_unit_decides_by_is_always_shown(content: InquiryContent) -> None:
    shown, _ = rules.split_content(content)
    for path in rules.NEVER_CONFIDENTIAL:
        group, _, field = path.partition(".")
        assert field in shown[group]


@given(contents(), contents(), st.sets(st.sampled_from(GROUPS)))
def test_amending_replaces_the_groups_given(before: InquiryContent, other: InquiryContent, given_: set[str]) -> None:
    update = InquiryUpdate(**{group: getattr(other, group) for group in given_})
    after = rules.amend_content(before, update)
    for group in GROUPS:
        assert getattr(after, group) == getattr(other if group in given_ else before, group)
    changed = rules.changed_groups(before, after)
    assert set(changed) == {group for group in given_ if getattr(before, group) != getattr(other, group)}
    assert rules.amend_content(after, update) == after, "the same amendment twice changes nothing more"


@given(contents())
def test_an_empty_amendment_changes_nothing(content: InquiryContent) -> None:
    assert rules.amend_content(content, InquiryUpdate()) == content
    assert rules.changed_groups(content, content) == ()


def test_every_group_can_be_amended() -> None:
    assert InquiryUpdate.__struct_fields__ == GROUPS


def check(body: dict[str, Any], today: date = TODAY) -> dict[str, str]:
    content = msgspec.convert(body, InquiryContent)
    return {one.path: one.message for one in rules.check_content(content, today, lambda code: code[:3] == "J44")}


def body_for(today: date, **groups: Any) -> dict[str, Any]:
    later = (today + timedelta(days=30)).isoformat()
    return inquiry_body(
        **{
            "numbers": {"participants_wanted": 1, "planned_start": later},
            "answer": {"outcome_promised_by": later},
            **groups,
        }
    )


def test_the_example_of_the_documentation_is_sound() -> None:
    example = Path(__file__).parents[2] / "docs" / "inquiry.json"
    content = decode_json(example.read_bytes(), InquiryCreate)
    assert rules.check_content(content, date(2026, 11, 21), lambda _: True) == []


def test_a_sound_inquiry_has_no_findings() -> None:
    assert check(body_for(TODAY)) == {}


@given(st.integers(-400, 400))
def test_days_in_the_past_are_found_and_today_is_not_past(days: int) -> None:
    day = (TODAY + timedelta(days=days)).isoformat()
    found = check(
        body_for(
            TODAY,
            numbers={"participants_wanted": 1, "planned_start": day},
            answer={"outcome_promised_by": day, "wanted_by": day},
        )
    )
    past = {"numbers.planned_start", "answer.outcome_promised_by", "answer.wanted_by"}
    assert set(found) == (past if days < 0 else set())


@given(st.integers(0, 120), st.integers(0, 120))
def test_ages_must_be_in_order(lowest: int, highest: int) -> None:
    found = check(body_for(TODAY, population={"age_from": lowest, "age_to": highest}))
    assert set(found) == ({"population.age_to"} if lowest > highest else set())


@given(st.integers(0, 120))
def test_a_paediatric_trial_begins_below_18(lowest: int) -> None:
    kind = {**inquiry_body()["kind"], "paediatric": True}
    found = check(body_for(TODAY, kind=kind, population={"age_from": lowest}))
    assert set(found) == ({"kind.paediatric"} if lowest >= 18 else set())


@given(st.lists(st.sampled_from(["J44", "J44.1", "C34", "U00"]), max_size=6))
def test_each_unknown_code_is_named_by_its_place(codes: list[str]) -> None:
    found = check(body_for(TODAY, condition={"indication": "COPD", "icd10_codes": codes}))
    assert set(found) == {f"condition.icd10_codes[{at}]" for at, code in enumerate(codes) if code[:3] != "J44"}


def test_every_finding_says_what_to_do() -> None:
    found = check(
        body_for(
            TODAY,
            population={"age_from": 9, "age_to": 8},
            condition={"indication": "COPD", "icd10_codes": ["U00"]},
            placement={"regions_wanted": ["TST"], "regions_excluded": ["TST"]},
            confidentiality={"fields": [{"field": "kind.phase", "harm": "No harm."}]},
        )
    )
    assert len(found) == 4
    assert all(message.endswith(".") and len(message) > 20 for message in found.values())


def test_the_table_of_commands_is_closed_by_default() -> None:
    named = {
        role for role in get_args(Role) if any(allowed_commands("inquiry", role, s) for s in get_args(InquiryState))
    }
    assert named == {"sponsor_contact", "office", "service", "admin"}
    for role in get_args(Role):
        assert allowed_commands("inquiry", role, "draft") == ()
        for state in ("replied", "closed", "declined", "withdrawn"):
            assert not {"amend", "withdraw", "reassess"} & set(allowed_commands("inquiry", role, state))
    for state in get_args(InquiryState):
        assert not {"read_candidates", "reassess"} & set(allowed_commands("inquiry", "sponsor_contact", state))
