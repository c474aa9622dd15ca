"""JSON: one object, a list, an envelope around a list, a JSON Feed, or JSON Lines."""

import json
from collections.abc import Iterator
from typing import Any

from nlp.errors import Unreadable
from nlp.formats.document import Document, Refused
from nlp.formats.fields import document_of

# Where APIs keep their list of articles.
_LISTS = ("items", "articles", "entries", "results", "posts", "data", "@graph")


def read_json(text: str) -> Iterator[Document | Refused]:
    """The documents in JSON text. Of duplicate keys the last counts, as in most parsers.

    Raises Unreadable with line and column if it is one JSON value and broken.
    """
    if _is_lines(text):
        return _lines(text)
    try:
        value = _parse(text)
    except ValueError as error:
        if text.lstrip().startswith("{") and _good_lines(text):
            return _lines(text)
        raise Unreadable(f"broken JSON: {error}; send valid JSON, or JSON Lines with one object a line") from None
    return _values(value)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:  # a number of more than 4,300 digits
        raise ValueError("a number with too many digits") from None


def _is_lines(text: str) -> bool:
    """Whether the first line is an object by itself and another line follows."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        return isinstance(_parse(first), dict)
    except ValueError:
        return False


def _good_lines(text: str) -> bool:
    """Whether one of the first hundred lines is an object by itself: JSON Lines that begin badly."""
    lines = (line for _, line in _numbered(text, 100))
    return any(line.startswith("{") and _is_lines(line + "\n.") for line in lines)


def _numbered(text: str, most: int | None = None) -> Iterator[tuple[int, str]]:
    """Lines that are not empty, with their numbers. Only line feeds end a line: JSON strings may hold U+2028."""
    place, number = 0, 0
    while place < len(text) and (most is None or number < most):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        number += 1
        if line := text[place:end].strip():
            yield number, line
        place = end + 1


def _lines(text: str) -> Iterator[Document | Refused]:
    for number, line in _numbered(text):
        try:
            value = _parse(line)
        except ValueError as error:
            reason = str(error).replace(" at line 1, column", " at column")
            yield Refused(f"line {number}", f"broken JSON: {reason}; each line must be one JSON object")
            continue
        yield document_of(value, f"line {number}")


def _values(value: Any) -> Iterator[Document | Refused]:
    items, defaults = _unwrapped(value)
    if items is None:
        yield document_of(value, "object")
        return
    for number, item in enumerate(items, start=1):
        yield document_of(item, f"item {number}", defaults)


def _unwrapped(value: Any) -> tuple[list[Any] | None, dict[str, str]]:
    """The list of items and what their envelope says for all of them; None if it is an object by itself."""
    if isinstance(value, list):
        return value, {}
    if not isinstance(value, dict):
        return [value], {}
    for name in _LISTS:
        items = value.get(name)
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
            said = {"source": value.get("title"), "language": value.get("language")}
            return items, {key: text for key, text in said.items() if isinstance(text, str)}
    if "jsonfeed.org/version" in str(value.get("version"))[:100]:
        return [], {}
    return None, {}
