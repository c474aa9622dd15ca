"""From bytes to characters: what the bytes say about themselves first, a guess last; it never fails."""

import codecs
import re

# UTF-32 before UTF-16: the little-endian mark of the first begins with that of the second.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"[\x09-\x7e]\0\0\0[\x09-\x7e]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[\x09-\x7e]\0\0\0[\x09-\x7e]"), "utf-32-be"),
    (re.compile(rb"[\x09-\x7e]\0[\x09-\x7e]\0"), "utf-16-le"),
    (re.compile(rb"\0[\x09-\x7e]\0[\x09-\x7e]"), "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<(?:\?xml|meta)\b[^>]{0,300}?(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
# A page that says Latin-1 means cp1252 (https://encoding.spec.whatwg.org/#names-and-labels).
_WESTERN = {"ascii", "iso8859-1", "cp1252"}
# In which news was published before UTF-8. Those that differ from cp1252 in accents only cannot be told from it.
_CANDIDATES = ["cp1252", "cp1251", "cp1253", "cp1256", "koi8_r", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]
_GUESS_BYTES = 20_000
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(data: bytes, charset: str = "") -> str:
    """The characters of `data`: by byte order mark, declared charset, UTF-8, then by guess.

    `charset` is what a header said. Bytes that fit nowhere become U+FFFD; NUL characters are removed.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return scrub(data[len(mark) :].decode(name, "replace"))
    return scrub(data.decode(_encoding(data, charset), "replace"))


def scrub(text: str) -> str:
    """Without what PostgreSQL cannot store: NUL characters go, lone surrogates become U+FFFD."""
    return _SURROGATES.sub("\ufffd", text.replace("\0", ""))


def _encoding(data: bytes, charset: str) -> str:
    for pattern, wide in _UNMARKED:
        if pattern.match(data):
            return wide
    found = _DECLARED.search(data, 0, 2048)
    declared = _known(charset) or _known(found[1].decode("ascii", "replace") if found else "")
    if declared and declared not in _WESTERN and _fits(data, declared):
        return declared
    # Pages often say Latin-1 and are UTF-8; text that is valid UTF-8 by accident is next to impossible.
    if _fits(data, "utf-8"):
        return "utf-8"
    return "cp1252" if declared in _WESTERN else _guess(data, declared)


def _known(charset: str) -> str:
    """Python's name of a charset that turns bytes into text, or an empty string."""
    try:
        info = codecs.lookup(charset)
    except (LookupError, ValueError):
        return ""
    # A page without a wide byte order cannot have declared a wide encoding in ASCII; utf-7 hides markup.
    usable = getattr(info, "_is_text_encoding", True) and not info.name.startswith(("utf-16", "utf-32", "utf-7"))
    return info.name if usable and info.name not in {"idna", "punycode", "unicode_escape", "raw_unicode_escape"} else ""


def _fits(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeError, LookupError):
        return False
    return True


def _guess(data: bytes, declared: str) -> str:
    """A mostly valid UTF-8 text stays UTF-8; else the likeliest legacy encoding of its first bytes."""
    if declared:
        return declared
    high = sum(byte >= 0x80 for byte in data[:_GUESS_BYTES])
    wrong = data[:_GUESS_BYTES].decode("utf-8", "replace").count("\ufffd")
    if wrong * 10 < high:
        return "utf-8"
    if high * 10 < len(data[:_GUESS_BYTES]) and _fits(data, "cp1252"):
        return "cp1252"  # few accents among many plain letters: a Western language
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_GUESS_BYTES], cp_isolation=_CANDIDATES, enable_fallback=False).best()
    return best.encoding if best else "cp1252"
