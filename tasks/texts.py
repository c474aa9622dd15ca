"""What the three result tasks read of an article, and nothing more."""

from dataclasses import dataclass

from sqlalchemy import select

from models.article import Article
from models.session import statements
from nlp.spans import Span


@dataclass(frozen=True)
class CleanText:
    """An ingested article: its headline, its text, and where its sentences are."""

    title: str
    text: str
    sentences: list[Span]


def clean_text(article_id: int) -> CleanText:
    """Of an article whose ingest is done."""
    with statements() as db:
        wanted = select(Article.title, Article.text, Article.sentences).where(Article.id == article_id)
        title, text, pairs = db.execute(wanted).one()
    return CleanText(title, text or "", [Span(*pair) for pair in pairs or ()])
