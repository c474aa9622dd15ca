"""One JSON object as one document: which field names are understood, and in which order."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from nlp.formats.dates import moment
from nlp.formats.document import Document, Kind, Refused
from nlp.formats.encoding import scrub
from nlp.formats.sniff import is_markdown, looks_like_html

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BREAKS = re.compile(r"[\t\r\n]")
_TITLE = ("title", "headline", "name")
_BODY = ("text", "body", "content", "content_text", "articleBody", "content_html", "html", "summary", "description")
_URL = ("url", "link", "canonical_url", "external_url")
_AUTHOR = ("author", "authors", "byline", "creator")
_PUBLISHED = ("published", "published_at", "date", "datePublished", "date_published", "pubDate")
_SOURCE = ("source", "publisher", "site")
_LANGUAGE = ("language", "lang", "inLanguage")
# What an object that stands for a string keeps it in: WordPress, schema.org, Atom as JSON.
_INNER = ("rendered", "name", "value", "text", "#text", "href", "url", "@id")


def document_of(record: object, where: str, defaults: Mapping[str, str] | None = None) -> Document | Refused:
    """The document in a JSON value; `defaults` (source, language) come from what contains it."""
    if not isinstance(record, Mapping):
        return Refused(where, f"a {_json_name(record)} where an object is needed; give objects with `text` or `url`")
    given = defaults or {}
    body, name = _first(record, _BODY)
    url = web_address(_first(record, _URL)[0])
    if not body and not url:
        return Refused(where, "neither text nor a link in it; give `text` (or `html`), or `url`")
    return Document(
        kind=kind_of(body, name),
        body=body,
        url=url,
        title=_line(_first(record, _TITLE)[0]),
        author=_line(_first(record, _AUTHOR)[0]),
        published=next(filter(None, (moment(record.get(name)) for name in _PUBLISHED)), None),
        source=_line(_first(record, _SOURCE)[0]) or given.get("source", ""),
        language=(_first(record, _LANGUAGE)[0] or given.get("language", ""))[:35],
    )


def kind_of(body: str, name: str = "") -> Kind:
    """What a body is: as its field's name says, else as it looks."""
    if "html" in name.lower() or looks_like_html(body):
        return "html"
    return "markdown" if is_markdown(body) else "text"


def web_address(value: str) -> str:
    """`value` if it is an absolute http address, else nothing: only those can be fetched and linked to.

    Line ends and tabs within are left out, as browsers do; with other control characters it is none.
    """
    address = _BREAKS.sub("", value).strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme.lower() in {"http", "https"} and parts.hostname and not CONTROL.search(address)
        return address if usable else ""
    except ValueError:
        return ""


def _first(record: Mapping[str, Any], names: Sequence[str]) -> tuple[str, str]:
    """The first of these fields that says something, and its name."""
    for name in names:
        if text := _string(record.get(name)):
            return text, name
    return "", ""


def _string(value: object, depth: int = 0) -> str:
    """A string out of what stands for one: itself, an object with a name or a value, a list of these."""
    if isinstance(value, str):
        return scrub(value).strip()
    if depth < 3 and isinstance(value, Mapping):
        return next(filter(None, (_string(value.get(name), depth + 1) for name in _INNER)), "")
    if depth < 3 and isinstance(value, list):
        return ", ".join(filter(None, (_string(item, depth + 1) for item in value[:20])))
    return ""


def _line(text: str) -> str:
    return " ".join(text.split())[:500]


def _json_name(value: object) -> str:
    names = {str: "string", bool: "true or false", int: "number", float: "number", list: "list", type(None): "null"}
    return names.get(type(value), "value")
