"""The ingest task: what was handed in becomes clean text with its facts, ready for the three results."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.settings import settings
from models.article import Article, Declared, Payload, Version
from models.session import session
from models.stage import RESULTS, Stage
from nlp.extract import Extracted, extract
from nlp.fingerprints import text_hash, title_key, url_key
from nlp.formats import Document, Kind
from nlp.sentences import split_sentences
from nlp.skips import skip_reason
from tasks import bounds
from tasks.errors import Skip
from tasks.fetch import fetch
from tasks.stages import Claim, Result, perform
from workers.app import app

LINEAGE = "copydesk-ingest@1"  # raise it when the rules for cleaning change results


@dataclass(frozen=True)
class Cleaned:
    """What ingest writes: the extracted article and its sentences as [start, end] pairs."""

    extracted: Extracted
    sentences: list[list[int]]


@app.task(name="article.ingest")
def ingest(article_id: int) -> None:
    """Clean the article, or skip it with a reason, and queue its three results."""
    perform(article_id, Stage.INGEST, _ingest)


def _ingest(claim: Claim) -> Result:
    extracted = extract(_document(claim.article_id))
    reason = skip_reason(extracted, min_words=settings().min_words)
    if reason is not None:
        raise Skip(reason)
    cleaned = Cleaned(extracted, [list(span) for span in split_sentences(extracted.text)])
    return Result(LINEAGE, partial(_write, article_id=claim.article_id, cleaned=cleaned), then=RESULTS)


def _document(article_id: int) -> Document:
    """What was handed in; the page behind its URL when that is all there is."""
    with session() as db:
        payload = db.scalars(select(Payload).where(Payload.article_id == article_id)).one()
    given = dict(payload.given)
    if given["published"]:
        given["published"] = datetime.fromisoformat(given["published"])
    document = Document(kind=cast(Kind, payload.kind), body=payload.body, **given)
    return document if document.body.strip() else fetch(document)


def _write(db: Session, *, article_id: int, cleaned: Cleaned) -> None:
    new = cleaned.extracted
    article = db.scalars(select(Article).where(Article.id == article_id).with_for_update(key_share=True)).one()
    if article.text is not None and (article.text, article.title) != (new.text, bounds.name(new.title)):
        db.add(Version(article_id=article_id, version=article.version, title=article.title, text=article.text))
        article.version += 1
    _fill(article, cleaned)
    db.execute(delete(Declared).where(Declared.article_id == article_id))
    rows = [
        {
            "article_id": article_id,
            "kind": declared.kind,
            "title": bounds.name(declared.title),
            "title_key": title_key(bounds.name(declared.title)),
            "url": declared.url,
            "url_key": (url_key(declared.url) or None) if declared.url else None,
        }
        for declared in new.declared
        if bounds.fits(declared.url or "")
    ]
    if rows:
        db.execute(insert(Declared).values(rows).on_conflict_do_nothing())


def _fill(article: Article, cleaned: Cleaned) -> None:
    new = cleaned.extracted
    article.title = bounds.name(new.title)
    article.title_key = title_key(article.title)
    article.text = new.text
    article.text_hash = text_hash(new.text)
    article.sentences = cleaned.sentences
    article.author = bounds.name(new.author) or article.author
    article.attribution = new.attribution
    article.language = new.language
    article.published_at = new.published or article.published_at
    article.source = bounds.name(new.source) or article.source
    article.url = article.url or (new.url if new.url and bounds.fits(new.url) else None)
    article.url_key = (url_key(article.url) or None) if article.url else None
    article.updated_at = func.now()
