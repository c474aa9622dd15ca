"""Articles of tests, with their names marked: `{ORG World Health Organization} ({ORG WHO}) met.`"""

import re

from nlp.mentions import Thing, group
from nlp.spans import Mention

_MARK = re.compile(r"\{(PER|ORG|LOC|MISC) ([^}]+)\}")


def read(marked: str) -> tuple[str, list[Thing]]:
    """The text without marks, and its things as the entities task groups them."""
    text, mentions, end = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[end : mark.start()]
        mentions.append(Mention(len(text), len(text) + len(mark[2]), mark[1], 0.9))
        text += mark[2]
        end = mark.end()
    text += marked[end:]
    return text, group(text, mentions)
