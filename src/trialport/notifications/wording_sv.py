"""Mails in Swedish."""

from trialport.notifications.mail_models import MessageKind, Wording

GREETING = "Hej!"
SIGNATURE = (
    "Trialport, den gemensamma ingången för förfrågningar om kliniska prövningar",
    "Det här mejlet är skickat automatiskt och går inte att svara på.",
)
WORDING: dict[MessageKind, Wording] = {
    "signin_link": Wording(
        subject="Din inloggningslänk",
        before=(
            "Någon, troligen du, vill logga in i Trialport med den här adressen.",
            "Öppna länken i webbläsaren där du bad om den. Den fungerar en gång och gäller i {{ minutes }} minuter.",
        ),
        button="Logga in",
        after=("Om det inte var du behöver du inte göra något. Utan länken kan ingen logga in.",),
    ),
    "account_created": Wording(
        subject="Du har fått tillgång till Trialport",
        before=(
            "Du har fått tillgång till Trialport, där förfrågningar om kliniska prövningar når universitetssjukhusen.",
            "Du behöver inget lösenord. Skriv den här adressen på inloggningssidan, så får du en länk via e-post.",
        ),
        button="Till inloggningssidan",
        after=("Är det här oväntat? Hör av dig till det prövningskontor som du samarbetar med.",),
    ),
    "capacity_stale": Wording(
        subject="Stämmer er kapacitet fortfarande?",
        before=(
            ("Regionens prövningskontor undrar om det som er enhet har uppgett om sin kapacitet fortfarande stämmer."),
            (
                "Gör det det räcker ett tryck för att bekräfta. Annars ändrar du på en minut, utan lösenord. "
                "Prövningar erbjuds enheter med aktuella uppgifter."
            ),
        ),
        button="Se över kapaciteten",
        after=("Är det någon annan på enheten som sköter detta? Skicka gärna mejlet vidare.",),
    ),
    "retention_question": Wording(
        subject="Behöver du fortfarande ditt konto i Trialport?",
        before=(
            "Du har inte använt Trialport på två år. Vi sparar personuppgifter bara så länge de behövs.",
            "Vill du behålla kontot loggar du in före {{ erased_on }}. Annars raderar vi dina uppgifter den dagen.",
        ),
        button="Logga in och behåll kontot",
        after=("Om du inte längre behöver kontot behöver du inte göra något.",),
    ),
    "invitation": Wording(
        subject="Kan er enhet delta i en klinisk prövning?",
        before=(
            (
                "En sponsor söker enheter i vår region som kan genomföra en klinisk prövning, och er passar"
                " ({{ reference }})."
            ),
            "Det tar ungefär två minuter att svara. Svara senast {{ due_on }}; ett nej hjälper lika mycket som ett ja.",
        ),
        button="Läs och svara",
        after=("Om någon annan på enheten ska svara kan du säga det på samma sida.",),
        line="{{ reference }}, {{ unit }}: ny förfrågan, svara senast {{ due_on }}",
    ),
    "invitation_reminder": Wording(
        subject="En förfrågan väntar på er enhets svar",
        before=(
            (
                "{% if is_overdue %}Er enhet ombads svara senast {{ due_on }}, och vi har inte hört av er"
                " ({{ reference }})."
                "{% else %}Er enhet ombeds svara senast {{ due_on }} ({{ reference }}).{% endif %}"
            ),
            "Även ett sent svar räknas, och ett nej hjälper lika mycket som ett ja.",
        ),
        button="Läs och svara",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: {% if is_overdue %}skulle ha besvarats senast {{ due_on }}, försenad"
            "{% else %}svara senast {{ due_on }}{% endif %}"
        ),
    ),
    "digest": Wording(
        subject="Flera förfrågningar väntar på ditt svar",
        before=("De här väntar på svar, var och en med sin egen länk. Ett nej hjälper lika mycket som ett ja.",),
        button="",
        after=("Även ett sent svar räknas. Om någon annan ska svara kan du säga det på samma sida.",),
    ),
    "news_digest": Wording(
        subject="Nytt om flera förfrågningar",
        before=("Det finns nytt om flera förfrågningar till dig, var och en med sin egen länk.",),
        button="",
        after=(
            "Där ett svar väntas räknas även ett sent, och ett nej hjälper lika mycket som ett ja.",
            "Det som hölls ledigt för en prövning som har avslutats är ledigt igen, om er enhet inte valdes ut.",
        ),
    ),
    "sign_off_wanted": Wording(
        subject="Er enhet har svarat ja till en klinisk prövning",
        before=(
            (
                "En medarbetare vid er enhet har svarat att enheten kan delta i en prövning ({{ reference }})"
                "{% if is_reminder %}, och svaret väntar fortfarande på dig{% endif %}."
            ),
            "Svaret räknas när du som verksamhetschef har godkänt det. Det görs med ett tryck.",
        ),
        button="Läs och godkänn",
        after=("Om du inte godkänner svaret kan du ange varför på samma sida.",),
    ),
    "reply_sent": Wording(
        subject="Svaret på er förfrågan",
        before=(
            (
                "{% if version > 1 %}Svar har ändrats sedan vi svarade er. Det här är ett rättat svar"
                " (version {{ version }}) och ersätter det vi skickade tidigare."
                "{% else %}Prövningskontoret har samlat in enheternas svar. Här är svaret på er förfrågan.{% endif %}"
            ),
            "Ni kan läsa det nedan, på dess sida efter inloggning och i bifogad PDF.",
        ),
        button="Öppna svaret",
        after=("Meddela oss utfallet på sidan, vad det än blir: alla tillfrågade enheter får veta det.",),
    ),
    "invitation_moved": Wording(
        subject="Det finns en ny sista svarsdag",
        before=("Er enhet kan nu svara på sin förfrågan till och med {{ due_on }}.",),
        button="Läs och svara",
        after=(),
        line="{{ reference }}, {{ unit }}: ny sista svarsdag är {{ due_on }}",
    ),
    "invitation_amended": Wording(
        subject="En förfrågan till er enhet har ändrats",
        before=(
            (
                "{% if has_answered %}Sponsorn har ändrat en förfrågan som er enhet har svarat på. Vi frågar bara om"
                " det som ändrats: säg senast {{ due_on }} om svaret fortfarande gäller."
                "{% else %}Sponsorn har ändrat en förfrågan som er enhet har fått. Sidan visar hur den ser ut nu."
                " Svara senast {{ due_on }}.{% endif %}"
            ),
        ),
        button="Se vad som ändrats",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: sponsorn har ändrat förfrågan; {% if has_answered %}säg senast {{ due_on }}"
            " om svaret fortfarande gäller{% else %}svara senast {{ due_on }}{% endif %}"
        ),
    ),
    "invitation_withdrawn": Wording(
        subject="En förfrågan till er enhet har återkallats",
        before=(
            "Prövningskontoret har återkallat sin fråga till er enhet ({{ reference }}). Ni behöver inte göra något.",
        ),
        button="",
        after=("Tack för er tid. Har ni frågor, skriv till prövningskontoret.",),
        line="{{ reference }}: prövningskontoret har återkallat sin fråga, ni behöver inte göra något",
    ),
    "invitation_over": Wording(
        subject="Så slutade en förfrågan till er enhet",
        before=(
            (
                "{% if ending == 'selected' %}Er enhet har valts ut ({{ reference }}). Sponsorn hör av sig."
                "{% elif ending == 'not_selected' %}Sponsorn har bestämt sig och valde inte er enhet den här gången"
                " ({{ reference }})."
                "{% elif ending == 'trial_cancelled' %}Sponsorn har ställt in prövningen ({{ reference }})."
                "{% elif ending == 'no_decision' %}Sponsorn har inte fattat något beslut, och förfrågan är avslutad"
                " ({{ reference }})."
                "{% elif ending == 'no_word' %}Sponsorn har inte berättat hur den har bestämt sig, fast den utlovade"
                " dagen har passerat ({{ reference }}). Vi fortsätter att fråga; ni behöver inte hålla något ledigt."
                "{% elif ending == 'inquiry_withdrawn' %}Sponsorn har dragit tillbaka sin förfrågan ({{ reference }})."
                "{% else %}Prövningskontoret har avböjt förfrågan ({{ reference }}).{% endif %}"
            ),
            "Tack för ert svar. Det som hölls ledigt för prövningen är ledigt igen, om ni inte valdes ut.",
        ),
        button="Se förfrågan",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: {% if ending == 'selected' %}er enhet har valts ut"
            "{% elif ending == 'not_selected' %}sponsorn valde inte er enhet den här gången"
            "{% elif ending == 'trial_cancelled' %}sponsorn har ställt in prövningen"
            "{% elif ending == 'no_decision' %}avslutad utan beslut"
            "{% elif ending == 'no_word' %}inget besked från sponsorn ännu; ni behöver inte hålla något ledigt"
            "{% elif ending == 'inquiry_withdrawn' %}sponsorn har dragit tillbaka sin förfrågan"
            "{% else %}prövningskontoret har avböjt förfrågan{% endif %}"
        ),
    ),
    "outcome_reminder": Wording(
        subject="Berätta hur ni har bestämt er",
        before=(
            (
                "{% if is_overdue %}Ni lovade att berätta utfallet av {{ reference }} senast {{ promised_on }}, och vi"
                " har inte hört av er."
                "{% else %}Ni lovade att berätta utfallet av {{ reference }} senast {{ promised_on }}.{% endif %}"
            ),
            "Enheterna som svarade håller personal ledig för er prövning och väntar på besked. Det tar en minut.",
        ),
        button="Berätta utfallet",
        after=("Om ni inte har bestämt er än, säg till prövningskontoret när ni gör det.",),
    ),
    "question_forwarded": Wording(
        subject="En fråga om er förfrågan",
        before=(
            "En enhet som överväger att delta har en fråga om er förfrågan ({{ reference }}).",
            "Ert svar går till prövningskontoret, som för det vidare.",
        ),
        button="Läs och svara",
        after=(),
    ),
    "question_shared": Wording(
        subject="Sponsorn har svarat på en fråga",
        before=(
            "Sponsorn har svarat på en fråga om den prövning som er enhet tillfrågats om ({{ reference }}).",
            "Om det ändrar enhetens svar kan ni lämna ett nytt på samma sida.",
        ),
        button="Läs svaret",
        after=(),
    ),
    "information_wanted": Wording(
        subject="Vi behöver veta mer om er förfrågan",
        before=(
            "Prövningskontoret behöver fler uppgifter från er innan enheter kan tillfrågas ({{ reference }}).",
            "Komplettera med: {{ fields }}.",
            "Klockan står still till dess: det utlovade datumet flyttas med de arbetsdagar som vi väntar.",
        ),
        button="Öppna förfrågan",
        after=("Det ni fyller i når kontoret direkt.",),
    ),
    "inquiry_declined": Wording(
        subject="Er förfrågan kunde inte föras vidare",
        before=(
            "Prövningskontoret har avböjt er förfrågan ({{ reference }}).",
            (
                "{% if reason == 'outside_region' %}Skälet: förfrågan gäller något utanför regionen."
                "{% elif reason == 'no_suitable_units' %}Skälet: ingen enhet i regionen passar för prövningen."
                "{% elif reason == 'incomplete' %}Skälet: uppgifter som enheterna behöver saknades."
                "{% elif reason == 'duplicate' %}Skälet: samma förfrågan har gjorts tidigare."
                "{% elif reason == 'not_a_trial' %}Skälet: förfrågan gäller inte en klinisk prövning."
                "{% elif reason == 'other' %}Skälet står vid förfrågan."
                "{% endif %}"
            ),
        ),
        button="Öppna förfrågan",
        after=("Ni är välkomna tillbaka med en ny förfrågan.",),
    ),
    "question_dismissed": Wording(
        subject="Er enhets fråga till sponsorn",
        before=(
            (
                "Prövningskontoret har gått igenom er enhets fråga om den prövning som enheten tillfrågats om"
                " ({{ reference }}) och skickar den inte vidare till sponsorn."
            ),
            "På sidan för er förfrågan står varför. Ni kan ställa frågan igen med andra ord.",
        ),
        button="Läs varför",
        after=(),
    ),
}
