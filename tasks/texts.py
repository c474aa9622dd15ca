"""What the three result tasks read of articles, and nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select

from models.article import Article
from models.session import statements
from nlp.spans import Span

_WANTED = select(Article.id, Article.title, Article.text, Article.sentences).where(
    Article.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
)


@dataclass(frozen=True)
class CleanText:
    """An ingested article: its headline, its text, and where its sentences are."""

    title: str
    text: str
    sentences: list[Span]


def clean_texts(article_ids: Sequence[int]) -> dict[int, CleanText]:
    """Of articles whose ingest is done, by id; those deleted meanwhile are left out."""
    with statements() as db:
        rows = db.execute(_WANTED, {"ids": list(article_ids)}).all()
    return {i: CleanText(title, text or "", [Span(*pair) for pair in pairs or ()]) for i, title, text, pairs in rows}
