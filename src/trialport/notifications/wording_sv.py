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
    "retention_question": Wording(
        subject="Behöver du fortfarande ditt konto i Trialport?",
        before=(
            "Du har inte använt Trialport på två år. Vi sparar personuppgifter bara så länge de behövs.",
            "Vill du behålla kontot loggar du in före {{ erased_on }}. Annars raderar vi dina uppgifter den dagen.",
        ),
        button="Logga in och behåll kontot",
        after=("Om du inte längre behöver kontot behöver du inte göra något.",),
    ),
}
