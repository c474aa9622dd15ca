"""Whom a text credits: the agency or outlet that the news comes from."""

import re
from functools import cache

# The name we store, and how texts write it. Letter case counts: "the press association" need not be the agency.
_OUTLETS = {
    "Reuters": "Reuters|REUTERS",
    "AP": "Associated Press|ASSOCIATED PRESS|AP News|AP",
    "AFP": "AFP|Agence France-Presse|Agence France Presse",
    "Bloomberg": "Bloomberg News|Bloomberg",
    "dpa": "dpa|DPA|Deutsche Presse-Agentur",
    "Xinhua": "Xinhua",
    "TASS": "TASS|Tass",
    "Interfax": "Interfax-Ukraine|Interfax",
    "RIA Novosti": "RIA Novosti|RIA",
    "Ukrinform": "Ukrinform",
    "Kyodo": "Kyodo News|Kyodo",
    "Yonhap": "Yonhap",
    "ANSA": "ANSA",
    "EFE": "EFE",
    "PAP": "PAP|Polish Press Agency",
    "PA Media": "PA Media|Press Association|PA",
    "PTI": "PTI|Press Trust of India",
    "UPI": "UPI|United Press International",
    "Anadolu": "Anadolu Agency|Anadolu",
    "BBC": "BBC News|BBC",
    "CNN": "CNN",
    "Al Jazeera": "Al Jazeera|Al-Jazeera",
    "NPR": "NPR",
    "CBS News": "CBS News|CBS",
    "NBC News": "NBC News|NBC",
    "ABC News": "ABC News",
    "Sky News": "Sky News",
    "Deutsche Welle": "Deutsche Welle|DW",
    "The Guardian": "The Guardian|the Guardian",
    "The New York Times": "New York Times",
    "The Washington Post": "Washington Post",
    "The Wall Street Journal": "Wall Street Journal",
    "Financial Times": "Financial Times",
    "Politico": "Politico|POLITICO",
    "Axios": "Axios",
    "Der Spiegel": "Der Spiegel",
    "Le Monde": "Le Monde",
    "Kyiv Independent": "Kyiv Independent",
}
_NEWS = r"(?:the )?(?:(?:news agency|news service|newspaper|broadcaster|agency) )?"
# {0} is the outlet. Strongest first: a dateline and a closing credit say whose text it is, the others whose fact.
_RULES = (
    r"(?m)^[A-Z][\w .,'’/-]{{1,60}}? ?\((?:{0})\) ?[-–—]",
    r"(?m)^\W{{0,3}}(?:[Ss]ource|[Vv]ia|[Cc]redit)s?: ?(?:[Tt]he )?(?:{0})\W{{0,3}}$",
    r"(?m)(?:[-–—] ?|\()(?:[Tt]he )?(?:{0})\W{{0,3}}$",
    r"\b(?:reported by|[Rr]eports? (?:by|from)|[Aa]ccording to|[Cc]iting|quoted by|cited by|told|via|interview with) "
    + _NEWS
    + r"(?:{0})\b",
    r"\b(?:{0}) (?:(?:news agency|newspaper) )?(?:(?:has|had|first|also|earlier) ){{0,2}}(?:reported|reports"
    r"|writes|said in a report)\b",
    r"\((?:{0})\)",
)
_MOST = 100_000  # characters; a credit stands in the first or the last paragraphs


def attribution(text: str) -> str | None:
    """The outlet credited most strongly in `text`, under the name of our table ("Reuters"), or None.

    Of two that are credited in the same way the earlier one counts.
    """
    seen = text[:_MOST]
    present = [name for name, spellings in _OUTLETS.items() if any(one in seen for one in spellings.split("|"))]
    for rule in range(len(_RULES)):
        found = [(place.start(), name) for name in present if (place := _pattern(name, rule).search(seen))]
        if found:
            return min(found)[1]
    return None


def outlet_named(name: str) -> str | None:
    """The outlet that `name` is, if it is one: for bylines that name no person."""
    bare = name.strip().removeprefix("The ").removeprefix("the ")
    return next((known for known, spellings in _OUTLETS.items() if bare in {known, *spellings.split("|")}), None)


@cache
def _pattern(name: str, rule: int) -> re.Pattern[str]:
    return re.compile(_RULES[rule].format(_OUTLETS[name]))
