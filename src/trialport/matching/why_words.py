"""The words of an explanation of a place, in each language."""

from typing import NamedTuple

from trialport.core.language import Language
from trialport.matching.models import CriterionName, ExclusionReason


class WhyWording(NamedTuple):
    """Everything one language needs to tell why a unit stands where it stands."""

    criteria: dict[CriterionName, str]
    place: str
    ahead: str
    tied: str
    more: str
    first: str
    what_if: str
    let_in: str
    left_out: str
    also: str
    remedies: dict[ExclusionReason, str]
    headings: tuple[str, ...]


ENGLISH = WhyWording(
    criteria={
        "indication": "condition",
        "study_type": "study type",
        "phase": "phase",
        "age_group": "age groups",
        "care_setting": "care setting",
        "availability": "availability",
        "participants": "participants",
        "staff_hours": "staff hours",
        "freshness": "freshness of the record",
        "experience": "experience",
        "equipment": "equipment",
        "resources": "resources",
        "dct_activities": "decentralised activities",
        "gmo": "GMO permit",
        "atmp": "advanced therapies",
        "unit_wanted": "wish of the sponsor",
        "load": "trials on its hands",
        "lead_time": "lead time",
        "primary_care_role": "role in primary care",
        "languages": "languages of the material",
        "pharmacy": "pharmacy",
        "dct_places": "reach of decentralised activities",
    },
    place="place {place} of {of}, score {score}",
    ahead="{difference} points behind {unit}",
    tied="As many points as {unit}, which stands ahead by its identifier only",
    more="; it has more of: {names}.",
    first="Nobody stands ahead.",
    what_if="If {criterion} were fully met: score {score}, place {place}.",
    let_in="Nothing in the way, it would have score {score} and place {place}.",
    left_out="left out",
    also="Would still be left out: {sentence}",
    remedies={
        "unit_excluded_by_sponsor": "The sponsor amends the inquiry and no longer excludes the unit.",
        "other_therapy_area": "The unit's record in this therapy area names the condition asked, or no condition "
        "(which means the whole area).",
        "study_type_not_accepted": "The unit's record names this study type, or none.",
        "age_group_not_accepted": "The unit's record names one of the age groups asked, or none.",
        "gmo_not_permitted": "One of the two GMO permits is registered as available when recruitment starts.",
        "no_new_trials": "The unit's record says that new trials are possible, or does not say that they are not.",
        "paused": "The pause ends, or gets a last day, before recruitment ends.",
    },
    headings=("Criterion", "State", "Fit", "Weight", "Points", "Of", "Why"),
)

SWEDISH = WhyWording(
    criteria={
        "indication": "tillstånd",
        "study_type": "studietyp",
        "phase": "fas",
        "age_group": "åldersgrupper",
        "care_setting": "vårdform",
        "availability": "tillgänglighet",
        "participants": "deltagare",
        "staff_hours": "personaltimmar",
        "freshness": "uppgifternas aktualitet",
        "experience": "erfarenhet",
        "equipment": "utrustning",
        "resources": "resurser",
        "dct_activities": "decentraliserade moment",
        "gmo": "GMO-tillstånd",
        "atmp": "avancerade terapier",
        "unit_wanted": "sponsorns önskemål",
        "load": "pågående prövningar",
        "lead_time": "ledtid",
        "primary_care_role": "roll i primärvården",
        "languages": "materialets språk",
        "pharmacy": "apotek",
        "dct_places": "de decentraliserade momentens räckvidd",
    },
    place="plats {place} av {of}, poäng {score}",
    ahead="{difference} poäng efter {unit}",
    tied="Lika många poäng som {unit}, som står före enbart genom sitt id",
    more="; den har mer av: {names}.",
    first="Ingen står före.",
    what_if="Om {criterion} var helt uppfyllt: poäng {score}, plats {place}.",
    let_in="Utan hinder skulle den få poäng {score} och plats {place}.",
    left_out="inte med",
    also="Skulle ändå inte tas med: {sentence}",
    remedies={
        "unit_excluded_by_sponsor": "Sponsorn ändrar förfrågan så att enheten inte längre är undantagen.",
        "other_therapy_area": "Enhetens uppgifter i det här terapiområdet anger det efterfrågade tillståndet, eller "
        "inget tillstånd (vilket betyder hela området).",
        "study_type_not_accepted": "Enhetens uppgifter anger den här studietypen, eller ingen.",
        "age_group_not_accepted": "Enhetens uppgifter anger en av de efterfrågade åldersgrupperna, eller ingen.",
        "gmo_not_permitted": "Ett av de två GMO-tillstånden är registrerat och gäller när rekryteringen börjar.",
        "no_new_trials": "Enhetens uppgifter säger att nya prövningar är möjliga, eller säger inte att de är omöjliga.",
        "paused": "Pausen tar slut, eller får en sista dag, innan rekryteringen är över.",
    },
    headings=("Kriterium", "Läge", "Passning", "Vikt", "Poäng", "Av", "Varför"),
)

DANISH = WhyWording(
    criteria={
        "indication": "tilstand",
        "study_type": "studietype",
        "phase": "fase",
        "age_group": "aldersgrupper",
        "care_setting": "behandlingssted",
        "availability": "ledighed",
        "participants": "deltagere",
        "staff_hours": "personaletimer",
        "freshness": "oplysningernes aktualitet",
        "experience": "erfaring",
        "equipment": "udstyr",
        "resources": "ressourcer",
        "dct_activities": "decentrale aktiviteter",
        "gmo": "GMO-tilladelse",
        "atmp": "avancerede terapier",
        "unit_wanted": "sponsors ønske",
        "load": "igangværende forsøg",
        "lead_time": "gennemløbstid",
        "primary_care_role": "rolle i almen praksis",
        "languages": "materialets sprog",
        "pharmacy": "apotek",
        "dct_places": "de decentrale aktiviteters rækkevidde",
    },
    place="plads {place} af {of}, score {score}",
    ahead="{difference} point efter {unit}",
    tied="Lige så mange point som {unit}, der kun står foran på grund af sit id",
    more="; den har mere af: {names}.",
    first="Ingen står foran.",
    what_if="Hvis {criterion} var helt opfyldt: score {score}, plads {place}.",
    let_in="Uden hindringer ville den få score {score} og plads {place}.",
    left_out="ikke med",
    also="Ville stadig ikke komme med: {sentence}",
    remedies={
        "unit_excluded_by_sponsor": "Sponsor ændrer forespørgslen, så enheden ikke længere er udelukket.",
        "other_therapy_area": "Enhedens oplysninger i dette terapiområde nævner den efterspurgte tilstand, eller "
        "ingen tilstand (det betyder hele området).",
        "study_type_not_accepted": "Enhedens oplysninger nævner denne studietype, eller ingen.",
        "age_group_not_accepted": "Enhedens oplysninger nævner en af de efterspurgte aldersgrupper, eller ingen.",
        "gmo_not_permitted": "En af de to GMO-tilladelser er registreret og gælder, når rekrutteringen begynder.",
        "no_new_trials": "Enhedens oplysninger siger, at nye forsøg er mulige, eller siger ikke, at de er umulige.",
        "paused": "Pausen slutter, eller får en sidste dag, før rekrutteringen er slut.",
    },
    headings=("Kriterium", "Tilstand", "Passer", "Vægt", "Point", "Af", "Hvorfor"),
)

WHY_WORDINGS: dict[Language, WhyWording] = {"en": ENGLISH, "sv": SWEDISH, "da": DANISH}
