"""Markdown: the front matter as fields, the rest as plain lines."""

import re

from nlp.formats.document import Document
from nlp.formats.fields import document_of
from nlp.formats.sniff import FRONT_MATTER

_FENCE = re.compile(r"^(?:```|~~~)[^\n]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,50}$", re.MULTILINE)
_UNDERLINED = re.compile(r"^([^\n]{1,300})\n(?:={2,200}|-{2,200})[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+([^\n]*)$", re.MULTILINE)
_MARKER = re.compile(r"^[ \t]{0,12}(?:>[ \t]?)*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?", re.MULTILINE)
_DEFINITION = re.compile(r"^[ \t]{0,3}\[[^\]\n]{1,100}\]:[ \t]*\S{1,2000}+[^\n]{0,300}$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\](?:\([^()\n]{0,2000}\)|\[[^\]\n]{0,100}\])")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,500})\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\]\n]{0,100}\])"
)
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,1000}>")
_STRONG = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3}|~~|`{1,2})(?=\S)([^\n*_`~]{1,500})(?<=\S)\1(?![\w*])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")


def front_matter(text: str) -> Document:
    """A Markdown file as a document: `title: ..` and the like between two lines of dashes are its fields."""
    found = FRONT_MATTER.match(text)
    if not found:
        return Document("markdown", text)
    pairs = (line.partition(":") for line in found["fields"].splitlines() if not line[:1].isspace())
    fields = {key.strip().lower(): value.strip().strip("\"'") for key, _, value in pairs}
    body = text[found.end() :]
    read = document_of({**fields, "text": body or " "}, "front matter")
    if not isinstance(read, Document):
        return Document("markdown", body)
    return Document("markdown", body, read.url, read.title, read.author, read.published, read.source, read.language)


def plain(text: str) -> tuple[str, str]:
    """The first heading, and the text without Markdown's signs: links keep their words, list items are lines."""
    text = _DEFINITION.sub("", _FENCE.sub("", text.replace("\r\n", "\n")))
    text = _TAG.sub("", _uncommented(_IMAGE.sub("", text)))
    text = _UNDERLINED.sub(r"# \1\n", text)
    heading = _HEADING.search(text)
    # A heading is a paragraph of its own, whether or not empty lines surround it.
    text = _HEADING.sub(lambda found: f"\n{_words(found)}\n", _RULE.sub("", text))
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", _MARKER.sub("", text)))
    return _inline(_words(heading)) if heading else "", _inline(text)


def _words(heading: re.Match[str]) -> str:
    """What a heading says, without the signs that may close it."""
    return heading[1].rstrip(" \t").rstrip("#").rstrip(" \t")


def _uncommented(text: str) -> str:
    """Without comments; one that does not end is none."""
    kept: list[str] = []
    place = 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[place:start])
        place = end + 3
    return "".join([*kept, text[place:]])


def _inline(text: str) -> str:
    for _ in range(3):  # bold within italics within a link
        text = _STRONG.sub(r"\2", text)
    return _ESCAPE.sub(r"\1", _LINK.sub(r"\1", text))
