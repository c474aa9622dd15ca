"""Stories of random words, and articles with them put straight into the database, as ingest leaves them."""

import random
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from models.article import Article
from models.duplicate import Duplicate
from models.session import transaction
from nlp.fingerprints import text_hash
from nlp.passages import read
from tasks.bands import save_bands
from tasks.duplicates import link_duplicates

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORDS = (
    "harbour strike union talks crane night shift offer letter mayor vote report water bridge council money engine "
    "winter museum children chief ship terminal dispute member noon operator insult mediator hall station river road "
    "school teacher doctor nurse patient ward judge court trial witness farmer field storm rain flood forest fire"
)


def story(seed: int, sentences: int = 12) -> str:
    """Sentences that no other seed has."""
    dice = random.Random(seed)
    return " ".join(" ".join(dice.choices(WORDS.split(" "), k=14)).capitalize() + "." for _ in range(sentences))


def cut(whole: str, first: int, last: int) -> str:
    return ". ".join(whole.split(". ")[first:last])


def arrive(key: str, body: str, **facts: object) -> int:
    """An article, cleaned, with its bands committed; its duplicates are not looked for yet."""
    facts.setdefault("source", key)
    with transaction() as db:
        row = {"key": key, "text": body, "text_hash": text_hash(body), **facts}
        article_id = db.scalar(insert(Article).values(row).returning(Article.id))
        assert article_id is not None
        save_bands(db, {article_id: read(body)})
    return article_id


def link(article_id: int) -> None:
    with transaction() as db:
        body = db.scalar(select(Article.text).where(Article.id == article_id))
        link_duplicates(db, {article_id: read(body or "")})


def put(key: str, body: str, **facts: object) -> int:
    article_id = arrive(key, body, **facts)
    link(article_id)
    return article_id


def change(article_id: int, body: str) -> None:
    """Another text for the article, as its next version brings it."""
    with transaction() as db:
        new = {"text": body, "text_hash": text_hash(body)}
        db.execute(update(Article).where(Article.id == article_id).values(new))
        save_bands(db, {article_id: read(body)})
    link(article_id)


def groups() -> set[frozenset[str]]:
    """The keys of the articles in each group."""
    with transaction() as db:
        rows = db.execute(select(Duplicate.group_id, Article.key).join(Article)).all()
    return {frozenset(key for group, key in rows if group == label) for label, _ in rows}
