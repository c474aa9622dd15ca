"""From the characters of a page to paragraphs: line ends, invisible characters, hard wraps."""

import re

_LINE_END = re.compile(r"\r\n?|[\v\f\x85\u2028]")
_PARAGRAPH_END = re.compile("\u2029")
_SPACE = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Soft hyphens, zero-width spaces and marks of direction. The joiners U+200C and U+200D spell words in other scripts.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffc]"
)
_WRAPPED_AT = (50, 100)  # columns between which a text editor or a mail program wraps


def normalised(text: str) -> str:
    """The author's characters with one kind of line end and of space, and nothing that cannot be seen."""
    text = _PARAGRAPH_END.sub("\n\n", _LINE_END.sub("\n", text))
    return _INVISIBLE.sub("", _SPACE.sub(" ", text))


def line_of(text: str) -> str:
    """`text` as one line: a headline, a name."""
    return " ".join(normalised(text).split())


def blocks(text: str) -> list[list[str]]:
    """The lines of normalised text, stripped, in groups between empty lines. No group and no line is empty."""
    groups: list[list[str]] = [[]]
    for line in text.split("\n"):
        if stripped := line.strip():
            groups[-1].append(stripped)
        elif groups[-1]:
            groups.append([])
    return groups if groups[-1] else groups[:-1]


def paragraphs(group: list[str]) -> list[str]:
    """The paragraphs in one block: a hard-wrapped block is one, else each line is."""
    return [" ".join(group)] if is_wrapped(group) else group


def is_wrapped(group: list[str]) -> bool:
    """Whether lines were broken for width: most of them are nearly full and end inside a sentence."""
    body = group[:-1]
    if not body or max(map(len, group)) > _WRAPPED_AT[1]:
        return False
    full = sum(len(line) >= _WRAPPED_AT[0] for line in body)
    open_ended = sum(line[-1] not in '.!?"”’:' for line in body)
    return full * 3 >= len(body) * 2 and open_ended * 2 >= len(body)
