"""Why an article is left out: a sentence for whoever sent it."""

import re

from nlp.extract import Extracted
from nlp.language import UNKNOWN, language_name

_SHORT = 150  # words; a wall is short, and an article about walls is not
_WALLS = {
    "the page needs JavaScript; nothing else was in it": (
        r"(?:enable|turn on|requires?|need|activate)[\w ]{0,30} javascript",
        r"javascript (?:is|appears to be|must be|has been) [\w ]{0,12}(?:disabled|enabled|off|required)",
    ),
    "the page asks whether the reader is human; fetch it in another way": (
        r"(?:verify|confirm|check(?:ing)?)[\w ']{0,30} (?:human|not a robot|your browser)",
        r"unusual traffic|complete the captcha|access (?:to this page )?(?:has been )?denied",
    ),
    "the page is a paywall; only subscribers see the article": (
        r"(?:subscribe|sign in|log ?in|register|sign up)[\w ,]{0,40} to (?:continue|keep|read|unlock|access|view)",
        r"(?:for|to) subscribers only|subscribers?[- ]only|already a subscriber|unlock (?:this"
        r"|the full) (?:article|story)",
        r"you['’]?(?: ha)?ve (?:reached|used)[\w ]{0,40}(?:free|limit|articles)",
    ),
    "the page is a cookie or consent notice; the article is behind it": (
        r"(?:we|site|partners?|page)[\w ,]{0,60}(?:use|store|process|access)[\w ,/]{0,60}cookies"
        r"|accept (?:all )?cookies",
        r"your privacy choices|consent to (?:the use of )?cookies|cookie (?:policy|settings|preferences)",
    ),
}
_PATTERNS = {reason: re.compile("|".join(signs), re.IGNORECASE) for reason, signs in _WALLS.items()}


def skip_reason(article: Extracted, engines_languages: tuple[str, ...] = ("en",), min_words: int = 40) -> str | None:
    """Why no engine should read the article, or None: a wall, too few words, or a language without an engine."""
    words = len(article.text.split())
    if words < _SHORT and (wall := _wall(article)):
        return wall
    if words < min_words:
        return f"only {words} word{'' if words == 1 else 's'} of text after cleaning; at least {min_words} are needed"
    if article.language not in engines_languages:
        loaded = ", ".join(f"{language_name(code)} ({code})" for code in engines_languages)
        return f"{_language(article.language)}; engines are loaded for {loaded}"
    return None


def _wall(article: Extracted) -> str | None:
    seen = f"{article.title}\n{article.text}"
    return next((reason for reason, pattern in _PATTERNS.items() if pattern.search(seen)), None)


def _language(code: str) -> str:
    return "language could not be told" if code == UNKNOWN else f"language is {language_name(code)} ({code})"
