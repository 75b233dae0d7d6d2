"""Text into tokens that compare equal across spellings, inflections and three languages.

A token keeps the offsets of the text it came from, so a match can always be shown in the original.
Each token has two forms. `plain` folds case, letters (å ä ö æ ø, ae oe aa) and British spelling; two texts
with equal plain forms are written alike. `stem` goes on to fold inflections and the spellings that differ
between English, Swedish and Danish for the same Greek or Latin word (nephritis, nefrit; thrombosis, trombos,
trombose). It is an approximation made to be the same on both sides, not a linguist's stem.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# A synopsis is at most 20,000 characters; what stands beyond this is not read, so that time is bounded.
MAX_CHARACTERS = 60_000
MAX_TOKENS = 8_000
MAX_TOKEN_LENGTH = 60

# Strength of the break before a token: phrases may cross a comma or bracket, never a sentence end.
HYPHENED, JOINED, LISTED, ANNOUNCED, ENDED = range(5)


class Token(NamedTuple):
    """One word or number. `gap` is the strength of the break before it."""

    raw: str
    plain: str
    stem: str
    start: int
    end: int
    gap: int


_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*(?:['\u2019][st]\b)?")
# What stands in a box that is ticked ("[x] asthma") is no word.
_TICKS, _OPENS, _CLOSES = frozenset("xX"), frozenset("[("), frozenset("])")
_ENDED = re.compile(r"[.!?](?=\s|$)|[;\n\r\u2022]")
_LETTERS = str.maketrans({"å": "a", "ä": "a", "ö": "o", "ø": "o", "æ": "e", "œ": "e", "đ": "d", "ł": "l"})
_BRITISH = (
    (re.compile(r"aa"), "a"),
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"our(?=(?:s|al|ed|ing)?$)"), "or"),
    (re.compile(r"(?<=[bt])re(?=s?$)"), "er"),
    (re.compile(r"ys(?=(?:e|ed|ing)$)"), "yz"),
    (re.compile(r"is(?=(?:e|ed|ing|ation|ations)$)"), "iz"),
)
_ROMAN = {
    r: str(i)
    for i, r in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"], start=1)
}
# Stems after which a roman numeral is a number: type II, stage IV, factor VIII, klass III.
_NUMBERED = frozenset(
    {
        "typ",
        "type",
        "types",
        "stage",
        "stadium",
        "stadie",
        "grade",
        "grad",
        "class",
        "klass",
        "klasse",
        "factor",
        "faktor",
        "phase",
        "fas",
        "fase",
    }
)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Give the plain form of one word: compatibility form, case, letters and British spelling folded."""
    text = unicodedata.normalize("NFKC", word).casefold()
    text = text.replace("\u2019", "'").replace("'", "").translate(_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum())
    for pattern, replacement in _BRITISH:
        text = pattern.sub(replacement, text)
    return text


_SKELETON = re.compile(r"sch|ch|ck|c(?![eiy])|ph|th|rh(?!et)|qu|x")
_SKELETONS = {"sch": "sk", "ch": "k", "ck": "k", "c": "k", "ph": "f", "th": "t", "rh": "r", "qu": "kv", "x": "ks"}
_DOUBLED = re.compile(r"([a-z])\1")
# Words whose last s is not a plural or a genitive: virus, cirros, nephrosis, metastas, abscess.
_FIXED_S = re.compile(r"(?:[uis]s|[^e]os|tas)$")
# A compound with -sår (wound) and a noun in -het have no ending to lose there.
_INFLECTIONS = re.compile(r"(?<=....)(?:[aeo]rna|erne|ene|ern|orn|ens|ets|(?<!s)ar|[eo]r|en|(?<!h)et|at|an)$")
_SECOND_INFLECTIONS = re.compile(r"(?<=....)(?:(?<!s)ar|[eo]r)$")
_VOWELS = re.compile(r"(?<=...[^aeiouy])[aeiouy]+$")
# Last letters that the patterns can match at all; most words need none of them.
_INFLECTED, _FINAL_VOWELS, _ENDED_BY = frozenset("aenrst"), frozenset("aeiouy"), frozenset("sktl")
_ENDINGS = (
    (re.compile(r"itis$"), "it"),
    (re.compile(r"(?<=[oaex])sis$"), "s"),
    (re.compile(r"ksis$"), "ks"),
    (re.compile(r"(?<=...)(?:ikal|iskt|isk|ik)$"), "ik"),
    (re.compile(r"(?<=...)ous$"), "os"),
    (re.compile(r"(?<=....)(?:elt|el|alt|al)$"), "al"),
)


def skeleton(plain: str) -> str:
    """Give a plain form with the spellings folded in which English, Swedish and Danish differ (ph, f; c, k)."""
    return _SKELETON.sub(lambda found: _SKELETONS[found[0]], plain)


@lru_cache(maxsize=262_144)
def stem(plain: str) -> str:
    """Give the stem of a plain form: the same for inflections and for near spellings in en, sv and da."""
    if len(plain) <= 3 or not plain.isalpha():  # noqa: PLR2004 - short words and numbers have no ending to lose.
        return plain
    text = skeleton(plain)
    for inflections in (_INFLECTIONS, _SECOND_INFLECTIONS):
        if text.endswith("s") and len(text) > 4 and not _FIXED_S.search(text):  # noqa: PLR2004 - as above.
            text = text[:-1]
        if text[-1] in _INFLECTED:
            text = inflections.sub("", text)
        if text[-1] in _FINAL_VOWELS:
            text = _VOWELS.sub("", text)
        if text.endswith("rn") and len(text) > 5:  # noqa: PLR2004 - levern, febern; not barn.
            text = text[:-1]
    text = _DOUBLED.sub(r"\1", text)
    for pattern, replacement in _ENDINGS if text[-1] in _ENDED_BY else ():
        text, count = pattern.subn(replacement, text)
        if count:
            break
    return text


# Words after which "a" or "i" is a letter and no article: hepatitis a.
_LETTERED = frozenset({"hepatitis", "hepatit", "vitamin", "influenza", "influensa", "hemofili", "hemophilia"})
_LETTERED |= {"group", "grupp", "gruppe", "immunoglobulin"} | _NUMBERED
# Small words of one language that are abbreviations in capitals or before a hyphen: AV-block, AF.
_LETTER_WORDS = frozenset({"av", "af", "aa", "is", "as", "in", "on", "or", "en", "et", "de", "at", "for", "and"})
_ARTICLES = frozenset({"a", "i"})
_HYPHENS = frozenset("-\u2010\u2011")
_RECEPTORS = frozenset({"ER", "PR", "PGR", "PgR", "HR", "ALK", "EGFR", "HER"})


_CUT_SHORT = frozenset(
    {"resp", "ex", "eks", "inkl", "incl", "approx", "ca", "vs", "evt", "ev", "dvs", "bl", "mb", "utilstr", "morb"}
)


def _is_initial(before: str, between: str) -> bool:
    """Whether a full stop shortens a name (E. coli) or a word (resp.) rather than ends a sentence."""
    return between.strip() == "." and ((len(before) == 1 and before.isupper()) or before.lower() in _CUT_SHORT)


def _gap(between: str) -> int:
    if between in _HYPHENS:
        return HYPHENED
    if not between or between.isspace():
        return ENDED if "\n" in between or "\r" in between else JOINED
    if _ENDED.search(between):
        return ENDED
    if ":" in between:
        return ANNOUNCED
    return LISTED if re.search(r"[,()\[\]\"\u2013\u2014]", between) else JOINED


def _sign(raw: str, text: str, end: int) -> str | None:
    """Read what a plus or minus right after a marker says, as in HER2+ or ER-.

    A minus is a sign only after a known receptor or a number: "KOL- och astmavård" has a hyphen there.
    """
    sign, after = text[end : end + 1], text[end + 1 : end + 2]
    if sign == "+" and not after.isalnum() and (raw.isupper() or raw[-1].isdigit()):
        return "positiv"
    if sign in {"-", "\u2212"} and not after.isalnum() and (raw in _RECEPTORS or raw[-1:].isdigit()):
        return "negativ"
    return None


def tokens_of(text: str) -> list[Token]:
    """Tokens of a text in order, with offsets into `text`; never fails, reads at most MAX_CHARACTERS."""
    text = text[:MAX_CHARACTERS]
    tokens: list[Token] = []
    last = 0
    previous = ""
    for found in _WORD.finditer(text):
        raw = found.group()
        start, end = found.span()
        plain = fold(raw[:MAX_TOKEN_LENGTH])
        if not plain or (raw in _TICKS and text[start - 1 : start] in _OPENS and text[end : end + 1] in _CLOSES):
            continue
        if previous in _NUMBERED and plain in _ROMAN:
            plain = _ROMAN[plain]
        gap = _gap(text[last:start]) if tokens else ENDED
        if tokens and gap == ENDED and raw[0].islower() and _is_initial(tokens[-1].raw, text[last:start]):
            gap = JOINED
        stemmed = stem(plain)
        if plain in _ARTICLES and (previous in _LETTERED or (raw.isupper() and gap != ENDED)):
            stemmed = f"_{plain}"
        if plain in _LETTER_WORDS and (raw.isupper() or text[end : end + 1] == "-"):
            stemmed = f"_{plain}"
        tokens.append(Token(raw, plain, stemmed, start, end, gap))
        last, previous = end, plain
        if sign := _sign(raw, text, end):
            last = end + 1
            tokens.append(Token(text[end:last], sign, stem(sign), end, last, JOINED))
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens
