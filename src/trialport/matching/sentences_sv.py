"""The words of an explanation, in Swedish; see `sentences` for how a template is read."""

from trialport.matching.language_names import IN_SWEDISH
from trialport.matching.sentences import Templates, Wording

_SENTENCES: Templates = {
    ("indication", "met"): {
        "same": "Tar emot patienter med det efterfrågade tillståndet ({wanted}): {offered}.",
        "broader": "Tar emot {offered}, där det efterfrågade tillståndet ({wanted}) ingår.",
        "whole_area": "Tar hela terapiområdet {offered}, dit {wanted} hör.",
        "area_beside": "Tar hela terapiområdet {offered}, dit {wanted} också kan räknas.",
    },
    ("indication", "partly"): {
        "sibling": "Tar emot {offered}: en snävare eller närliggande form av {wanted}.",
        "block": "Tar emot {offered}: samma sjukdomsgrupp som {wanted}.",
        "area": "Tar emot {offered}: samma terapiområde som {wanted}, men andra tillstånd.",
    },
    ("indication", "unmet"): {"none": "Tar emot {offered}: utan samband med {wanted}."},
    ("indication", "unknown"): {
        "not_read": "Indikationen kunde inte tolkas och har därför inte jämförts med {offered}.",
        "unread": "Det enheten tar emot ({offered}) kunde inte tolkas; terapiområdet stämmer[ {wanted}].",
    },
    ("study_type", "met"): {"": "Tar studier av typen {wanted}."},
    ("study_type", "unmet"): {"": "Tar bara studier av typen {offered}; det här är {wanted}."},
    ("study_type", "unknown"): {"": "Har inte angett vilka studietyper enheten tar; det här är {wanted}."},
    ("phase", "met"): {"": "Tar prövningar i {wanted}.", "any": "Studien har ingen fas att jämföra."},
    ("phase", "partly"): {"": "Tar prövningar i {offered}, alltså en del av {wanted}."},
    ("phase", "unmet"): {
        "": "Tar prövningar i {offered}; {wanted} efterfrågas.",
        "no_phase_1_unit": "Är ingen fas 1-enhet; {wanted}, eller första prövning på människa, efterfrågas.",
    },
    ("phase", "unknown"): {"": "Har inte angett vilka faser enheten tar; {wanted} efterfrågas."},
    ("age_group", "met"): {
        "": "Tar emot de åldersgrupper som efterfrågas: {wanted}.",
        "not_asked": "Ingen ålder efterfrågas; tar emot {offered}.",
    },
    ("age_group", "partly"): {"": "Tar emot {covered}, men har inte angett {missing}."},
    ("age_group", "unmet"): {"": "Tar emot {offered}; {wanted} efterfrågas."},
    ("age_group", "unknown"): {
        "": "Har inte angett vilka åldersgrupper enheten tar emot; {wanted} efterfrågas.",
        "not_asked": "Ingen ålder efterfrågas, och enheten har inte angett vilka åldersgrupper den tar emot.",
    },
    ("care_setting", "met"): {"": "Möter deltagarna där det efterfrågas: {wanted}."},
    ("care_setting", "partly"): {"": "Möter deltagarna i {covered}, men har inte angett {missing}."},
    ("care_setting", "unmet"): {"": "Möter deltagarna i {offered}; {wanted} efterfrågas."},
    ("care_setting", "unknown"): {"": "Har inte angett var enheten möter deltagarna; {wanted} efterfrågas."},
    ("availability", "met"): {
        "open": "Öppen för nya prövningar vid önskad start, {wanted}[; på villkor: {conditions}].",
    },
    ("availability", "partly"): {
        "limited": "Tar ett begränsat antal nya prövningar[ till och med {until}][; på villkor: {conditions}].",
        "late": "Kan starta {offered}; {wanted} efterfrågas, så {months_left} av {months:months} återstår"
        "[; på villkor: {conditions}].",
        "late_limited": "Tar ett begränsat antal nya prövningar och kan starta {offered}; {wanted} efterfrågas, "
        "så {months_left} av {months:months} återstår[; på villkor: {conditions}].",
    },
    ("availability", "unmet"): {
        "closed": "Tar ingen ny prövning under rekryteringsperioden (nu {state}[ till och med {until}])"
        "[; kan starta {offered}].",
        "no_new_trials": "Har angett att nya prövningar inte är möjliga.",
    },
    ("participants", "met"): {
        "": "Kan rekrytera omkring {offered:participants} på {months:months}; {wanted} önskas[ ({basis})]"
        "[; sänkt för {competing:competing}].",
    },
    ("participants", "partly"): {
        "": "Kan rekrytera omkring {offered:participants} på {months:months}, färre än de {wanted} som önskas"
        "[ ({basis})][; sänkt för {competing:competing}].",
    },
    ("participants", "unmet"): {"": "Kan inte rekrytera några deltagare i perioden; {wanted} önskas[ ({basis})]."},
    ("participants", "unknown"): {"": "Har inte angett hur många deltagare enheten kan rekrytera; {wanted} önskas."},
    ("staff_hours", "met"): {
        "": "[Har {offered} i veckan lediga; ]{wanted} efterfrågas.",
        "not_asked": "Har {offered} i veckan lediga; behovet är inte angett.",
    },
    ("staff_hours", "partly"): {
        "": "[Har {offered} i veckan lediga; ]{wanted} efterfrågas[; inte angett: {unknown}].",
        "not_asked": "Har {offered} i veckan lediga; behovet är inte angett.",
    },
    ("staff_hours", "unmet"): {
        "": "Har inga sådana timmar lediga; {wanted} i veckan efterfrågas.",
        "not_asked": "Har inga sjukskötersketimmar lediga.",
    },
    ("staff_hours", "unknown"): {
        "": "Har inte angett hur många timmar som är lediga; {wanted} i veckan efterfrågas.",
        "not_asked": "Har inte angett hur många sjukskötersketimmar som är lediga.",
    },
    ("freshness", "met"): {"": "Bekräftad {confirmed_on}; gäller till och med {offered}."},
    ("freshness", "unmet"): {
        "": "Inaktuell: gällde bara till och med {offered}[, senast bekräftad {confirmed_on}]; "
        "fråga enheten innan uppgiften används.",
    },
    ("freshness", "unknown"): {"": "Aldrig bekräftad av enheten, så ingen vet om uppgiften fortfarande stämmer."},
    ("experience", "met"): {
        "": "Har genomfört {offered:trials} i {wanted} inom området på fem år ({in_area} oavsett fas)[; {gcp:gcp}].",
    },
    ("experience", "partly"): {
        "": "Har genomfört {offered:trials} i {wanted} inom området på fem år ({in_area} oavsett fas)[; {gcp:gcp}].",
        "gcp_unknown": "Har genomfört {offered:trials} i {wanted} inom området på fem år "
        "({in_area} oavsett fas); om någon prövare har GCP-utbildning är inte känt.",
        "unlisted": "Har inte angett några prövningar[; {gcp:gcp}].",
    },
    ("experience", "unmet"): {"no_gcp": "Ingen prövare på enheten har giltig GCP-utbildning, vilket efterfrågas."},
    ("experience", "unknown"): {
        "unlisted": "Har inte angett några prövningar de senaste fem åren.",
        "gcp_unknown": "Har inte angett några prövningar; om någon prövare har GCP-utbildning är inte känt.",
    },
    ("equipment", "met"): {"": "Har all utrustning som efterfrågas: {wanted}."},
    ("equipment", "partly"): {
        "": "Har {offered}[; inte angett: {unsaid}][; tillståndet går ut före start: {expired}].",
    },
    ("equipment", "unmet"): {
        "": "Saknar {lacking}[; har {offered}][; inte angett: {unsaid}][; tillståndet går ut före start: {expired}].",
    },
    ("equipment", "unknown"): {
        "": "Inget är känt om den utrustning som efterfrågas[: {unsaid}][; tillståndet går ut före start: {expired}].",
    },
    ("resources", "met"): {"": "Har tillgång till alla resurser som efterfrågas: {wanted}."},
    ("resources", "partly"): {
        "": "[Har tillgång till {offered}; ][regionen har {in_region}; ][inte angett: {unsaid}; ]{wanted} efterfrågas.",
    },
    ("resources", "unknown"): {"": "Inget är känt om de resurser som efterfrågas: {unsaid}."},
    ("dct_activities", "met"): {
        "": "Kan alla decentraliserade moment som efterfrågas[: {own}][; med partner: {with_partner}].",
    },
    ("dct_activities", "partly"): {
        "": "Kan[ {own}][ (med partner: {with_partner})][; kan inte: {cannot}][; inte angett: {unknown}].",
    },
    ("dct_activities", "unmet"): {
        "": "Kan inte {cannot}[; krav: {required}][; kan: {offered}][; inte angett: {unknown}].",
    },
    ("dct_activities", "unknown"): {
        "": "Har inte angett om enheten kan {unknown}[; kan inte: {cannot}].",
    },
    ("gmo", "met"): {"": "Får hantera genetiskt modifierade organismer: {offered}."},
    ("gmo", "unmet"): {"": "Får inte hantera genetiskt modifierade organismer."},
    ("gmo", "unknown"): {
        "": "Har inte angett om enheten får hantera genetiskt modifierade organismer"
        "[; tillståndet går ut före start: {expired}].",
    },
    ("atmp", "met"): {"": "Hanterar avancerade terapier: {offered}."},
    ("atmp", "partly"): {"": "Har {offered}, men har inte angett att enheten hanterar avancerade terapier."},
    ("atmp", "unmet"): {"": "Hanterar inte avancerade terapier."},
    ("atmp", "unknown"): {
        "": "Har inte angett om enheten hanterar avancerade terapier[; tillståndet går ut före start: {expired}].",
    },
    ("unit_wanted", "met"): {"": "Sponsorn har nämnt den här enheten."},
    ("unit_wanted", "unmet"): {"": "Sponsorn har nämnt andra enheter."},
    ("load", "met"): {"": "Har {offered:running} inom området; upp till {wanted} lämnar plats för en till."},
    ("load", "partly"): {
        "": "Har {offered:running} inom området; upp till {wanted} lämnar plats för en till"
        "[; av dem {competing:competing} om samma patienter].",
        "uncounted": "Har {competing:competing} om samma patienter; hur många prövningar som pågår i allt är inte "
        "angett, och upp till {wanted} lämnar plats för en till.",
    },
    ("load", "unmet"): {
        "": "Har {competing:competing} eller fler om samma patienter[; har {offered:running} inom området]; "
        "upp till {wanted} pågående, ingen av dem konkurrerande, lämnar plats för en till.",
    },
    ("load", "unknown"): {
        "": "Har inte angett hur många prövningar som pågår inom området; upp till {wanted} lämnar plats för en till.",
    },
    ("lead_time", "met"): {
        "": "Behöver {offered:days} från avtal till första deltagare; önskad start, {start}, är om {wanted:days}.",
    },
    ("lead_time", "partly"): {
        "": "Behöver {offered:days} från avtal till första deltagare; önskad start, {start}, är om {wanted:days}, "
        "så enheten skulle bli {late:days} sen.",
        "in_competition": "Behöver {offered:days} från avtal till första deltagare; önskad start, {start}, är om "
        "{wanted:days}, så enheten skulle bli {late:days} sen medan kliniker rekryterar i konkurrens.",
    },
    ("lead_time", "unmet"): {
        "": "Behöver {offered:days} från avtal till första deltagare; önskad start, {start}, är om {wanted:days}, "
        "och rekryteringen skulle vara över.",
    },
    ("lead_time", "unknown"): {
        "": "Har inte angett hur lång tid enheten behöver från avtal till första deltagare; önskad start, {start}, "
        "är om {wanted:days}.",
    },
    ("primary_care_role", "met"): {
        "": "Kan i primärvården det som efterfrågas ({wanted}): {offered}.",
        "through_others": "Kan i primärvården det som efterfrågas ({wanted}) genom vårdcentraler: {offered}.",
    },
    ("primary_care_role", "partly"): {
        "": "Kan {offered} i primärvården; {wanted} efterfrågas, så en annan enhet får göra resten.",
        "through_others": "Kan {offered} i primärvården genom vårdcentraler; {wanted} efterfrågas.",
    },
    ("primary_care_role", "unmet"): {"": "Kan inte mer än {offered} i primärvården; {wanted} efterfrågas."},
    ("primary_care_role", "unknown"): {
        "": "Har inte angett vad enheten kan göra i en prövning; {wanted} efterfrågas i primärvården.",
        "elsewhere": "Är ingen vårdcentral och har inte angett vad enheten kan göra i primärvården; "
        "{wanted} efterfrågas.",
    },
    ("languages", "met"): {"": "Arbetar på materialets språk ({wanted}): {offered}."},
    ("languages", "partly"): {"": "Arbetar på {covered}, men har inte angett {missing}, som materialet också är på."},
    ("languages", "unmet"): {"": "Arbetar på {offered}; materialet är på {wanted}."},
    ("languages", "unknown"): {"": "Har inte angett vilka språk enheten arbetar på; materialet är på {wanted}."},
    ("pharmacy", "met"): {"": "Har all den apoteksservice som efterfrågas: {wanted}."},
    ("pharmacy", "partly"): {
        "": "[Har {offered}; ][regionen har {in_region}; ][inte angett: {unsaid}; ]"
        "[tillståndet går ut före start: {expired}; ]{wanted} efterfrågas.",
    },
    ("pharmacy", "unmet"): {
        "": "Saknar {lacking}[; har {offered}][; regionen har {in_region}][; inte angett: {unsaid}]"
        "[; tillståndet går ut före start: {expired}].",
    },
    ("pharmacy", "unknown"): {
        "": "Inget är känt om den apoteksservice som efterfrågas[: {unsaid}]"
        "[; tillståndet går ut före start: {expired}].",
    },
    ("dct_places", "met"): {"": "Når hela regionen ({offered}) med {whole}."},
    ("dct_places", "partly"): {
        "": "Når [hela regionen med {whole}, ][en del av regionen med {part}, ]enligt uppgift ({offered})"
        "[; var är inte angett: {unsaid}][; erbjuds inte: {nowhere}].",
    },
    ("dct_places", "unmet"): {"": "Når ingen utanför enheten med {nowhere}."},
    ("dct_places", "unknown"): {"": "Har inte angett var enheten kan {unsaid}[; erbjuds inte: {nowhere}]."},
}

SWEDISH = Wording(
    sentences=_SENTENCES,
    exclusions={
        "unit_excluded_by_sponsor": "Sponsorn har bett att den här enheten inte ska tas med.",
        "other_therapy_area": "Enheten tar emot andra tillstånd än det efterfrågade.",
        "study_type_not_accepted": "Enheten tar andra studietyper än den här.",
        "age_group_not_accepted": "Enheten tar inte emot någon av de åldersgrupper som efterfrågas.",
        "gmo_not_permitted": "Enheten får inte hantera genetiskt modifierade organismer.",
        "no_new_trials": "Enheten har angett att nya prövningar inte är möjliga.",
        "paused": "Enheten är pausad under hela rekryteringsperioden.",
    },
    wanted={
        "availability": "start {value}",
        "participants": "{value:participants}",
        "staff_hours": "{value} i veckan",
        "freshness": "giltig {value}",
        "experience": "prövningar i {value}",
        "unit_wanted": "{value:units}",
        "load": "högst {value:running}",
        "lead_time": "första deltagare om {value:days}",
    },
    offered={
        "availability": "från {value}",
        "participants": "omkring {value:participants}",
        "staff_hours": "{value} i veckan",
        "freshness": "giltig till och med {value}",
        "experience": "{value:trials}",
        "load": "{value:running}",
        "lead_time": "{value:days}",
    },
    counted={
        "participants": ("{} deltagare", "{} deltagare"),
        "units": ("{} enhet som sponsorn nämnt", "{} enheter som sponsorn nämnt"),
        "trials": ("{} prövning", "{} prövningar"),
        "running": ("{} pågående prövning", "{} pågående prövningar"),
        "days": ("{} dag", "{} dagar"),
        "months": ("{} månad", "{} månader"),
        "competing": ("{} konkurrerande prövning", "{} konkurrerande prövningar"),
        "gcp": ("{} prövare med giltig GCP-utbildning", "{} prövare med giltig GCP-utbildning"),
        "nurse": ("{} sjukskötersketimme", "{} sjukskötersketimmar"),
        "physician": ("{} läkartimme", "{} läkartimmar"),
    },
    phases={
        "early_1": "tidig fas 1",
        "1_2": "fas 1/2",
        "2_3": "fas 2/3",
        "device_pilot": "pilotstudie",
        "device_pivotal": "pivotal studie",
        "device_post_market": "studie efter marknadsintroduktion",
        "not_applicable": "ingen fas",
    }
    | {number: f"fas {number}" for number in "1234"},
    codes={
        "open": "öppen",
        "limited": "begränsad",
        "full": "full",
        "paused": "pausad",
        "drug": "läkemedelsstudie",
        "device": "medicinteknisk studie",
        "ivd": "IVD-studie",
        "atmp": "ATMP-studie",
        "procedure": "metodstudie",
        "behavioural": "beteendestudie",
        "nutrition": "näringsstudie",
        "non_interventional": "icke-interventionsstudie",
        "other": "annan studie",
        "newborn": "nyfödda",
        "infant": "spädbarn",
        "child": "barn",
        "adolescent": "ungdomar",
        "adult": "vuxna",
        "older_adult": "äldre",
        "inpatient": "slutenvård",
        "outpatient": "öppenvård",
        "primary_care": "primärvård",
        "home": "hemmet",
        "estimate": "uppskattning",
        "register": "ur register",
        "ehr_count": "räknat i journalerna",
        "cardiovascular": "hjärta och kärl",
        "dental-oral": "tänder och mun",
        "dermatology": "hud",
        "ear-nose-throat": "öron, näsa och hals",
        "endocrinology-metabolism": "endokrinologi och metabolism",
        "gastroenterology-hepatology": "mage, tarm och lever",
        "gynaecology-obstetrics": "gynekologi och obstetrik",
        "haematology": "hematologi",
        "immunology-allergy": "immunologi och allergi",
        "infectious-diseases": "infektion",
        "musculoskeletal-rheumatology": "rörelseorgan och reumatologi",
        "neurology": "neurologi",
        "oncology": "onkologi",
        "ophthalmology": "ögon",
        "psychiatry": "psykiatri",
        "respiratory": "lungor och luftvägar",
        "trauma-injuries": "skador",
        "urology-nephrology": "urologi och njurar",
        "anaesthesia-intensive-care": "anestesi och intensivvård",
        "geriatrics": "geriatrik",
        "paediatrics-neonatology": "barn och nyfödda",
        "rare-genetic": "sällsynta och ärftliga sjukdomar",
        "pain-palliative": "smärta och palliativ vård",
        "general-practice-prevention": "allmänmedicin och prevention",
        "jacie_accreditation": "JACIE-ackreditering",
        "iso_15189_accreditation": "ISO 15189-ackreditering",
        "gmo_handling": "hantering av genetiskt modifierade organismer",
        "gmo_contained_use": "tillstånd för innesluten användning av GMO",
        "gmo_deliberate_release": "tillstånd för avsiktlig utsättning av GMO",
        "atmp_handling": "ATMP-hantering",
        "phase_1_unit": "fas 1-enhet",
        "freezer_minus_80": "frys -80 °C",
        "liquid_nitrogen": "flytande kväve",
        "refrigerated_centrifuge": "kylcentrifug",
        "mri": "MR",
        "ct": "DT",
        "pet": "PET",
        "dexa": "DEXA",
        "ultrasound": "ultraljud",
        "echocardiography": "ekokardiografi",
        "ecg": "EKG",
        "spirometry": "spirometri",
        "endoscopy": "endoskopi",
        "infusion_chairs": "infusionsplatser",
        "overnight_beds": "vårdplatser över natt",
        "trial_pharmacy": "prövningsapotek",
        "aseptic_preparation": "aseptisk beredning",
        "cytotoxic_preparation": "cytostatikaberedning",
        "radiopharmaceuticals": "radiofarmaka",
        "monitoring_room": "monitorrum",
        "remote_source_access": "fjärråtkomst till källdata",
        "archive": "arkiv",
        "biobank": "biobank",
        "trial_unit": "prövningsenhet",
        "statistics_and_data": "statistik och datahantering",
        "precision_medicine_centre": "centrum för precisionsmedicin",
        "atmp_centre": "ATMP-centrum",
        "medtech_centre": "medicintekniskt centrum",
        "imaging": "bilddiagnostik",
        "genomics": "genomik",
        "high_performance_computing": "högpresterande beräkning",
        "quality_register": "kvalitetsregister",
        "legal_and_contract": "juridik och avtal",
        "remote_prescreening": "förscreening på distans",
        "video_consent": "samtycke via video",
        "national_eid_signature": "underskrift med e-legitimation",
        "video_visit": "videobesök",
        "phone_visit": "telefonbesök",
        "home_nurse_visit": "hembesök av sjuksköterska",
        "local_health_centre_visit": "besök på vårdcentral",
        "mobile_unit_visit": "besök i mobil enhet",
        "evening_weekend_visit": "besök kväll och helg",
        "home_capillary": "kapillärprov hemma",
        "home_venous": "venprov hemma",
        "local_lab": "prov på lokalt laboratorium",
        "courier_cold_chain": "bud med kylkedja",
        "site_to_home_shipping": "leverans från kliniken till hemmet",
        "regional_pharmacy": "regionalt apotek",
        "local_pharmacy_handover": "utlämning på lokalt apotek",
        "home_administration_nurse": "behandling hemma av sjuksköterska",
        "home_self_administration": "egenbehandling hemma",
        "epro_own_device": "ePRO på egen enhet",
        "epro_loan_device": "ePRO på lånad enhet",
        "wearable": "kroppsburen sensor",
        "home_spirometry_bp_ecg": "spirometri, blodtryck eller EKG hemma",
        "safety_contact_24_7": "säkerhetskontakt dygnet runt",
        "local_data_daily_review": "daglig genomgång av data",
        "emergency_unblinding": "akut kodbrytning",
        "identify_only": "att hitta deltagare",
        "sample": "provtagning",
        "visit": "besök",
        "full_site": "hela prövningen",
        "named": "enheten är nämnd",
        "not_named": "andra enheter är nämnda",
    }
    | IN_SWEDISH,
    last_of_list=" och ",
    more_of_list="{} till",
    decimal_mark=",",
)
