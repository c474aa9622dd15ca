"""What a search shows of an article: a passage of its text, and the places in it of the words asked for."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, literal, select

from models.article import Article
from tasks.settle import among
from tasks.words import LANGUAGE, asked

MOST_READ = 20_000  # characters of a text: ts_headline reads it anew, word by word
WORDS = 40
_OPEN, _CLOSE = "\x02", "\x03"  # no cleaned text has them
_OPTIONS = f"StartSel={_OPEN}, StopSel={_CLOSE}, MaxWords={WORDS}, MinWords={WORDS // 2}, MaxFragments=1"
_MARK = re.compile(f"([{_OPEN}{_CLOSE}])")
_SPACE = re.compile(r"\s+")


def snippets(db: Connection, query: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By article, as `text` the passage that has most of the words, and as `matches` their places: [start, end].

    Of an article that has none of them in its first MOST_READ characters its beginning, without matches. Plain text,
    not HTML, without what looks like tags; places are counted in code points.
    """
    plain = func.translate(func.left(func.coalesce(Article.text, ""), MOST_READ), _OPEN + _CLOSE, "")
    passage = func.ts_headline(LANGUAGE, plain, asked(query), literal(_OPTIONS))
    rows = db.execute(select(Article.id, passage.label("passage")).where(among(Article.id, ids)))
    return {row.id: marked(row.passage) for row in rows}


def marked(passage: str) -> dict[str, Any]:
    """Take the marks out of a passage, and say where they were."""
    text, matches, start = "", [], 0
    for part in _MARK.split(_SPACE.sub(" ", passage).strip()):
        if part == _OPEN:
            start = len(text)
        elif part == _CLOSE:
            matches.append([start, len(text)])
        else:
            text += part
    return {"text": text, "matches": matches}
