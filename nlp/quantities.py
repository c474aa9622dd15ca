"""The numbers of a text, each in one form however it is written: digits, words, scales, percent, money, ordinals.

What cannot be read for certain keeps a form of its own, so that two numbers are equal only when they surely are.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from nlp.forms import normal
from nlp.numerals import MULTIPLES, TENS, Token, and_a_half, numbered, spelled, word_at

LONGEST = 60  # characters of a number in digits, and words of one; no honest one is longer
_ORDINALS = numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth",
    1,
)
_ORDINALS |= {f"{word[:-1]}ieth": value for word, value in TENS.items()}
_ATTACHED = {"mn": 10**6, "bn": 10**9, "tn": 10**12}
_MULTIPLES = MULTIPLES | _ATTACHED
_ATTACHED_TO_MONEY = {"k": 10**3, "m": 10**6}  # else thousands or kilometres, millions or metres
# How much, without a number: these are compared as words.
_VAGUE = frozenset(MULTIPLES) | {f"{word}s" for word in (*MULTIPLES, *list(_ORDINALS)[2:10])}
_VAGUE |= {"half", "halves", "quarter", "quarters", "scores"}
# What may also be something else ("pounds" of weight, the yen or the yuan of "¥") stays itself.
_SIGNS = {"$": "$", "us$": "$", "usd": "$", "€": "€", "eur": "€", "£": "£", "gbp": "£"}
_SIGNS |= {sign: sign for sign in ("a$", "c$", "hk$", "nz$", "s$", "r$", "¥", "₹", "₽", "₩", "₺", "₴")}
_UNITS = {("%",): "%", ("percent",): "%", ("per", "cent"): "%", ("pct",): "%"}
_UNITS |= {("percentage", "point"): "points", ("us", "dollar"): "$", ("american", "dollar"): "$"}
_UNITS |= {("australian", "dollar"): "a$", ("canadian", "dollar"): "c$", ("dollar",): "$", ("euro",): "€"}
_UNITS |= {(sign,): _SIGNS[sign] for sign in ("usd", "eur", "gbp", "€", "£")}
_UNITS |= {(w,): w for w in numbered("pound pence cent yen yuan rouble ruble rupee franc krona kronor peso lira")}

_TOKEN = re.compile(
    r"(?P<sign>(?:\b(?:us|a|c|hk|nz|s|r))?\$|[€£¥₹₽₩₺₴%])"
    r"|(?P<digits>(?:(?<!\S)-)?(?:(?<!\w)\.(?=\d))?[^\W_]*\d[^\W_]*(?:[.,:/⁄-]\d[^\W_]*)*)|(?P<word>[^\W\d_]+)"
)
_NUMBER = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+)(st|nd|rd|th|s|[kmbt]n?)?")
_COMPOSITE = re.compile(r"\d{1,9}(?:[-/]\d{1,9})+")
_DOTS = re.compile(r"\b(?:[a-z]\.){2,}")
_GROUPED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")  # 10 000 with a space that does not break
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_JOINT = re.compile(r"\s+|-")


class Quantity(NamedTuple):
    """`text[start:end]` of the plain text says this much. `form` is equal for equal quantities."""

    start: int
    end: int
    form: str


def plain_numbers(text: str) -> str:
    """The text with typographic variants of digits, dashes and fractions made plain; its letter case is kept."""
    text = _GROUPED.sub(",", text)
    for sign, decimals in _FRACTIONS.items():
        text = re.sub(rf"(?<=\d){sign}", decimals, text).replace(sign, f" 0{decimals}")
    text = re.sub("[—―]", " - ", normal("NFKC", text))  # a break; the others join
    return re.sub("[‐‑‒–−]", "-", text)


def quantities(plain: str) -> Iterator[Quantity]:
    """The quantities of a text that `plain_numbers` gave, in order."""
    lowered = "".join(low if len(low := c.lower()) == 1 else c for c in plain)  # places stay
    lowered = _DOTS.sub(lambda m: m[0].replace(".", "").ljust(len(m[0])), lowered)
    tokens = _tokens(lowered)
    place = 0
    while place < len(tokens):
        form, after = _quantity(tokens, place)
        if form:
            yield Quantity(tokens[place].start, tokens[after - 1].end, form)
        place = after


def parts(form: str) -> list[str]:
    """What a form says as well: 2023-24 says 2023 and 24."""
    return [str(int(part)) for part in re.split("[-/]", form)] if _COMPOSITE.fullmatch(form) else []


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        gap = text[found[-1].end : match.start()] if found else "."
        found.append(Token(str(match.lastgroup), match[0], *match.span(), not gap or bool(_JOINT.fullmatch(gap))))
    return found


def _quantity(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    """The form of the quantity that begins here, empty if none does, and the place after it."""
    at, sign = place, ""
    if tokens[at].text in _SIGNS and word_at(tokens, at + 1, joined=True):
        sign, at = _SIGNS[tokens[at].text], at + 1
    minus = tokens[at].text == "minus" and bool(word_at(tokens, at + 1, joined=True))
    form, after = _amount(tokens, at + minus, money=bool(sign))
    if not form:
        return "", place + 1
    unit, after = _unit(tokens, after)
    return " ".join(filter(None, ("-" * minus + form, sign, unit))), after


def _amount(tokens: Sequence[Token], at: int, money: bool) -> tuple[str, int]:
    """What is said before any unit: a value, an ordinal, a decade, a word such as "dozens"; and the place after it."""
    token = tokens[at]
    if token.kind == "digits":
        return _digits(tokens, at, money)
    value, after = spelled(tokens, at)
    if value is None:
        return _ordinal(_ORDINALS.get(token.text)) or (token.text if token.text in _VAGUE else ""), at + 1
    last = _ORDINALS.get(word_at(tokens, after, joined=True), 10)
    if last < 10 and after == at + 1 and token.text in TENS:
        return _ordinal(int(value) + last), after + 1
    return str(value), after


def _ordinal(value: int | None) -> str:
    return "" if value is None else f"{value}th"


def _digits(tokens: Sequence[Token], at: int, money: bool) -> tuple[str, int]:
    match = _NUMBER.fullmatch(tokens[at].text) if len(tokens[at].text) <= LONGEST else None
    suffix = (match[3] or "") if match else ""
    value = Fraction(match[1] + match[2].replace(",", "")) if match else Fraction(0)
    if match and suffix in ("st", "nd", "rd", "th"):
        return f"{value}th", at + 1
    readable = match and (not suffix or suffix in _ATTACHED or (money and suffix in _ATTACHED_TO_MONEY))
    if readable:
        half, after = and_a_half(tokens, at + 1)
        value = (value + half) * (_ATTACHED | _ATTACHED_TO_MONEY).get(suffix, 1)
    else:  # a time, a range, the name of a thing
        after = at + 1
    form = ""
    while (word := word_at(tokens, after, joined=True)) in _MULTIPLES and after < at + LONGEST:
        value, form, after = value * _MULTIPLES[word], f"{form} {word}", after + 1
    return (str(value) if readable else tokens[at].text + form), after


def _unit(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """Percent or a currency behind the number."""
    for length in (2, 1):
        words = tuple(word_at(tokens, at + i, joined=True) for i in range(length))
        unit = _UNITS.get(words) or _UNITS.get((*words[:-1], words[-1].removesuffix("s")))
        prefix = words[-1] in _SIGNS and at + 1 < len(tokens) and tokens[at + 1].kind == "digits"  # of "5 and €5"
        if unit and not prefix:
            return unit, at + length
    return "", at
