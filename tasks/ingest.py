"""The ingest task: what was handed in becomes clean text with its facts, ready for the three results."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.article import Article, Declared, Payload, Version
from models.session import statements
from models.stage import RESULTS, Stage, StageRow
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
    return Result(LINEAGE, partial(_write, claim=claim, cleaned=cleaned), then=RESULTS)


def _document(article_id: int) -> Document:
    """What was handed in; the page behind its URL when that is all there is."""
    with statements() as db:
        wanted = select(Payload.kind, Payload.body, Payload.given).where(Payload.article_id == article_id)
        kind, body, given = db.execute(wanted).one()
    if given["published"]:
        given["published"] = datetime.fromisoformat(given["published"])
    document = Document(kind=cast(Kind, kind), body=body, **given)
    return document if document.body.strip() else fetch(document)


def _write(db: Connection, *, claim: Claim, cleaned: Cleaned) -> None:
    new = cleaned.extracted
    if claim.number > 1:  # an earlier try may have written some
        _keep_older(db, claim, new)
        db.execute(delete(Declared).where(Declared.article_id == claim.article_id))
    db.execute(update(Article).where(Article.id == claim.article_id).values(_columns(cleaned)))
    rows = [
        {
            "article_id": claim.article_id,
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


def _keep_older(db: Connection, claim: Claim, new: Extracted) -> None:
    """Where the text or the headline has changed, keep the older ones and count a new version."""
    changed = or_(Article.text != new.text, Article.title != bounds.name(new.title))
    older = select(Article.id, Article.version, Article.title, Article.text).where(
        Article.id == claim.article_id, Article.text.is_not(None), changed
    )
    if db.execute(insert(Version).from_select(["article_id", "version", "title", "text"], older)).rowcount:
        db.execute(update(Article).where(Article.id == claim.article_id).values(version=Article.version + 1))
        ours = (StageRow.article_id == claim.article_id, StageRow.name == claim.stage)
        db.execute(update(StageRow).where(*ours).values(version=StageRow.version + 1))


def _columns(cleaned: Cleaned) -> dict[str, Any]:
    """What ingest knows of an article; what its door was told stays where the page does not say."""
    new = cleaned.extracted
    title = bounds.name(new.title)
    url = new.url if new.url and bounds.fits(new.url) else None
    return {
        "title": title,
        "title_key": title_key(title),
        "text": new.text,
        "text_hash": text_hash(new.text),
        "sentences": cleaned.sentences,
        "author": func.coalesce(bounds.name(new.author) or None, Article.author),
        "attribution": new.attribution,
        "language": new.language,
        "published_at": func.coalesce(new.published, Article.published_at),
        "source": bounds.name(new.source) or Article.source,
        "url": func.coalesce(Article.url, url),
        "url_key": func.coalesce(Article.url_key, (url_key(url) or None) if url else None),
        "updated_at": func.now(),
    }
