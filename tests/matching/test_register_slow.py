"""One capacity compared with one inquiry as the documentation says it, without arrays; the fast one is held to it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from statistics import fmean
from typing import Any

import numpy as np

from tests.matching.factories import ON, REGION_RESOURCES, capacity, question, vocabulary
from trialport.matching.models import CapacityRow
from trialport.matching.question import MatchQuestion
from trialport.matching.weighing import PROGRAM, Weighing
from trialport.matching.weights import PARTLY_CEILING, PARTLY_FLOOR, UNKNOWN_FIT, UNMET_CEILING
from trialport.matching.window import add_months
from trialport.matching.words import nearly_equal, word_book_of

Mark = tuple[str, float]
RANGES = {
    "unmet": (0.0, UNMET_CEILING),
    "unknown": (UNKNOWN_FIT, UNKNOWN_FIT),
    "partly": (PARTLY_FLOOR, PARTLY_CEILING),
    "met": (UNKNOWN_FIT, 1.0),
}
PARTS = {"1_2": ("1", "2"), "2_3": ("2", "3")}


def mark(state: str, fit: float) -> Mark:
    low, high = RANGES[state]
    return state, float(np.round(min(max(fit, low), high), 4))


class Slow:
    """One inquiry, asked of one capacity at a time."""

    def __init__(self, asked: MatchQuestion, on: date, weighing: Weighing) -> None:
        self.asked, self.on, self.weighing = asked, on, weighing
        self.start = max(asked.planned_start, on)
        self.end = add_months(self.start, asked.recruitment_months)
        book = word_book_of(vocabulary())
        self.meaning = book.meaning
        ids = vocabulary().concept_ids
        self.concepts = [ids[one.concept] for one in asked.concepts if one.concept in ids]
        found = [vocabulary().areas_of(one.concept) for one in asked.concepts if one.concept in ids]
        by_concept = [areas for areas in found if areas] or [asked.therapy_areas]
        self.condition_areas = {area for areas in by_concept for area in areas}
        people = self.areas_of_people() if self.condition_areas else set()
        self.areas = dict.fromkeys(self.condition_areas | people, 0.7) | {a[0]: 0.8 for a in by_concept if a}
        self.readable = bool(self.concepts or self.areas)

    def areas_of_people(self) -> set[str]:
        groups, asked = set(self.asked.age_groups), self.asked
        children = bool(groups) and groups <= {"newborn", "infant", "child", "adolescent"}
        return {
            area
            for area, holds in {
                "paediatrics-neonatology": children,
                "geriatrics": groups == {"older_adult"},
                "general-practice-prevention": "primary_care" in asked.care_settings,
                "rare-genetic": asked.rare_disease,
            }.items()
            if holds
        }

    def nearness(self, one: int, other: int) -> float:
        category, block = vocabulary().category_of, vocabulary().block_of
        if one == other:
            return 1.0
        if category[one] == other:
            return 0.95
        return 0.6 if category[one] == category[other] else (0.5 if block[one] == block[other] else 0.0)

    def indication(self, row: CapacityRow) -> tuple[Mark, bool]:
        """The mark, and whether nothing relates the capacity to the inquiry."""
        meanings = [(words, self.meaning(words)) for words in row.indications]
        whole = not meanings or any(row.therapy_area in meaning.areas for _, meaning in meanings)
        unread = [words for words, meaning in meanings if not meaning.concepts and not meaning.areas]
        own = [concept for _, meaning in meanings for concept in meaning.concepts]
        fits = [self.nearness(asked, concept) for asked in self.concepts for concept in own]
        fits.append(
            self.areas.get(row.therapy_area, 0.0) if whole else 0.3 * (row.therapy_area in self.condition_areas)
        )
        fits.append(1.0 * bool(nearly_equal(self.asked.indication, unread)))
        best = max(fits)
        if (unread and best <= 0.3 and row.therapy_area in self.areas) or (not best and not self.readable):
            return mark("unknown", 0.0), False
        return mark("met" if best >= 0.7 else "partly" if best else "unmet", best), not best

    def opening(self, row: CapacityRow) -> tuple[float, bool, bool]:
        """The share of the period left, whether few are taken, whether it is paused throughout."""
        start, end = self.start.toordinal(), max(self.end.toordinal(), self.start.toordinal() + 1)
        again = 2**31 - 1 if row.state_until is None else row.state_until.toordinal() + 1
        opens = [start, again if row.state in ("full", "paused") else 0]
        opens.append(row.new_trials_from.toordinal() if row.new_trials_from else 0)
        opens.append(self.on.toordinal() + row.lead_time_days if row.lead_time_days else 0)
        share = min(max((end - max(opens)) / (end - start), 0.0), 1.0)
        limited = row.state == "limited" and (row.state_until is None or row.state_until.toordinal() >= start)
        closed = row.new_trials_possible is False
        return 0.0 if closed else share, limited, row.state == "paused" and again >= end

    def availability(self, row: CapacityRow) -> Mark:
        share, limited, _ = self.opening(row)
        state = "unmet" if share == 0 else ("partly" if share < 1 or limited else "met")
        return mark(state, share * (0.7 if limited else 1.0))

    def participants(self, row: CapacityRow) -> Mark:
        a_month = None if row.participants_per_month is None else float(np.float32(row.participants_per_month))
        expected = None
        if a_month is not None:
            expected = a_month * (self.opening(row)[0] * self.asked.recruitment_months) * (1 - 0.1 * self.rivals(row))
        state, fit = enough(expected, self.asked.participants_per_unit)
        return mark(
            state, fit * {"estimate": 0.93, "register": 0.97, "ehr_count": 1.0, None: 0.9}[row.participants_basis]
        )

    def staff_hours(self, row: CapacityRow) -> Mark:
        pairs = (
            (self.asked.nurse_hours, row.nurse_hours_free),
            (self.asked.physician_hours, row.physician_hours_free),
        )
        given = [
            enough(None if free is None else float(np.float32(free)), hours)
            for hours, free in pairs
            if hours is not None
        ]
        free = row.nurse_hours_free
        if not given:
            given = [("unknown", UNKNOWN_FIT) if free is None else ("met" if free > 0 else "unmet", float(free > 0))]
        return joined(given)

    def freshness(self, row: CapacityRow) -> Mark:
        if row.valid_until is None or (row.confirmed_at is None and row.valid_until >= self.on):
            return mark("unknown", 0.0)
        return mark("met", 1.0) if row.valid_until >= self.on else mark("unmet", 0.0)

    def experience(self, row: CapacityRow) -> Mark:
        phase = self.asked.phase
        counted = {phase, *PARTS.get(phase, ()), *(both for both, parts in PARTS.items() if phase in parts)}
        areas = set(self.areas) or {row.therapy_area}
        in_area = [done for done in row.experience if done.therapy_area in areas]
        same = sum(done.trials for done in in_area if phase == "not_applicable" or done.phase in counted)
        worth = same + 0.5 * (sum(done.trials for done in in_area) - same)
        listed = ("met" if same else "partly", 0.25 + 0.75 * worth / (worth + 2)) if row.experience else None
        parts = [listed or ("unknown", UNKNOWN_FIT)]
        if not self.asked.gcp_experience:
            return joined(parts)
        trained = row.gcp_investigators
        state, fit = joined([*parts, enough(None if trained is None else float(trained), 1)], settle=False)
        return mark("unmet", 0.2 * fit) if trained == 0 else mark(state, fit)

    def held(self, row: CapacityRow, item: Any) -> str:
        offer = row.capabilities.get(item)
        if item in row.equipment:
            return "held"
        if offer is None:
            return "unsaid"
        if not offer.available:
            return "refused"
        return "held" if offer.expires_on is None or offer.expires_on >= self.start else "expired"

    def equipment(self, row: CapacityRow) -> Mark:
        items = [self.held(row, item) for item in self.asked.equipment]
        worth = mean([{"held": 1.0, "refused": 0.0}.get(item, UNKNOWN_FIT) for item in items])
        if "refused" in items:
            return mark("unmet", UNMET_CEILING * worth)
        return mark("met" if set(items) == {"held"} else "partly" if "held" in items else "unknown", worth)

    def resources(self, row: CapacityRow) -> Mark:
        near = REGION_RESOURCES.get(row.region_id, frozenset())
        fits = [1.0 if kind in row.resources else 0.7 if kind in near else UNKNOWN_FIT for kind in self.asked.resources]
        state = "met" if min(fits) == 1 else "partly" if max(fits) > UNKNOWN_FIT else "unknown"
        return mark(state, mean(fits))

    def dct_activities(self, row: CapacityRow) -> Mark:
        wanted, required = self.asked.dct_activities, len(self.asked.dct_required)
        given = [row.dct_activities[one].answer if one in row.dct_activities else "unknown" for one in wanted]
        fits = [{"own": 1.0, "with_partner": 0.85, "cannot": 0.0, "unknown": UNKNOWN_FIT}[answer] for answer in given]
        worth = mean(fits, [2.0] * required + [1.0] * (len(wanted) - required))
        if "cannot" in given[:required] or set(given) == {"cannot"}:
            return mark("unmet", UNMET_CEILING * worth)
        can = [answer in ("own", "with_partner") for answer in given]
        return mark("met" if all(can) else "partly" if any(can) else "unknown", max(worth, UNKNOWN_FIT * any(can)))

    def gmo(self, row: CapacityRow) -> Mark:
        permits = [self.held(row, item) for item in ("gmo_contained_use", "gmo_deliberate_release")]
        state = "met" if "held" in permits else "unmet" if set(permits) == {"refused"} else "unknown"
        return mark(state, float(state == "met"))

    def atmp(self, row: CapacityRow) -> Mark:
        handles, jacie = (self.held(row, item) for item in ("atmp_handling", "jacie_accreditation"))
        if handles == "held":
            return mark("met", 1.0 if jacie == "held" else 0.9)
        if handles == "refused":
            return mark("unmet", 0.0)
        return mark("partly" if jacie == "held" else "unknown", 0.6)

    def rivals(self, row: CapacityRow) -> int:
        own = [self.meaning(words).concepts[0] for words in row.competing_trials if self.meaning(words).concepts]
        return min(sum(any(self.nearness(asked, one) > 0.5 for asked in self.concepts) for one in own), 3)

    def load(self, row: CapacityRow) -> Mark:
        rivals, running = self.rivals(row), row.running_trials
        room = UNKNOWN_FIT if running is None else 5 / max(running, 5)
        if rivals == 3:
            return mark("unmet", room * (1 - 0.2 * rivals))
        if rivals:
            return mark("partly", room * (1 - 0.2 * rivals))
        return mark("unknown" if running is None else "met" if running <= 5 else "partly", room)

    def lead_time(self, row: CapacityRow) -> Mark:
        if row.lead_time_days is None:
            return mark("unknown", 0.0)
        first, half = self.on.toordinal() + row.lead_time_days, 30 if self.asked.competitive else 90
        late = max(first - self.start.toordinal(), 0)
        over = late > 0 and first >= max(self.end.toordinal(), self.start.toordinal() + 1)
        return mark("met" if not late else "unmet" if over else "partly", half / (half + late))

    def primary_care_role(self, row: CapacityRow) -> Mark:
        roles = [None, "identify_only", "sample", "visit", "full_site"]
        able = {activity for activity, offer in row.dct_activities.items() if offer.answer in ("own", "with_partner")}
        through = {"local_lab": "sample", "local_health_centre_visit": "visit"}
        can = [row.primary_care_role, *(role for activity, role in through.items() if activity in able)]
        best = max(roles.index(role) for role in can)
        if not best:
            return mark("unknown", 0.0)
        short = roles.index(self.asked.primary_care_role) - best
        return mark(*{1: ("partly", 0.7), 2: ("partly", 0.45), 3: ("unmet", 0.1)}.get(short, ("met", 1.0)))

    def pharmacy(self, row: CapacityRow) -> Mark:
        states = []
        for item in self.asked.pharmacy:
            state = self.held(row, item)
            if item == "trial_pharmacy" and "trial_pharmacy" in row.resources:
                state = "held"
            elif item == "trial_pharmacy" and "trial_pharmacy" in REGION_RESOURCES.get(row.region_id, ()):
                state = state if state == "held" else "near"
            states.append(state)
        worth = mean([{"held": 1.0, "near": 0.7, "refused": 0.0}.get(state, UNKNOWN_FIT) for state in states])
        if "refused" in states:
            return mark("unmet", UNMET_CEILING * worth)
        some = {"held", "near"} & set(states)
        return mark("met" if set(states) == {"held"} else "partly" if some else "unknown", worth)

    def dct_places(self, row: CapacityRow) -> Mark:
        fits = []
        for activity in self.asked.dct_placed:
            offer = row.dct_activities.get(activity)
            if offer is None or offer.answer == "unknown":
                fits.append(UNKNOWN_FIT)
            elif offer.answer == "cannot":
                fits.append(0.0)
            else:
                fits.append({None: UNKNOWN_FIT, "Uppsala county": 1.0}.get(offer.geography, 0.6))
        if not any(fits):
            return mark("unmet", 0.0)
        if max(fits) <= UNKNOWN_FIT:
            return mark("unknown", 0.0)
        return mark("met" if min(fits) == 1 else "partly", max(mean(fits), UNKNOWN_FIT))

    def phase(self, row: CapacityRow) -> Mark:
        wanted = self.asked.phase
        if (self.asked.first_in_human or wanted in ("early_1", "1")) and self.refuses(row, "phase_1_unit"):
            return mark("unmet", 0.0)
        if wanted == "not_applicable":
            return mark("met", 1.0)
        taken = {*row.phases, *(part for both in row.phases for part in PARTS.get(both, ()))}
        state, fit = covered(taken, PARTS.get(wanted, (wanted,)))
        return mark(state, 0.6 if state == "partly" else fit)

    def refuses(self, row: CapacityRow, item: Any) -> bool:
        return self.held(row, item) == "refused"

    def marks(self, row: CapacityRow) -> dict[str, Mark]:
        asked, groups = self.asked, self.asked.age_groups
        marks: dict[str, Callable[[], Mark] | None] = {
            "indication": lambda: self.indication(row)[0],
            "study_type": lambda: mark(*covered(row.study_types, (asked.study_type,))),
            "phase": lambda: self.phase(row),
            "age_group": lambda: mark(*(covered(row.age_groups, groups) if groups else any_age(row))),
            "availability": lambda: self.availability(row),
            "participants": lambda: self.participants(row),
            "staff_hours": lambda: self.staff_hours(row),
            "freshness": lambda: self.freshness(row),
            "experience": lambda: self.experience(row),
            "care_setting": lambda: mark(*covered(row.care_settings, asked.care_settings)),
            "equipment": lambda: self.equipment(row),
            "resources": lambda: self.resources(row),
            "dct_activities": lambda: self.dct_activities(row),
            "gmo": lambda: self.gmo(row),
            "atmp": lambda: self.atmp(row),
            "unit_wanted": lambda: mark("met", 1.0) if row.unit_id in asked.units_wanted else mark("unmet", 0.2),
            "load": lambda: self.load(row),
            "lead_time": lambda: self.lead_time(row),
            "primary_care_role": lambda: self.primary_care_role(row),
            "languages": lambda: mark(*covered(row.languages, asked.languages)),
            "pharmacy": lambda: self.pharmacy(row),
            "dct_places": lambda: self.dct_places(row),
        }
        unasked = {
            "care_setting": asked.care_settings,
            "equipment": asked.equipment,
            "resources": asked.resources,
            "dct_activities": asked.dct_activities,
            "gmo": asked.gmo,
            "atmp": asked.study_type == "atmp",
            "unit_wanted": asked.units_wanted,
            "primary_care_role": asked.primary_care_role,
            "languages": asked.languages,
            "pharmacy": asked.pharmacy,
            "dct_places": asked.dct_placed,
        }
        return {name: grade() for name, grade in marks.items() if grade and unasked.get(name, True)}

    def reason(self, row: CapacityRow) -> str | None:
        marks = self.marks(row)
        for reason, holds in (
            ("unit_excluded_by_sponsor", row.unit_id in self.asked.units_excluded),
            ("other_therapy_area", self.indication(row)[1]),
            ("study_type_not_accepted", marks["study_type"][0] == "unmet"),
            ("age_group_not_accepted", marks["age_group"][0] == "unmet"),
            ("gmo_not_permitted", "gmo" in marks and marks["gmo"][0] == "unmet"),
            ("no_new_trials", row.new_trials_possible is False),
            ("paused", self.opening(row)[2]),
        ):
            if holds:
                return reason
        return None

    def score(self, row: CapacityRow) -> float:
        marks = self.marks(row)
        total, weights = 0.0, 0.0
        for name, (_, fit) in marks.items():
            weight = self.weighing.of(row.region_id)[name]  # type: ignore[index]
            total, weights = total + weight * fit, weights + weight
        return float(np.round(np.round(100 * total / weights, 9), 2))


def mean(values: Sequence[float], weights: Sequence[float] = ()) -> float:
    pairs = zip(values, weights or [1.0] * len(values), strict=True)
    total = 0.0
    for value, weight in pairs:
        total += weight * value
    return total / (sum(weights) or len(values))


def enough(offered: float | None, wanted: float) -> Mark:
    if wanted <= 0:
        return "met", 1.0
    if offered is None:
        return "unknown", UNKNOWN_FIT
    ratio = offered / wanted
    return ("met" if ratio >= 1 - 1e-6 else "partly" if ratio > 0 else "unmet"), min(ratio, 1.0)


def joined(parts: Sequence[Mark], *, settle: bool = True) -> Mark:
    states = {state for state, _ in parts}
    state, fit = (states.pop() if len(states) == 1 else "partly"), fmean(fit for _, fit in parts)
    return mark(state, fit) if settle else (state, fit)


def covered(stated: Iterable[str], wanted: Sequence[str]) -> Mark:
    stated = set(stated)
    if not stated:
        return "unknown", 0.0
    share = len(stated & set(wanted)) / len(wanted)
    return ("met" if share == 1 else "partly" if share else "unmet"), share


def any_age(row: CapacityRow) -> Mark:
    return ("met", 1.0) if row.age_groups else ("unknown", 0.0)


def test_the_slow_one_counts_as_by_hand() -> None:
    """Of the usual inquiry's 122 points an estimate costs 7 % of 14, and four trials a quarter of 8."""
    slow = Slow(question(), ON, PROGRAM)
    fits = {name: fit for name, (_, fit) in slow.marks(capacity()).items()}
    assert fits == dict.fromkeys(fits, 1.0) | {"participants": 0.93, "experience": 0.75}
    assert slow.score(capacity()) == round(100 * (122 - 0.98 - 2) / 122, 2)
