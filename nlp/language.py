"""Which language a text is in, offline, from the model that py3langid carries."""

from array import array
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"  # ISO 639-2 for "undetermined"
_SURE = 0.5  # no text of 5,000 press releases falls below it, but one headline in seven
_GLANCE, _CERTAIN = 600, 0.95  # characters, and the probability from which more of them changed no verdict of 2,000
_ENOUGH = 2000  # characters; more changes no verdict and takes time
_NAMES = {
    "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan",
    "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def detect(text: str, hint: str = "") -> tuple[str, float]:
    """The ISO 639-1 code of the likeliest language and its probability (0 to 1).

    Below 0.5 the text is too short or too mixed: then `hint` (what the page or feed says, "en-GB") decides if it
    is among the three likeliest, else the code is "und".
    """
    ranked = _identifier().rank(text[:_GLANCE])
    if ranked[0][1] < _CERTAIN:
        ranked = _identifier().rank(text[:_ENOUGH])
    code, probability = ranked[0]
    if probability >= _SURE:
        return code, float(probability)
    wanted = hint.lower().replace("_", "-").partition("-")[0]
    for candidate, share in ranked[:3]:
        if candidate == wanted and share > 2 * ranked[-1][1]:
            return candidate, float(share)
    return UNKNOWN, float(probability)


def language_name(code: str) -> str:
    """The English name of a language, or its code where our table has none."""
    return _NAMES.get(code, code)


@cache
def _identifier() -> "LanguageIdentifier":
    """Loaded at first use, or by whoever calls this before forking, so that children share it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Two lists of 104,583 numbers, as arrays: an object for each takes 6 MB more, and saves .01 ms an article.
    identifier.tk_output = array("i", identifier.tk_output)
    identifier._rowbase = array("I", identifier._rowbase)
    return identifier
