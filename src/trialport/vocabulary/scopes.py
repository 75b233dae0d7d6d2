"""How far a trigger reaches: which words of a text an exclusion, a denial or a look back is said of.

Rules of grammar, not of medicine: where a clause, a list, an aside or a section ends in three languages.
"""

from bisect import bisect_left
from collections.abc import Iterator

from trialport.vocabulary.normalise import ANNOUNCED, ENDED, LISTED, Token
from trialport.vocabulary.triggers import ADDING, DASH, PREFIXED, REACH, Told, Trigger, is_but
from trialport.vocabulary.words import Steering

# "History of" and "previous" speak of what follows at once.
HISTORY_REACH = 5
# Words of a list's item; words after a contrast's condition.
LONGEST_ITEM, LONGEST_COPULA = 6, 3
# Verbs in the plural take a whole list as subject ("asthma, COPD or cancer are excluded").
_PLURAL = frozenset({"are", "be", "were"})
_LISTING = ADDING | {"or", "eller", "samt", "nor"}
_JOINING = frozenset({"with", "med"})
_RESUMING = frozenset({"with", "med", "who", "som"})
# After "unlike X," these words begin what the text is about.
_RETURNING = frozenset({"this", "these", "we", "our", "it", "vi", "denna", "detta", "dessa", "denne", "dette", "disse"})
# So do these with their article: "rather than X, the present trial is in Y".
_ARTICLES = frozenset({"the", "den", "det"})
_STUDIES = frozenset(
    {"present", "current", "trial", "study", "protocol", "aktuella", "aktuelle", "studien", "forsoget"}
)
# "No participant with X may have Y", "ingen deltagare med X får ha Y".
_NOBODY = frozenset({"no", "ingen", "inga"})
_MAY = frozenset({"may", "must", "can", "should", "far", "kan", "ma", "ska", "skal"})
_HAVE = frozenset({"have", "ha", "suffer", "lide", "lida"})
# Who looks for people: "we seek people with X, and people with Y cannot take part".
_SPEAKERS = frozenset({"we", "our", "us", "vi", "vart", "oss", "vores", "os", "vore"})
_EVERYONE = frozenset({"any", "anyone", "every", "everyone", "all", "alla", "alle"})
# Verbs that name what the text is about.
_CONCERNING = frozenset({"concerns", "handlar", "galler", "drejer", "handler", "gelder", "now", "nu"})
# "Förutom de med X kan alla med Y delta": the main clause begins at its verb.
_VERBS = frozenset({"kan", "far", "ska", "skal", "ma"})
# "Med undtagelse af X søger vi Y": so it does at these, with their subject behind them.
_SEEKING = frozenset({"soger", "soker", "tager", "tar", "onsker", "vill", "vil", "rekrutterer", "rekryterar"})
_SEEKING |= frozenset({"inkluderer", "inkluderar", "efterlyser", "behover", "planlegger", "planerar", "har"})
# "X, which explains the failure, is an exclusion": the clause between belongs to X.
_RELATIVE = frozenset({"som", "der", "who", "whose", "which", "that", "where", "hvor", "dar", "vilka"})
# They begin a condition at the head of a sentence; Swedish and Danish also ask: "har du astma, kan du inte delta".
_CONDITIONS = frozenset({"if", "when", "should", "om", "ifall", "har", "nar", "hvis", "dersom", "safremt"})
# Cut words, whose full stop ends no sentence: "asthma (excl. COPD)".
_CUT = frozenset({"excl", "exkl", "ekskl"})
# They begin an example between commas: "vasculitis, e.g. Takayasu arteritis, is excluded".
_EXAMPLE = frozenset(
    {"e", "eg", "t", "f", "fx", "such", "like", "exempelvis", "eksempelvis", "including", "inkl", "incl"}
)
# After what is denied these lead to what it is denied in: "treatment without steroids after stroke".
_SETTING = frozenset({"vid", "ved", "efter", "after", "following"})
_PLACES = frozenset({"where", "hvor", "dar"})
# Verbs of a clause: left of one with a condition behind it another thing is said.
_HAVING = frozenset({"har", "have", "has", "had", "havde", "hade", "lider"})
_FINITE = _HAVING | {"skal", "ska", "must", "should", "persists", "persisterar", "remains", "confirmed", "pavist"}
_FINITE |= {"are", "is", "was", "were", "er", "ar", "sakerstalld", "bekreftet", "bekraftad"}
_HEADS = frozenset({"include", "includes", "are", "is", "er", "ar", "omfattar", "inkluderar", "omfatter"})


def scope_of(trigger: Trigger, told: Told) -> range:
    """Give the tokens that a trigger is said of; those under a heading are `sections_of`."""
    trigger = _turned(trigger, told)
    match trigger.kind:
        case "excluded_before" | "denied_before":
            trigger = _behind_people(trigger, told)
            return _forward(trigger, told, REACH, _SETTING if trigger.kind == "denied_before" else frozenset())
        case "history_before" | "family_before":
            return _forward(trigger._replace(first=trigger.end - 1), told, HISTORY_REACH, ADDING | _JOINING)
        case "denied_next":
            reach = 1 if told.tokens[trigger.first].plain in PREFIXED else 2
            return range(trigger.end, min(trigger.end + reach, len(told.tokens)))
        case "excluded_after" | "refused_after" | "denied_after" | "history_after":
            return _backward(trigger, told)
        case _:
            return range(0)


def _behind_people(trigger: Trigger, told: Told) -> Trigger:
    """Begin at what "no participant with X may have Y" denies: at "may have", if people with something come first."""
    tokens = told.tokens
    opens = tokens[trigger.first].plain in _NOBODY
    if not opens or not told.steering.people.intersection(_next_words(trigger.first, told)):
        return trigger
    for number in range(trigger.first + 3, min(trigger.first + REACH, len(tokens) - 1)):
        if tokens[number].gap == ENDED:
            break
        if tokens[number].plain in _MAY and tokens[number + 1].plain in _HAVE:
            return trigger._replace(first=number + 1, end=number + 2)
    return trigger


def is_copula(token: Token, steering: Steering) -> bool:
    """Whether a word only joins what is said to its subject: is, does, may not."""
    return token.plain in steering.copula or token.plain in steering.refusal


def _turned(trigger: Trigger, told: Told) -> Trigger:
    """Reach forward where a trigger that looks back finds no condition: "we exclude asthma", "ruled out: asthma"."""
    tokens = told.tokens
    if trigger.kind == "heading_out" and tokens[trigger.first].gap == ANNOUNCED and not _is_heading(trigger, tokens):
        return trigger._replace(kind="excluded_after")
    # "Asthma excl."
    if trigger.kind == "excluded_before" and trigger.end == len(tokens) and tokens[trigger.first].gap < ENDED:
        return trigger._replace(kind="excluded_after")
    if trigger.kind not in {"excluded_after", "refused_after"}:
        return trigger
    # "I studien av lymfom tas inte patienter med, som har KOL": the verb stands before its subject.
    if trigger.kind == "refused_after" and _has_subject_behind(trigger, told):
        return Trigger("excluded_before", trigger.end - 1, trigger.end)
    announces = next((t.gap == ANNOUNCED for t in tokens[trigger.end : trigger.end + 2] if t.gap >= ANNOUNCED), False)
    if announces or not told.busy.intersection(_backward(trigger, told)):
        return Trigger("excluded_before", trigger.end - 1, trigger.end)
    return trigger


def _has_subject_behind(trigger: Trigger, told: Told) -> bool:
    """Whether people, and then what they have, follow the refusal at once."""
    tokens, place = told.tokens, trigger.end
    if place + 1 >= len(tokens) or tokens[place].gap >= LISTED or tokens[place].plain not in told.steering.people:
        return False
    return any(token.plain in _RELATIVE | _RESUMING for token in tokens[place + 1 : place + 3])


def _forward(trigger: Trigger, told: Told, reach: int, stops: frozenset[str]) -> range:
    start, end = trigger.first + 1, max(trigger.first + 1, trigger.end)
    while end < len(told.tokens) and end - start < reach:
        plain = told.tokens[end].plain
        if _ends_sentence(end, trigger, told) or plain in stops or _bounds(end, told):
            break
        if _resumes(end, start, told):
            break
        if end > trigger.end and (plain in _CONCERNING or _begins_main(end, trigger, told)):
            break
        if end > trigger.end and _opens_population(end, told):
            break
        end += 1
    return range(start, end)


def _ends_sentence(number: int, trigger: Trigger, told: Told) -> bool:
    tokens = told.tokens
    if tokens[number].gap != ENDED or tokens[number - 1].plain in _CUT:
        return False
    # "Excluded: asthma; COPD" is a list to its end.
    announced = tokens[min(trigger.end, len(tokens) - 1)].gap == ANNOUNCED
    return not (announced and told.between(number).strip() == ";")


def _resumes(number: int, start: int, told: Told) -> bool:
    """Whether after a comma, or "and", the text turns to what it is about."""
    token = told.tokens[number]
    if token.gap == LISTED and (token.plain in _EVERYONE | _HAVING | _VERBS or token.plain in told.steering.people):
        return True
    if token.gap == LISTED and token.plain in _ARTICLES and _STUDIES.intersection(_next_words(number, told)):
        return True
    listed = token.gap == LISTED or (number > start and told.tokens[number - 1].plain in ADDING)
    return listed and token.plain in _RESUMING | _RETURNING


def _next_words(number: int, told: Told) -> set[str]:
    return {token.plain for token in told.tokens[number + 1 : number + 3]}


def _begins_main(number: int, trigger: Trigger, told: Told) -> bool:
    """Whether a main clause begins here: at its verb, after a dash, after a colon further on."""
    after = told.tokens[number + 1 : number + 2]
    if told.tokens[number].plain in _VERBS and any(one.plain in _RETURNING | _EVERYONE for one in after):
        return True
    if told.tokens[number].plain in _SEEKING and any(one.plain == "vi" for one in after):
        return True
    if DASH.search(told.between(number)):
        return True
    return told.tokens[number].gap == ANNOUNCED and number > trigger.end + 1


def _bounds(number: int, told: Told) -> bool:
    """Whether a new thought begins here; "patients who have" is none."""
    plain = told.tokens[number].plain
    if plain in _RELATIVE and number and told.tokens[number - 1].plain in told.steering.people:
        return False
    return plain in told.steering.boundary or is_but(number, told)


def _opens_population(number: int, told: Told) -> bool:
    """Whether "in adults with" or the like begins here: what follows is who takes part."""
    if told.tokens[number].plain not in told.steering.populations:
        return False
    return any(token.plain in _RESUMING for token in told.tokens[number + 2 : number + 4])


def _backward(trigger: Trigger, told: Told) -> range:
    tokens, start = told.tokens, trigger.first
    # A list needs "and" or "or" before its last item, or a verb in the plural, or a colon after it.
    announced = tokens[start].gap == ANNOUNCED
    listing = tokens[start].plain in _PLURAL or announced
    while start and trigger.first - start < REACH:
        if tokens[start].gap >= ANNOUNCED and not (announced and start == trigger.first):
            break
        if tokens[start].gap == LISTED and start < trigger.first and not _is_bracket(told.between(start)):
            # What has no condition in it is an aside: "tuberculosis, treated or not, is excluded".
            enclosed = tokens[trigger.first].gap == LISTED
            empty = enclosed and not told.busy.intersection(range(start, trigger.first))
            if _begins_people(start, told):
                break
            closes = empty or tokens[start].plain in _EXAMPLE or _closes(start, tokens)
            if not closes and not (listing and _is_item(start, told)):
                break
            listing = listing or closes
        if _opens_aside(start, trigger, told):
            break
        if tokens[start - 1].plain in told.steering.boundary and not _is_passed(start - 1, trigger, told):
            break
        if tokens[start - 1].plain in _FINITE and told.busy.intersection(range(start, trigger.first)):
            return range(_after_joint(start, trigger, told), trigger.first)
        start -= 1
        listing = listing or tokens[start].plain in _LISTING
    return range(start, trigger.first)


def _after_joint(start: int, trigger: Trigger, told: Told) -> int:
    """Where the clause of a trigger begins behind a verb: "participants have asthma, and COPD is excluded"."""
    tokens = told.tokens
    if start < 2 or tokens[start - 2].plain not in told.steering.people or tokens[start - 1].plain not in _HAVING:  # noqa: PLR2004
        return start
    for number in range(trigger.first - 1, start, -1):
        joined = tokens[number].plain in ADDING and told.busy.intersection(range(number, trigger.first))
        if joined and told.busy.intersection(range(start, number)):
            return number
    return start


def _begins_people(number: int, told: Told) -> bool:
    """Whether behind a comma other people are spoken of: "we seek people with X, and people with Y cannot take part".

    So it is where the sentence has said whom somebody looks for; "patients with X, and patients with Y" is a list.
    """
    tokens = told.tokens
    if tokens[number].plain not in ADDING or not told.steering.people.intersection(_next_words(number, told)):
        return False
    opening = number
    while opening > max(number - REACH, 0) and tokens[opening].gap != ENDED:
        opening -= 1
    return any(token.plain in _SPEAKERS for token in tokens[opening:number])


def _is_bracket(between: str) -> bool:
    return "," not in between and any(mark in between for mark in "()[]")


def _closes(end: int, tokens: list[Token]) -> bool:
    """Whether the comma here ends a clause that is a mere aside.

    A relative clause that a comma opened, a condition ("if you have asthma, you cannot take part") or an example.
    """
    for number in range(end - 1, max(end - REACH, -1), -1):
        opens = number == 0 or tokens[number].gap >= ANNOUNCED
        plain = tokens[number].plain
        if opens or tokens[number].gap == LISTED:
            return plain in _CONDITIONS if opens else plain in _RELATIVE | _EXAMPLE
    return False


def _opens_aside(number: int, trigger: Trigger, told: Told) -> bool:
    """Whether a bracket or a dash before this word opens what the trigger belongs to: "COPD (asthma is excluded)"."""
    between = told.between(number)
    since = told.text[told.tokens[number].start : told.tokens[trigger.first].start]
    # A bracket that is closed again before the trigger stands between.
    if ("(" in between and ")" not in since) or ("[" in between and "]" not in since):
        return True
    return DASH.search(between) is not None and DASH.search(told.between(trigger.first)) is None


def _is_passed(number: int, trigger: Trigger, told: Told) -> bool:
    """Whether a word that opens a clause leaves its subject before it.

    So in "asthma, which explains it, is excluded" and "asthma was considered but is not part".
    """
    tokens = told.tokens
    if tokens[number].plain in told.steering.contrast:
        return all(is_copula(token, told.steering) for token in tokens[number + 1 : trigger.first])
    if tokens[number].plain not in _RELATIVE or told.busy.intersection(range(number + 1, trigger.first)):
        return False
    if tokens[number].plain not in _PLACES:
        return True
    # Only where the comma that ends the clause stands right before what is said.
    near = max(number, trigger.first - LONGEST_COPULA) + 1
    return any(token.gap == LISTED for token in tokens[near : trigger.first + 1])


def _is_item(end: int, told: Told) -> bool:
    """Whether the words before a comma are an item of a list rather than a clause of their own."""
    tokens, start = told.tokens, end - 1
    while start and tokens[start].gap < LISTED:
        start -= 1
    if tokens[start].plain in _RELATIVE:
        return True
    if tokens[start].gap == ENDED and tokens[start].plain in told.steering.people:
        return end - start <= LONGEST_ITEM + 2
    return end - start <= LONGEST_ITEM and not any(token.plain in _RESUMING for token in tokens[start:end])


def _is_heading(trigger: Trigger, tokens: list[Token]) -> bool:
    """Tell a heading: it opens a clause, and a colon, a line end or "include" follows it."""
    # "Exclusion criterion 5: stroke".
    end = trigger.end + (trigger.end < len(tokens) and tokens[trigger.end].plain.isdigit())
    after = tokens[end] if end < len(tokens) else None
    opens = trigger.first == 0 or tokens[trigger.first].gap >= LISTED
    if after is None or not opens:
        return False
    return after.gap >= ANNOUNCED or after.plain in _HEADS


def sections_of(told: Told, triggers: list[Trigger]) -> Iterator[range]:
    """Give the tokens under headings that exclude, each once.

    A heading reaches to the end of its line; one that is alone on its line reaches to the next one that includes.
    """
    headings = [t for t in triggers if t.kind in {"heading_out", "heading_in"} and _is_heading(t, told.tokens)]
    includes = [heading.first for heading in headings if heading.kind == "heading_in"]
    excludes = [heading.end for heading in headings if heading.kind == "heading_out"]
    breaks = [number for number in range(1, len(told.tokens)) if _breaks_line(number, told)] if excludes else []
    reached = 0
    for start in excludes:
        end = _first_from(start, includes, len(told.tokens))
        line_end = _first_from(start, breaks, len(told.tokens))
        if line_end > start:
            end = min(end, line_end)
        yield range(max(start, reached), end)
        reached = max(reached, end)


def _first_from(start: int, places: list[int], end: int) -> int:
    """Give the first of the places, which are in order, that is not before `start`, or the end."""
    number = bisect_left(places, start)
    return places[number] if number < len(places) else end


def _breaks_line(number: int, told: Told) -> bool:
    return any(mark in told.between(number) for mark in "\n\r")
