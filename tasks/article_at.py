"""Which article is at an address of the web."""

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models.article import Article
from nlp.fingerprints import url_key


def article_at(db: Connection | Session, url: str) -> int | None:
    """The id of the article with this address, however it is written; of several the first that arrived."""
    key = url_key(url)
    if not key:
        return None
    return db.scalar(select(Article.id).where(Article.url_key == key).order_by(Article.id).limit(1))
