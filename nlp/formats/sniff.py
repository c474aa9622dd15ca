"""What a file is, judged by its first characters. Names and media types are not believed."""

import re
from typing import Literal

from nlp.errors import Unreadable

Format = Literal["json", "feed", "html", "markdown", "text"]

_HEAD = 4096
_FOREIGN = (
    (b"%PDF", "a PDF; convert it to text or HTML first"),
    (b"PK\x03\x04", "a ZIP archive or an office document; send the files inside it, as text or HTML"),
    (b"\xd0\xcf\x11\xe0", "an old office document; save it as text or HTML"),
    (b"{\\rtf", "an RTF document; save it as text or HTML"),
    (b"BZh", "compressed with bzip2; use gzip"),
    (b"\xfd7zXZ", "compressed with xz; use gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; use gzip"),
    (b"\x89PNG", "a picture; there is no text in it"),
    (b"\xff\xd8\xff", "a picture; there is no text in it"),
    (b"GIF8", "a picture; there is no text in it"),
    (b"SQLite format 3", "an SQLite database; export the articles as JSON Lines"),
    (b"PAR1", "a Parquet file; export the articles as JSON Lines"),
)
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")

_PROLOGUE = re.compile(
    r"\s*<(?:\?[^>]{0,2000}>|!--.{0,2000}?-->|!(?!--)[^<>\[]{0,2000}(?:\[.{0,4000}?\]\s*)?>)", re.DOTALL
)
_ROOT = re.compile(r"\s*<\s*(/?[A-Za-z][\w:.-]{0,60})")
_FEED_ROOTS = {"rss", "feed", "rdf", "channel"}
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BLOCK = re.compile(r"</(?:p|div|article|section|ul|ol|table|blockquote|h[1-6])\s*>|<br\s*/?>|<p>", re.IGNORECASE)

_JSON = re.compile(r"""\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[\[{"\]]|$))""")
_LINES = re.compile(r"""^[^\S\n]*+\{[^\S\n]*+".{0,100000}\}[^\S\n]*+$""", re.MULTILINE)

_MARKDOWN = re.compile(
    r"""
      \A \s* \#{1,6} [ \t]+ \S                        # opens with a heading
    | \A \s* [^\n]{1,200} \n (?: ={3,} | -{3,} ) [ \t]* $   # opens with an underlined heading
    | ^ \#{1,6} [ \t]+ \S [^\n]{0,200} $              # or has one further down
    | \[ [^\]\n]{1,200} \] \( (?:https?://|/|\#|mailto:) [^)\s]{0,500} [^)\n]{0,100} \)
    | \*\* [^*\s] [^*\n]{0,200} \*\*
    """,
    re.VERBOSE | re.MULTILINE,
)
# What is taken is never given back (the `+` behind a repetition): a line has one reading, or fifty had millions.
FRONT_MATTER = re.compile(
    r"\A\s*---[ \t]*\n(?P<fields>(?:[A-Za-z_][\w -]{0,40}+:[^\n]{0,2000}+\n"
    r"|[ \t]++[^\n]{0,2000}+\n){1,50}+)---[ \t]*(?:\n|\Z)"
)


def refuse_foreign(data: bytes) -> None:
    """Raise Unreadable for a file that is none of our formats, naming what it is."""
    if not data.strip(b" \t\r\n\0"):
        raise Unreadable("the file is empty; there is nothing to read")
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise Unreadable(f"this is {what}")


def format_of(text: str) -> Format:
    """The format of decoded text. Raises Unreadable for XML that is no feed and for binary data."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if len(_CONTROL.findall(head)) * 10 > len(head):
        raise Unreadable("this is binary data; Copydesk reads text, HTML, Markdown, JSON, feeds and WARC")
    if _JSON.match(head) or (head.startswith("{") and _LINES.search(text[:200_000])):
        return "json"
    if head.startswith("<"):
        return _markup(text)
    if _PAGE.search(head) or _BLOCK.search(head):
        return "html"
    return "markdown" if is_markdown(text) else "text"


def looks_like_html(text: str) -> bool:
    """Whether a string that may be either holds HTML blocks."""
    return bool(_PAGE.search(text[:_HEAD]) or _BLOCK.search(text))


def is_markdown(text: str) -> bool:
    """Whether text has front matter, a heading, a link or bold words in Markdown's way."""
    head = text[:20_000]
    return bool(FRONT_MATTER.match(head) or _MARKDOWN.search(head))


def _markup(text: str) -> Format:
    """A feed or a page, by the first element after declarations and comments."""
    place = 0
    for _ in range(20):
        if not (skipped := _PROLOGUE.match(text, place)):
            break
        place = skipped.end()
    found = _ROOT.match(text, place)
    root = found[1].lower() if found else ""
    if root.split(":")[-1] in _FEED_ROOTS:
        return "feed"
    if root in {"urlset", "sitemapindex"}:
        raise Unreadable("this is a sitemap; send the pages it lists, or the site's feed")
    if root in {"opml", "svg"} or (
        text.lstrip().startswith("<?xml") and root not in {"html", ""} and not _PAGE.search(text[:_HEAD])
    ):
        raise Unreadable(f"this is XML of a kind Copydesk does not read (<{root}>); it reads RSS, Atom and RDF")
    return "html"
