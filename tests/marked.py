"""Articles of tests, with their names marked: `{ORG World Health Organization} ({ORG WHO}) met.`"""

import re
from itertools import count

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from models.article import Article
from models.entity import Entity
from models.entity import Mention as Place
from models.session import transaction
from nlp.aliases import find_aliases
from nlp.mentions import Thing, group
from nlp.spans import Mention
from tasks.aliases import learn

_NUMBERS = count()
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


def tell(marked: str, **facts: object) -> int:
    """Store an article as tagged so: its entities, their mentions, and what it says of names. Its id."""
    text, things = read(marked)
    with transaction() as db:
        values = {"title": text[:30], "text": text, **facts}
        article_id = db.scalar(insert(Article).values(key=f"told {next(_NUMBERS)}", **values).returning(Article.id))
        assert article_id is not None
        for thing in things:
            new = insert(Entity).values(type=thing.type, key=thing.key, name=thing.name)
            db.execute(new.on_conflict_do_nothing())
            entity = select(Entity.id).where(Entity.type == thing.type, Entity.key == thing.key).scalar_subquery()
            for m in thing.mentions:
                place = {"article_id": article_id, "start": m.start, "end": m.end, "score": m.score}
                db.execute(insert(Place).values(entity_id=entity, **place))
        learn(db, {article_id: find_aliases(text, things)})
    return article_id
