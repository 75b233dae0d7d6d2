"""Mails in Swedish."""

from trialport.notifications.mail_models import MessageKind, Wording

GREETING = "Hej!"
SIGNATURE = (
    "Trialport, den gemensamma ingången för förfrågningar om kliniska prövningar",
    "Det här mejlet är skickat automatiskt. Svar på det läses inte.",
)
WORDING: dict[MessageKind, Wording] = {
    "signin_link": Wording(
        subject="Din inloggningslänk",
        before=(
            "Någon, troligen du, vill logga in i Trialport med den här adressen.",
            "Öppna länken i samma webbläsare som du bad om den i. Den fungerar en gång, i {{ minutes }} minuter.",
        ),
        button="Logga in",
        after=("Var det inte du behöver du inte göra något: utan länken kommer ingen in.",),
    ),
    "account_created": Wording(
        subject="Du har fått tillgång till Trialport",
        before=(
            "Du har fått tillgång till Trialport, där förfrågningar om kliniska prövningar når universitetssjukhusen.",
            "Något lösenord finns inte. På inloggningssidan anger du den här adressen och får en länk med e-post.",
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
        after=("Behöver du det inte längre behöver du inte göra något.",),
    ),
}
