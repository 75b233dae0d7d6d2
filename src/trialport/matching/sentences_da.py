"""The words of an explanation, in Danish; see `sentences` for how a template is read."""

from trialport.matching.language_names import IN_DANISH
from trialport.matching.sentences import Templates, Wording

_SENTENCES: Templates = {
    ("indication", "met"): {
        "same": "Tager patienter med den efterspurgte tilstand ({wanted}): {offered}.",
        "broader": "Tager {offered}, som omfatter den efterspurgte tilstand ({wanted}).",
        "whole_area": "Tager hele terapiområdet {offered}, som {wanted} hører til.",
        "area_beside": "Tager hele terapiområdet {offered}, som {wanted} også kan regnes til.",
    },
    ("indication", "partly"): {
        "sibling": "Tager {offered}: en snævrere eller beslægtet form af {wanted}.",
        "block": "Tager {offered}: samme sygdomsgruppe som {wanted}.",
        "area": "Tager {offered}: samme terapiområde som {wanted}, men andre tilstande.",
    },
    ("indication", "unmet"): {"none": "Tager {offered}: uden sammenhæng med {wanted}."},
    ("indication", "unknown"): {
        "not_read": "Indikationen kunne ikke tolkes og er derfor ikke sammenlignet med {offered}.",
        "unread": "Det, enheden tager ({offered}), kunne ikke tolkes; terapiområdet passer[ {wanted}].",
    },
    ("study_type", "met"): {"": "Tager studier af typen {wanted}."},
    ("study_type", "unmet"): {"": "Tager kun studier af typen {offered}; dette er {wanted}."},
    ("study_type", "unknown"): {"": "Har ikke oplyst, hvilke studietyper enheden tager; dette er {wanted}."},
    ("phase", "met"): {"": "Tager forsøg i {wanted}.", "any": "Studiet har ingen fase at sammenligne."},
    ("phase", "partly"): {"": "Tager forsøg i {offered}, altså en del af {wanted}."},
    ("phase", "unmet"): {
        "": "Tager forsøg i {offered}; {wanted} efterspørges.",
        "no_phase_1_unit": "Er ikke en fase 1-enhed; {wanted}, eller første forsøg i mennesker, efterspørges.",
    },
    ("phase", "unknown"): {"": "Har ikke oplyst, hvilke faser enheden tager; {wanted} efterspørges."},
    ("age_group", "met"): {
        "": "Ser de aldersgrupper, der efterspørges: {wanted}.",
        "not_asked": "Ingen alder efterspørges; ser {offered}.",
    },
    ("age_group", "partly"): {"": "Ser {covered}, men har ikke oplyst {missing}."},
    ("age_group", "unmet"): {"": "Ser {offered}; {wanted} efterspørges."},
    ("age_group", "unknown"): {
        "": "Har ikke oplyst, hvilke aldersgrupper enheden ser; {wanted} efterspørges.",
        "not_asked": "Ingen alder efterspørges, og enheden har ikke oplyst, hvilke aldersgrupper den ser.",
    },
    ("care_setting", "met"): {"": "Møder deltagerne, hvor det efterspørges: {wanted}."},
    ("care_setting", "partly"): {"": "Møder deltagerne i {covered}, men har ikke oplyst {missing}."},
    ("care_setting", "unmet"): {"": "Møder deltagerne i {offered}; {wanted} efterspørges."},
    ("care_setting", "unknown"): {"": "Har ikke oplyst, hvor enheden møder deltagerne; {wanted} efterspørges."},
    ("availability", "met"): {
        "open": "Åben for nye forsøg ved den ønskede start, {wanted}[; på betingelse af: {conditions}].",
    },
    ("availability", "partly"): {
        "limited": "Tager et begrænset antal nye forsøg[ til og med {until}][; på betingelse af: {conditions}].",
        "late": "Kan starte {offered}; {wanted} efterspørges, så {months_left} af {months:months} er tilbage"
        "[; på betingelse af: {conditions}].",
        "late_limited": "Tager et begrænset antal nye forsøg og kan starte {offered}; {wanted} efterspørges, "
        "så {months_left} af {months:months} er tilbage[; på betingelse af: {conditions}].",
    },
    ("availability", "unmet"): {
        "closed": "Tager ingen nye forsøg i rekrutteringsperioden (nu {state}[ til og med {until}])"
        "[; kan starte {offered}].",
        "no_new_trials": "Har oplyst, at nye forsøg ikke er mulige.",
    },
    ("participants", "met"): {
        "": "Kan rekruttere omkring {offered:participants} på {months:months}; {wanted} ønskes[ ({basis})]"
        "[; sænket for {competing:competing}].",
    },
    ("participants", "partly"): {
        "": "Kan rekruttere omkring {offered:participants} på {months:months}, færre end de {wanted}, der ønskes"
        "[ ({basis})][; sænket for {competing:competing}].",
    },
    ("participants", "unmet"): {"": "Kan ikke rekruttere deltagere i perioden; {wanted} ønskes[ ({basis})]."},
    ("participants", "unknown"): {"": "Har ikke oplyst, hvor mange deltagere enheden kan rekruttere; {wanted} ønskes."},
    ("staff_hours", "met"): {
        "": "[Har {offered} om ugen ledige; ]{wanted} efterspørges.",
        "not_asked": "Har {offered} om ugen ledige; behovet er ikke oplyst.",
    },
    ("staff_hours", "partly"): {
        "": "[Har {offered} om ugen ledige; ]{wanted} efterspørges[; ikke oplyst: {unknown}].",
        "not_asked": "Har {offered} om ugen ledige; behovet er ikke oplyst.",
    },
    ("staff_hours", "unmet"): {
        "": "Har ingen sådanne timer ledige; {wanted} om ugen efterspørges.",
        "not_asked": "Har ingen sygeplejersketimer ledige.",
    },
    ("staff_hours", "unknown"): {
        "": "Har ikke oplyst, hvor mange timer der er ledige; {wanted} om ugen efterspørges.",
        "not_asked": "Har ikke oplyst, hvor mange sygeplejersketimer der er ledige.",
    },
    ("freshness", "met"): {"": "Bekræftet {confirmed_on}; gælder til og med {offered}."},
    ("freshness", "unmet"): {
        "": "Forældet: gjaldt kun til og med {offered}[, senest bekræftet {confirmed_on}]; "
        "spørg enheden, før oplysningen bruges.",
    },
    ("freshness", "unknown"): {"": "Aldrig bekræftet af enheden, så ingen ved, om oplysningen stadig passer."},
    ("experience", "met"): {
        "": "Har gennemført {offered:trials} i {wanted} inden for området på fem år "
        "({in_area} uanset fase)[; {gcp:gcp}].",
    },
    ("experience", "partly"): {
        "": "Har gennemført {offered:trials} i {wanted} inden for området på fem år "
        "({in_area} uanset fase)[; {gcp:gcp}].",
        "gcp_unknown": "Har gennemført {offered:trials} i {wanted} inden for området på fem år "
        "({in_area} uanset fase); om en investigator har GCP-træning, vides ikke.",
        "unlisted": "Har ikke oplyst nogen forsøg[; {gcp:gcp}].",
    },
    ("experience", "unmet"): {"no_gcp": "Ingen investigator på enheden har gyldig GCP-træning, hvilket efterspørges."},
    ("experience", "unknown"): {
        "unlisted": "Har ikke oplyst nogen forsøg i de seneste fem år.",
        "gcp_unknown": "Har ikke oplyst nogen forsøg; om en investigator har GCP-træning, vides ikke.",
    },
    ("equipment", "met"): {"": "Har alt det udstyr, der efterspørges: {wanted}."},
    ("equipment", "partly"): {
        "": "Har {offered}[; ikke oplyst: {unsaid}][; tilladelsen udløber før start: {expired}].",
    },
    ("equipment", "unmet"): {
        "": "Mangler {lacking}[; har {offered}][; ikke oplyst: {unsaid}][; tilladelsen udløber før start: {expired}].",
    },
    ("equipment", "unknown"): {
        "": "Intet vides om det udstyr, der efterspørges[: {unsaid}][; tilladelsen udløber før start: {expired}].",
    },
    ("resources", "met"): {"": "Har adgang til alle de ressourcer, der efterspørges: {wanted}."},
    ("resources", "partly"): {
        "": "[Har adgang til {offered}; ][regionen har {in_region}; ][ikke oplyst: {unsaid}; ]{wanted} efterspørges.",
    },
    ("resources", "unknown"): {"": "Intet vides om de ressourcer, der efterspørges: {unsaid}."},
    ("dct_activities", "met"): {
        "": "Kan alle de decentrale aktiviteter, der efterspørges[: {own}][; med partner: {with_partner}].",
    },
    ("dct_activities", "partly"): {
        "": "Kan[ {own}][ (med partner: {with_partner})][; kan ikke: {cannot}][; ikke oplyst: {unknown}].",
    },
    ("dct_activities", "unmet"): {
        "": "Kan ikke {cannot}[; krævet: {required}][; kan: {offered}][; ikke oplyst: {unknown}].",
    },
    ("dct_activities", "unknown"): {
        "": "Har ikke oplyst, om enheden kan {unknown}[; kan ikke: {cannot}].",
    },
    ("gmo", "met"): {"": "Må håndtere genetisk modificerede organismer: {offered}."},
    ("gmo", "unmet"): {"": "Må ikke håndtere genetisk modificerede organismer."},
    ("gmo", "unknown"): {
        "": "Har ikke oplyst, om enheden må håndtere genetisk modificerede organismer"
        "[; tilladelsen udløber før start: {expired}].",
    },
    ("atmp", "met"): {"": "Håndterer avancerede terapier: {offered}."},
    ("atmp", "partly"): {"": "Har {offered}, men har ikke oplyst, at enheden håndterer avancerede terapier."},
    ("atmp", "unmet"): {"": "Håndterer ikke avancerede terapier."},
    ("atmp", "unknown"): {
        "": "Har ikke oplyst, om enheden håndterer avancerede terapier[; tilladelsen udløber før start: {expired}].",
    },
    ("unit_wanted", "met"): {"": "Sponsor har nævnt denne enhed."},
    ("unit_wanted", "unmet"): {"": "Sponsor har nævnt andre enheder."},
    ("load", "met"): {"": "Har {offered:running} inden for området; op til {wanted} levner plads til endnu et."},
    ("load", "partly"): {
        "": "Har {offered:running} inden for området; op til {wanted} levner plads til endnu et"
        "[; heraf {competing:competing} om de samme patienter].",
        "uncounted": "Har {competing:competing} om de samme patienter; hvor mange forsøg der kører i alt, er ikke "
        "oplyst, og op til {wanted} levner plads til endnu et.",
    },
    ("load", "unmet"): {
        "": "Har {competing:competing} eller flere om de samme patienter[; har {offered:running} inden for området]; "
        "op til {wanted} igangværende, ingen af dem konkurrerende, levner plads til endnu et.",
    },
    ("load", "unknown"): {
        "": "Har ikke oplyst, hvor mange forsøg der kører i området; op til {wanted} levner plads til endnu et.",
    },
    ("lead_time", "met"): {
        "": "Behøver {offered:days} fra aftale til første deltager; ønsket start, {start}, er om {wanted:days}.",
    },
    ("lead_time", "partly"): {
        "": "Behøver {offered:days} fra aftale til første deltager; ønsket start, {start}, er om {wanted:days}, "
        "så enheden ville være {late:days} forsinket.",
        "in_competition": "Behøver {offered:days} fra aftale til første deltager; ønsket start, {start}, er om "
        "{wanted:days}, så enheden ville være {late:days} forsinket, mens stederne rekrutterer i konkurrence.",
    },
    ("lead_time", "unmet"): {
        "": "Behøver {offered:days} fra aftale til første deltager; ønsket start, {start}, er om {wanted:days}, "
        "og rekrutteringen ville være forbi.",
    },
    ("lead_time", "unknown"): {
        "": "Har ikke oplyst, hvor lang tid enheden behøver fra aftale til første deltager; ønsket start, {start}, "
        "er om {wanted:days}.",
    },
    ("primary_care_role", "met"): {
        "": "Kan i almen praksis det, der efterspørges ({wanted}): {offered}.",
        "through_others": "Kan i almen praksis det, der efterspørges ({wanted}), gennem lægehuse: {offered}.",
    },
    ("primary_care_role", "partly"): {
        "": "Kan {offered} i almen praksis; {wanted} efterspørges, så en anden enhed må gøre resten.",
        "through_others": "Kan {offered} i almen praksis gennem lægehuse; {wanted} efterspørges.",
    },
    ("primary_care_role", "unmet"): {"": "Kan ikke mere end {offered} i almen praksis; {wanted} efterspørges."},
    ("primary_care_role", "unknown"): {
        "": "Har ikke oplyst, hvad enheden kan gøre i et forsøg; {wanted} efterspørges i almen praksis.",
        "elsewhere": "Er ikke et lægehus og har ikke oplyst, hvad enheden kan gøre i almen praksis; "
        "{wanted} efterspørges.",
    },
    ("languages", "met"): {"": "Arbejder på materialets sprog ({wanted}): {offered}."},
    ("languages", "partly"): {"": "Arbejder på {covered}, men har ikke oplyst {missing}, som materialet også er på."},
    ("languages", "unmet"): {"": "Arbejder på {offered}; materialet er på {wanted}."},
    ("languages", "unknown"): {"": "Har ikke oplyst, hvilke sprog enheden arbejder på; materialet er på {wanted}."},
    ("pharmacy", "met"): {"": "Har al den apotekshjælp, der efterspørges: {wanted}."},
    ("pharmacy", "partly"): {
        "": "[Har {offered}; ][regionen har {in_region}; ][ikke oplyst: {unsaid}; ]"
        "[tilladelsen udløber før start: {expired}; ]{wanted} efterspørges.",
    },
    ("pharmacy", "unmet"): {
        "": "Mangler {lacking}[; har {offered}][; regionen har {in_region}][; ikke oplyst: {unsaid}]"
        "[; tilladelsen udløber før start: {expired}].",
    },
    ("pharmacy", "unknown"): {
        "": "Intet vides om apotekshjælpen, der efterspørges[: {unsaid}][; tilladelsen udløber før start: {expired}].",
    },
    ("dct_places", "met"): {"": "Når hele regionen ({offered}) med {whole}."},
    ("dct_places", "partly"): {
        "": "Når [hele regionen med {whole}, ][en del af regionen med {part}, ]som oplyst ({offered})"
        "[; hvor er ikke oplyst: {unsaid}][; tilbydes ikke: {nowhere}].",
    },
    ("dct_places", "unmet"): {"": "Når ingen uden for enheden med {nowhere}."},
    ("dct_places", "unknown"): {"": "Har ikke oplyst, hvor enheden kan {unsaid}[; tilbydes ikke: {nowhere}]."},
}

DANISH = Wording(
    sentences=_SENTENCES,
    exclusions={
        "unit_excluded_by_sponsor": "Sponsor har bedt om, at denne enhed ikke tages med.",
        "other_therapy_area": "Enheden tager andre tilstande end den efterspurgte.",
        "study_type_not_accepted": "Enheden tager andre studietyper end denne.",
        "age_group_not_accepted": "Enheden ser ingen af de aldersgrupper, der efterspørges.",
        "gmo_not_permitted": "Enheden må ikke håndtere genetisk modificerede organismer.",
        "no_new_trials": "Enheden har oplyst, at nye forsøg ikke er mulige.",
        "paused": "Enheden er sat på pause i hele rekrutteringsperioden.",
    },
    wanted={
        "availability": "start {value}",
        "participants": "{value:participants}",
        "staff_hours": "{value} om ugen",
        "freshness": "gyldig {value}",
        "experience": "forsøg i {value}",
        "unit_wanted": "{value:units}",
        "load": "højst {value:running}",
        "lead_time": "første deltager om {value:days}",
    },
    offered={
        "availability": "fra {value}",
        "participants": "omkring {value:participants}",
        "staff_hours": "{value} om ugen",
        "freshness": "gyldig til og med {value}",
        "experience": "{value:trials}",
        "load": "{value:running}",
        "lead_time": "{value:days}",
    },
    counted={
        "participants": ("{} deltager", "{} deltagere"),
        "units": ("{} enhed, som sponsor har nævnt", "{} enheder, som sponsor har nævnt"),
        "trials": ("{} forsøg", "{} forsøg"),
        "running": ("{} igangværende forsøg", "{} igangværende forsøg"),
        "days": ("{} dag", "{} dage"),
        "months": ("{} måned", "{} måneder"),
        "competing": ("{} konkurrerende forsøg", "{} konkurrerende forsøg"),
        "gcp": ("{} investigator med gyldig GCP-træning", "{} investigatorer med gyldig GCP-træning"),
        "nurse": ("{} sygeplejersketime", "{} sygeplejersketimer"),
        "physician": ("{} lægetime", "{} lægetimer"),
    },
    phases={
        "early_1": "tidlig fase 1",
        "1_2": "fase 1/2",
        "2_3": "fase 2/3",
        "device_pilot": "pilotstudie",
        "device_pivotal": "pivotalt studie",
        "device_post_market": "studie efter markedsføring",
        "not_applicable": "ingen fase",
    }
    | {number: f"fase {number}" for number in "1234"},
    codes={
        "open": "åben",
        "limited": "begrænset",
        "full": "fuld",
        "paused": "på pause",
        "drug": "lægemiddelforsøg",
        "device": "studie af medicinsk udstyr",
        "ivd": "IVD-studie",
        "atmp": "ATMP-studie",
        "procedure": "metodestudie",
        "behavioural": "adfærdsstudie",
        "nutrition": "ernæringsstudie",
        "non_interventional": "ikke-interventionsstudie",
        "other": "andet studie",
        "newborn": "nyfødte",
        "infant": "spædbørn",
        "child": "børn",
        "adolescent": "unge",
        "adult": "voksne",
        "older_adult": "ældre",
        "inpatient": "indlæggelse",
        "outpatient": "ambulatorium",
        "primary_care": "almen praksis",
        "home": "hjemmet",
        "estimate": "skøn",
        "register": "fra register",
        "ehr_count": "talt i journalerne",
        "cardiovascular": "hjerte og kar",
        "dental-oral": "tænder og mund",
        "dermatology": "hud",
        "ear-nose-throat": "øre, næse og hals",
        "endocrinology-metabolism": "endokrinologi og stofskifte",
        "gastroenterology-hepatology": "mave, tarm og lever",
        "gynaecology-obstetrics": "gynækologi og obstetrik",
        "haematology": "hæmatologi",
        "immunology-allergy": "immunologi og allergi",
        "infectious-diseases": "infektionsmedicin",
        "musculoskeletal-rheumatology": "bevægeapparat og reumatologi",
        "neurology": "neurologi",
        "oncology": "onkologi",
        "ophthalmology": "øjne",
        "psychiatry": "psykiatri",
        "respiratory": "lunger og luftveje",
        "trauma-injuries": "skader",
        "urology-nephrology": "urologi og nyrer",
        "anaesthesia-intensive-care": "anæstesi og intensiv",
        "geriatrics": "geriatri",
        "paediatrics-neonatology": "børn og nyfødte",
        "rare-genetic": "sjældne og arvelige sygdomme",
        "pain-palliative": "smerte og palliation",
        "general-practice-prevention": "almen medicin og forebyggelse",
        "jacie_accreditation": "JACIE-akkreditering",
        "iso_15189_accreditation": "ISO 15189-akkreditering",
        "gmo_handling": "håndtering af genetisk modificerede organismer",
        "gmo_contained_use": "tilladelse til indesluttet anvendelse af GMO",
        "gmo_deliberate_release": "tilladelse til udsætning af GMO",
        "atmp_handling": "ATMP-håndtering",
        "phase_1_unit": "fase 1-enhed",
        "freezer_minus_80": "fryser -80 °C",
        "liquid_nitrogen": "flydende kvælstof",
        "refrigerated_centrifuge": "kølecentrifuge",
        "mri": "MR",
        "ct": "CT",
        "pet": "PET",
        "dexa": "DEXA",
        "ultrasound": "ultralyd",
        "echocardiography": "ekkokardiografi",
        "ecg": "EKG",
        "spirometry": "spirometri",
        "endoscopy": "endoskopi",
        "infusion_chairs": "infusionspladser",
        "overnight_beds": "senge til overnatning",
        "trial_pharmacy": "forsøgsapotek",
        "aseptic_preparation": "aseptisk fremstilling",
        "cytotoxic_preparation": "fremstilling af cytostatika",
        "radiopharmaceuticals": "radioaktive lægemidler",
        "monitoring_room": "monitorrum",
        "remote_source_access": "fjernadgang til kildedata",
        "archive": "arkiv",
        "biobank": "biobank",
        "trial_unit": "forsøgsenhed",
        "statistics_and_data": "statistik og datahåndtering",
        "precision_medicine_centre": "center for præcisionsmedicin",
        "atmp_centre": "ATMP-center",
        "medtech_centre": "center for medicinsk udstyr",
        "imaging": "billeddiagnostik",
        "genomics": "genomforskning",
        "high_performance_computing": "supercomputer",
        "quality_register": "klinisk kvalitetsdatabase",
        "legal_and_contract": "jura og kontrakter",
        "remote_prescreening": "forscreening på afstand",
        "video_consent": "samtykke via video",
        "national_eid_signature": "underskrift med MitID eller lignende",
        "video_visit": "videobesøg",
        "phone_visit": "telefonbesøg",
        "home_nurse_visit": "hjemmebesøg af sygeplejerske",
        "local_health_centre_visit": "besøg i lokalt sundhedshus",
        "mobile_unit_visit": "besøg i mobil enhed",
        "evening_weekend_visit": "besøg aften og weekend",
        "home_capillary": "kapillærprøve hjemme",
        "home_venous": "veneprøve hjemme",
        "local_lab": "prøve på lokalt laboratorium",
        "courier_cold_chain": "bud med kølekæde",
        "site_to_home_shipping": "levering fra afdelingen til hjemmet",
        "regional_pharmacy": "regionalt apotek",
        "local_pharmacy_handover": "udlevering på lokalt apotek",
        "home_administration_nurse": "behandling hjemme ved sygeplejerske",
        "home_self_administration": "selvbehandling hjemme",
        "epro_own_device": "ePRO på egen enhed",
        "epro_loan_device": "ePRO på lånt enhed",
        "wearable": "kropsbåren sensor",
        "home_spirometry_bp_ecg": "spirometri, blodtryk eller EKG hjemme",
        "safety_contact_24_7": "sikkerhedskontakt døgnet rundt",
        "local_data_daily_review": "daglig gennemgang af data",
        "emergency_unblinding": "akut afblinding",
        "identify_only": "at finde deltagere",
        "sample": "prøvetagning",
        "visit": "besøg",
        "full_site": "hele forsøget",
        "named": "enheden er nævnt",
        "not_named": "andre enheder er nævnt",
    }
    | IN_DANISH,
    last_of_list=" og ",
    more_of_list="{} mere",
    decimal_mark=",",
)
