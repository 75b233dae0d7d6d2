"""Mails in Danish."""

from trialport.notifications.mail_models import MessageKind, Wording

GREETING = "Hej"
SIGNATURE = (
    "Trialport, den fælles indgang for forespørgsler om kliniske forsøg",
    "Denne mail er sendt automatisk og kan ikke besvares.",
)
WORDING: dict[MessageKind, Wording] = {
    "signin_link": Wording(
        subject="Dit link til at logge ind",
        before=(
            "Nogen, formentlig dig, vil logge ind på Trialport med denne adresse.",
            "Åbn linket i samme browser, som du bad om det i. Det virker én gang og gælder i {{ minutes }} minutter.",
        ),
        button="Log ind",
        after=("Hvis det ikke var dig, skal du ikke gøre noget. Uden linket kan ingen logge ind.",),
    ),
    "account_created": Wording(
        subject="Du har fået adgang til Trialport",
        before=(
            "Du har fået adgang til Trialport, hvor forespørgsler om kliniske forsøg når universitetshospitalerne.",
            "Du skal ikke bruge nogen adgangskode. Skriv denne adresse på loginsiden, så får du et link i en mail.",
        ),
        button="Gå til loginsiden",
        after=("Havde du ikke ventet dette, så kontakt det forsøgskontor, du samarbejder med.",),
    ),
    "capacity_stale": Wording(
        subject="Passer jeres kapacitet stadig?",
        before=(
            "Regionens forsøgskontor spørger, om det, jeres enhed har oplyst om sin kapacitet, stadig passer.",
            (
                "Hvis ja, bekræfter du det med ét tryk. Hvis nej, kan du rette det på et minut, uden adgangskode. "
                "Forsøg tilbydes enheder med friske oplysninger."
            ),
        ),
        button="Se kapaciteten",
        after=("Er det en anden i enheden, der tager sig af dette, så send gerne mailen videre.",),
    ),
    "retention_question": Wording(
        subject="Har du stadig brug for din konto i Trialport?",
        before=(
            "Du har ikke brugt Trialport i to år. Vi gemmer kun personoplysninger, så længe der er brug for dem.",
            "Vil du beholde kontoen, så log ind før den {{ erased_on }}. Ellers sletter vi dine oplysninger den dag.",
        ),
        button="Log ind og behold kontoen",
        after=("Har du ikke længere brug for den, skal du ikke gøre noget.",),
    ),
    "invitation": Wording(
        subject="Kan jeres enhed deltage i et klinisk forsøg?",
        before=(
            (
                "En sponsor søger enheder i vores region, der kan gennemføre et klinisk forsøg, og jeres passer"
                " ({{ reference }})."
            ),
            "Det tager omkring to minutter at svare. Svar senest {{ due_on }}; et nej hjælper lige så meget som et ja.",
        ),
        button="Læs og svar",
        after=("Hvis en anden på enheden skal svare, kan du sige det på samme side.",),
        line="{{ reference }}, {{ unit }}: ny forespørgsel, svar senest {{ due_on }}",
    ),
    "invitation_reminder": Wording(
        subject="En forespørgsel venter på jeres enheds svar",
        before=(
            (
                "{% if is_overdue %}Jeres enhed blev bedt om at svare senest {{ due_on }}, og vi har ikke hørt fra jer"
                " ({{ reference }})."
                "{% else %}Jeres enhed bedes svare senest {{ due_on }} ({{ reference }}).{% endif %}"
            ),
            "Også et sent svar tæller, og et nej hjælper lige så meget som et ja.",
        ),
        button="Læs og svar",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: {% if is_overdue %}skulle være besvaret senest {{ due_on }}, overskredet"
            "{% else %}svar senest {{ due_on }}{% endif %}"
        ),
    ),
    "digest": Wording(
        subject="Flere forespørgsler venter på dit svar",
        before=("Disse venter på svar, hver med sit eget link. Et nej hjælper lige så meget som et ja.",),
        button="",
        after=("Også et sent svar tæller. Hvis en anden skal svare, kan du sige det på samme side.",),
    ),
    "news_digest": Wording(
        subject="Nyt om flere forespørgsler",
        before=("Der er nyt om flere forespørgsler til dig, hver med sit eget link.",),
        button="",
        after=(
            "Hvor der ventes et svar, tæller også et sent, og et nej hjælper lige så meget som et ja.",
            "Det, der blev holdt frit til et forsøg, som er afsluttet, er frit igen, hvis jeres enhed ikke blev valgt.",
        ),
    ),
    "sign_off_wanted": Wording(
        subject="Jeres enhed har sagt ja til et klinisk forsøg",
        before=(
            (
                "En kollega i jeres enhed har svaret, at enheden kan deltage i et forsøg ({{ reference }})"
                "{% if is_reminder %}, og svaret venter stadig på dig{% endif %}."
            ),
            "Svaret tæller, når du som leder af enheden har godkendt det. Det klares med et tryk.",
        ),
        button="Læs og godkend",
        after=("Hvis du ikke godkender svaret, kan du skrive hvorfor på samme side.",),
    ),
    "reply_sent": Wording(
        subject="Svaret på jeres forespørgsel",
        before=(
            (
                "{% if version > 1 %}Svar er ændret, siden vi svarede jer. Dette er et rettet svar"
                " (version {{ version }}), som erstatter det, vi sendte tidligere."
                "{% else %}Forsøgskontoret har samlet enhedernes svar. Her er svaret på jeres forespørgsel.{% endif %}"
            ),
            "I kan læse det nedenfor, på dets side efter login og i den vedhæftede PDF.",
        ),
        button="Åbn svaret",
        after=("Giv os besked om udfaldet på siden, uanset hvad det bliver: alle adspurgte enheder får det at vide.",),
    ),
    "invitation_moved": Wording(
        subject="Der er en ny sidste svardag",
        before=("Jeres enhed kan nu svare på forespørgslen til og med {{ due_on }}.",),
        button="Læs og svar",
        after=(),
        line="{{ reference }}, {{ unit }}: ny sidste svardag er {{ due_on }}",
    ),
    "invitation_amended": Wording(
        subject="En forespørgsel til jeres enhed er ændret",
        before=(
            (
                "{% if has_answered %}Sponsor har ændret en forespørgsel, som jeres enhed har svaret på. Vi spørger kun"
                " om det, der er ændret: sig senest {{ due_on }}, om svaret stadig gælder."
                "{% else %}Sponsor har ændret en forespørgsel, som jeres enhed har fået. Siden viser den, som"
                " den er nu."
                " Svar senest {{ due_on }}.{% endif %}"
            ),
        ),
        button="Se hvad der er ændret",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: sponsor har ændret forespørgslen; {% if has_answered %}sig senest"
            " {{ due_on }}, om svaret stadig gælder{% else %}svar senest {{ due_on }}{% endif %}"
        ),
    ),
    "invitation_withdrawn": Wording(
        subject="En forespørgsel til jeres enhed er trukket tilbage",
        before=(
            "Forsøgskontoret har trukket sit spørgsmål til jeres enhed tilbage ({{ reference }}). I skal intet gøre.",
        ),
        button="",
        after=("Tak for jeres tid. Har I spørgsmål, så skriv til forsøgskontoret.",),
        line="{{ reference }}: forsøgskontoret har trukket sit spørgsmål tilbage, I skal intet gøre",
    ),
    "invitation_over": Wording(
        subject="Sådan endte en forespørgsel til jeres enhed",
        before=(
            (
                "{% if ending == 'selected' %}Jeres enhed er valgt ({{ reference }}). Sponsor kontakter jer."
                "{% elif ending == 'not_selected' %}Sponsor har besluttet sig og valgte ikke jeres enhed denne gang"
                " ({{ reference }})."
                "{% elif ending == 'trial_cancelled' %}Sponsor har aflyst forsøget ({{ reference }})."
                "{% elif ending == 'no_decision' %}Sponsor har ikke truffet nogen beslutning, og forespørgslen"
                " er lukket"
                " ({{ reference }})."
                "{% elif ending == 'no_word' %}Sponsor har ikke fortalt, hvad den har besluttet, selv om den lovede dag"
                " er passeret ({{ reference }}). Vi spørger videre; I behøver ikke holde noget frit."
                "{% elif ending == 'inquiry_withdrawn' %}Sponsor har trukket sin forespørgsel tilbage ({{"
                " reference }})."
                "{% else %}Forsøgskontoret har afvist forespørgslen ({{ reference }}).{% endif %}"
            ),
            "Tak for jeres svar. Det, der blev holdt frit til forsøget, er frit igen, hvis I ikke blev valgt.",
        ),
        button="Se forespørgslen",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: {% if ending == 'selected' %}jeres enhed er valgt"
            "{% elif ending == 'not_selected' %}sponsor valgte ikke jeres enhed denne gang"
            "{% elif ending == 'trial_cancelled' %}sponsor har aflyst forsøget"
            "{% elif ending == 'no_decision' %}lukket uden beslutning"
            "{% elif ending == 'no_word' %}endnu intet svar fra sponsor; I behøver ikke holde noget frit"
            "{% elif ending == 'inquiry_withdrawn' %}sponsor har trukket sin forespørgsel tilbage"
            "{% else %}forsøgskontoret har afvist forespørgslen{% endif %}"
        ),
    ),
    "outcome_reminder": Wording(
        subject="Fortæl os, hvad I har besluttet",
        before=(
            (
                "{% if is_overdue %}I lovede at fortælle udfaldet af {{ reference }} senest {{ promised_on }},"
                " og vi har"
                " ikke hørt fra jer."
                "{% else %}I lovede at fortælle udfaldet af {{ reference }} senest {{ promised_on }}.{% endif %}"
            ),
            "Enhederne, der svarede, holder personale frit til jeres forsøg og venter på svar. Det tager et minut.",
        ),
        button="Fortæl udfaldet",
        after=("Hvis I ikke har besluttet jer endnu, så sig til forsøgskontoret, hvornår I gør det.",),
    ),
    "question_forwarded": Wording(
        subject="Et spørgsmål om jeres forespørgsel",
        before=(
            "En enhed, der overvejer at deltage, har et spørgsmål om jeres forespørgsel ({{ reference }}).",
            "Jeres svar går til forsøgskontoret, som giver det videre.",
        ),
        button="Læs og svar",
        after=(),
    ),
    "question_shared": Wording(
        subject="Sponsor har svaret på et spørgsmål",
        before=(
            "Sponsor har svaret på et spørgsmål om det forsøg, som jeres enhed er blevet spurgt om ({{ reference }}).",
            "Hvis det ændrer enhedens svar, kan I give et nyt på samme side.",
        ),
        button="Læs svaret",
        after=(),
    ),
    "information_wanted": Wording(
        subject="Vi har brug for at vide mere om jeres forespørgsel",
        before=(
            "Forsøgskontoret mangler oplysninger fra jer, før enheder kan spørges ({{ reference }}).",
            "Tilføj venligst: {{ fields }}.",
            "Uret står stille så længe: den lovede dag flyttes med de arbejdsdage, vi venter.",
        ),
        button="Åbn forespørgslen",
        after=("Det, I tilføjer, når kontoret med det samme.",),
    ),
    "inquiry_declined": Wording(
        subject="Jeres forespørgsel kunne ikke føres videre",
        before=(
            "Forsøgskontoret har afvist jeres forespørgsel ({{ reference }}).",
            (
                "{% if reason == 'outside_region' %}Begrundelse: Den vedrører noget uden for regionen."
                "{% elif reason == 'no_suitable_units' %}Begrundelse: Ingen enhed i regionen passer til forsøget."
                "{% elif reason == 'incomplete' %}Begrundelse: Der manglede oplysninger, som enhederne har brug for."
                "{% elif reason == 'duplicate' %}Begrundelse: Den samme forespørgsel er indsendt før."
                "{% elif reason == 'not_a_trial' %}Begrundelse: Den vedrører ikke et klinisk forsøg."
                "{% elif reason == 'other' %}Begrundelsen står ved forespørgslen."
                "{% endif %}"
            ),
        ),
        button="Åbn forespørgslen",
        after=("I er velkomne til at vende tilbage med en ny forespørgsel.",),
    ),
    "question_dismissed": Wording(
        subject="Jeres enheds spørgsmål til sponsor",
        before=(
            (
                "Forsøgskontoret har set på jeres enheds spørgsmål om det forsøg, som enheden er blevet spurgt om"
                " ({{ reference }}), og sender det ikke videre til sponsor."
            ),
            "På siden med forespørgslen står der hvorfor. I kan stille spørgsmålet igen med andre ord.",
        ),
        button="Læs hvorfor",
        after=(),
    ),
}
