"""Mails in English."""

from trialport.notifications.mail_models import MessageKind, Wording

GREETING = "Hello,"
SIGNATURE = (
    "Trialport, the joint entry for clinical trial inquiries",
    "This mail was sent automatically. Replies to it are not read.",
)
WORDING: dict[MessageKind, Wording] = {
    "signin_link": Wording(
        subject="Your sign-in link",
        before=(
            "Somebody, most likely you, asked to sign in to Trialport with this address.",
            "Open the link in the same browser you asked from. It works once and is valid for {{ minutes }} minutes.",
        ),
        button="Sign in",
        after=("If it was not you, you do not need to do anything. Nobody can sign in without this link.",),
    ),
    "account_created": Wording(
        subject="You have access to Trialport",
        before=(
            "You have been given access to Trialport, where clinical trial inquiries reach the university hospitals.",
            "You need no password. Enter this address on the sign-in page, and you get a link by mail.",
        ),
        button="Go to the sign-in page",
        after=("If you did not expect this, tell the trial office that you work with.",),
    ),
    "capacity_stale": Wording(
        subject="Is your capacity still right?",
        before=(
            "The trial office of your region asks whether what your unit has said of its capacity still holds.",
            (
                "If it does, one press confirms it. If not, you can change it in a minute; you need no password. "
                "Trials are offered to units whose figures are fresh."
            ),
        ),
        button="Look at the capacity",
        after=("If somebody else at your unit looks after this, please pass the mail on.",),
    ),
    "retention_question": Wording(
        subject="Do you still need your Trialport account?",
        before=(
            "You have not used Trialport for two years. We keep personal data only as long as they are needed.",
            "If you want to keep your account, sign in before {{ erased_on }}. Otherwise we erase your data that day.",
        ),
        button="Sign in and keep the account",
        after=("If you no longer need it, you do not need to do anything.",),
    ),
    "invitation": Wording(
        subject="Could your unit take part in a clinical trial?",
        before=(
            "A sponsor asks our region for units that could run a clinical trial, and yours fits ({{ reference }}).",
            "Answering takes about two minutes. Please answer by {{ due_on }}; a no helps as much as a yes.",
        ),
        button="Read and answer",
        after=("If somebody else at your unit should answer, you can say so on the same page.",),
        line="{{ reference }}, {{ unit }}: a new invitation, answer by {{ due_on }}",
    ),
    "invitation_reminder": Wording(
        subject="An invitation waits for your unit's answer",
        before=(
            (
                "{% if is_overdue %}Your unit was asked to answer by {{ due_on }}, and we have not heard from you"
                " ({{ reference }})."
                "{% else %}Your unit is asked to answer by {{ due_on }} ({{ reference }}).{% endif %}"
            ),
            "A late answer counts too, and a no helps as much as a yes.",
        ),
        button="Read and answer",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: {% if is_overdue %}was due by {{ due_on }}, overdue"
            "{% else %}answer by {{ due_on }}{% endif %}"
        ),
    ),
    "digest": Wording(
        subject="Several invitations wait for your answer",
        before=("These wait for an answer, each with its own link. A no helps as much as a yes.",),
        button="",
        after=("A late answer counts too. If somebody else should answer, you can say so on the same page.",),
    ),
    "news_digest": Wording(
        subject="News about several invitations",
        before=("There is news about several invitations to you, each with its own link.",),
        button="",
        after=(
            "Where an answer is wanted, a late one counts too, and a no helps as much as a yes.",
            "What was kept free for a trial that has ended is free again, unless your unit was selected.",
        ),
    ),
    "sign_off_wanted": Wording(
        subject="Your unit has said yes to a clinical trial",
        before=(
            (
                "A colleague of your unit has answered that it could take part in a trial ({{ reference }})"
                "{% if is_reminder %}, and the answer still waits for you{% endif %}."
            ),
            "The yes counts once you, the head of unit, have approved it. It takes one tap.",
        ),
        button="Read and approve",
        after=("If you do not approve it, you can say why on the same page.",),
    ),
    "reply_sent": Wording(
        subject="The reply to your inquiry",
        before=(
            (
                "{% if version > 1 %}Answers have changed since our reply. This is a corrected one"
                " (version {{ version }}); it replaces what we sent before."
                "{% else %}The trial office has collected the answers of the units."
                " This is the reply to your inquiry.{% endif %}"
            ),
            "You can read it below, on its page after signing in, and in the attached PDF.",
        ),
        button="Open the reply",
        after=("Please tell us the outcome on the page, whatever it is: every unit asked is told.",),
    ),
    "invitation_moved": Wording(
        subject="There is a new last day to answer",
        before=("Your unit may now answer its invitation until {{ due_on }}.",),
        button="Read and answer",
        after=(),
        line="{{ reference }}, {{ unit }}: the new last day to answer is {{ due_on }}",
    ),
    "invitation_amended": Wording(
        subject="An inquiry to your unit has changed",
        before=(
            (
                "{% if has_answered %}The sponsor has changed an inquiry that your unit has answered. We ask only about"
                " what changed: say by {{ due_on }} whether your answer still stands."
                "{% else %}The sponsor has changed an inquiry that your unit has been asked about. The page shows it as"
                " it is now. Please answer by {{ due_on }}.{% endif %}"
            ),
        ),
        button="See what changed",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: the sponsor has changed the inquiry; {% if has_answered %}say by {{ due_on }}"
            " whether your answer still stands{% else %}answer by {{ due_on }}{% endif %}"
        ),
    ),
    "invitation_withdrawn": Wording(
        subject="An invitation to your unit has been taken back",
        before=("The trial office has taken back its question to your unit ({{ reference }}). You need do nothing.",),
        button="",
        after=("Thank you for your time. If you have questions, write to the trial office.",),
        line="{{ reference }}: the trial office has taken its question back, you need do nothing",
    ),
    "invitation_over": Wording(
        subject="How an inquiry to your unit ended",
        before=(
            (
                "{% if ending == 'selected' %}Your unit has been selected ({{ reference }}). The sponsor will be in"
                " touch."
                "{% elif ending == 'not_selected' %}The sponsor has decided and did not select your unit this time"
                " ({{ reference }})."
                "{% elif ending == 'trial_cancelled' %}The sponsor has cancelled the trial ({{ reference }})."
                "{% elif ending == 'no_decision' %}The sponsor has decided nothing, and the inquiry is closed"
                " ({{ reference }})."
                "{% elif ending == 'no_word' %}The sponsor has not told us how it decided, although the day it promised"
                " has passed ({{ reference }}). We ask on; you need not keep anything free for it."
                "{% elif ending == 'inquiry_withdrawn' %}The sponsor has withdrawn its inquiry ({{ reference }})."
                "{% else %}The trial office has declined the inquiry ({{ reference }}).{% endif %}"
            ),
            "Thank you for answering. What was kept free for the trial is free again, unless you were selected.",
        ),
        button="See the invitation",
        after=(),
        line=(
            "{{ reference }}, {{ unit }}: {% if ending == 'selected' %}your unit has been selected"
            "{% elif ending == 'not_selected' %}the sponsor did not select your unit this time"
            "{% elif ending == 'trial_cancelled' %}the sponsor has cancelled the trial"
            "{% elif ending == 'no_decision' %}closed without a decision"
            "{% elif ending == 'no_word' %}no word from the sponsor yet; you need not keep anything free"
            "{% elif ending == 'inquiry_withdrawn' %}the sponsor has withdrawn its inquiry"
            "{% else %}the trial office has declined the inquiry{% endif %}"
        ),
    ),
    "outcome_reminder": Wording(
        subject="Please tell us how you decided",
        before=(
            (
                "{% if is_overdue %}You promised to tell the outcome of {{ reference }} by {{ promised_on }}, and we"
                " have not heard from you."
                "{% else %}You promised to tell the outcome of {{ reference }} by {{ promised_on }}.{% endif %}"
            ),
            "The units that answered keep staff free for your trial and wait for your word. It takes a minute.",
        ),
        button="Tell the outcome",
        after=("If you have not decided yet, tell the trial office when you will.",),
    ),
    "question_forwarded": Wording(
        subject="A question about your inquiry",
        before=(
            "A unit that considers taking part has a question about your inquiry ({{ reference }}).",
            "Your answer goes to the trial office, which hands it on.",
        ),
        button="Read and answer",
        after=(),
    ),
    "question_shared": Wording(
        subject="The sponsor has answered a question",
        before=(
            "The sponsor has answered a question about the trial that your unit was asked about ({{ reference }}).",
            "If it changes your unit's answer, you can give a new one on the same page.",
        ),
        button="Read the answer",
        after=(),
    ),
    "information_wanted": Wording(
        subject="We need to know more about your inquiry",
        before=(
            "The trial office needs more from you before it can ask units ({{ reference }}).",
            "Please add: {{ fields }}.",
            "The clock stands still until then: the promised day moves by the working days that we wait.",
        ),
        button="Open the inquiry",
        after=("What you add there reaches the office at once.",),
    ),
    "inquiry_declined": Wording(
        subject="Your inquiry could not be taken further",
        before=(
            "The trial office has declined your inquiry ({{ reference }}).",
            (
                "{% if reason == 'outside_region' %}The reason: it concerns what is outside this region."
                "{% elif reason == 'no_suitable_units' %}The reason: no unit in the region suits the trial."
                "{% elif reason == 'incomplete' %}The reason: what units need to know was missing."
                "{% elif reason == 'duplicate' %}The reason: the same inquiry has been made before."
                "{% elif reason == 'not_a_trial' %}The reason: it does not concern a clinical trial."
                "{% elif reason == 'other' %}The reason stands with the inquiry."
                "{% endif %}"
            ),
        ),
        button="Open the inquiry",
        after=("You are welcome to come back with another inquiry.",),
    ),
    "question_dismissed": Wording(
        subject="Your unit's question to the sponsor",
        before=(
            (
                "The trial office has looked at your unit's question about the trial it was asked about"
                " ({{ reference }}) and does not pass it on to the sponsor."
            ),
            "The page of your invitation says why. You can ask again in other words.",
        ),
        button="Read why",
        after=(),
    ),
}
