"""The ingest task: what was handed in becomes clean text with its facts, ready for the three results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ARRAY, BigInteger, Connection, any_, bindparam, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.article import Article, Declared, Payload, Version
from models.session import statements
from models.stage import RESULTS, Stage, StageRow
from nlp.errors import Unreadable
from nlp.extract import Extracted, extract
from nlp.fingerprints import text_hash, title_key, url_key
from nlp.formats import Document, Kind
from nlp.sentences import split_sentences
from nlp.skips import skip_reason
from nlp.spans import Span
from tasks import bounds
from tasks.claims import Claim
from tasks.errors import Skip
from tasks.fetch import fetch
from tasks.stages import Result, Work, perform
from tasks.visits import Visit
from workers.app import app
from workers.lineage import INGEST


@dataclass(frozen=True)
class Cleaned:
    """What ingest writes: the extracted article and its sentences."""

    extracted: Extracted
    sentences: list[Span]


@app.task(name="article.ingest")
def ingest(*article_ids: int) -> None:
    """Clean each article, or skip it with a reason, and queue its three results."""
    perform(article_ids, Work(Stage.INGEST, _documents, _clean, _write, then=RESULTS))


def _clean(_: Claim, document: Document) -> tuple[str, Cleaned]:
    try:
        extracted = extract(document if document.body.strip() else fetch(document, Visit().enter))
    except Unreadable as error:
        raise Skip(str(error)) from None
    reason = skip_reason(extracted, min_words=settings().min_words)
    if reason is not None:
        raise Skip(reason)
    return INGEST, Cleaned(extracted, split_sentences(extracted.text))


def _documents(article_ids: Sequence[int]) -> dict[int, Document]:
    """What was handed in for each article; some are a URL and nothing more."""
    with statements() as db:
        rows = db.execute(_WANTED, {"ids": list(article_ids)}).all()
    found = {}
    for article_id, kind, body, given in rows:
        published = datetime.fromisoformat(given["published"]) if given["published"] else None
        found[article_id] = Document(kind=cast(Kind, kind), body=body, **given | {"published": published})
    return found


def _write(db: Connection, results: Sequence[Result[Cleaned]]) -> None:
    again = [result for result in results if result.claim.number > 1]  # an earlier try may have written some
    for result in again:
        _keep_older(db, result.claim, result.made.extracted)
    if again:
        db.execute(delete(Declared).where(Declared.article_id.in_([result.claim.article_id for result in again])))
    if results:
        rows = [_row(result) for result in results]
        db.execute(_UPDATE, {f"{name}s": [row[name] for row in rows] for name in _COLUMNS})
    declared = [row for result in results for row in _declared(result)]
    if declared:
        db.execute(insert(Declared).on_conflict_do_nothing(), declared)


def _declared(result: Result[Cleaned]) -> list[dict[str, Any]]:
    return [
        {
            "article_id": result.claim.article_id,
            "kind": declared.kind,
            "title": bounds.name(declared.title),
            "title_key": title_key(bounds.name(declared.title)),
            "url": declared.url,
            "url_key": (url_key(declared.url) or None) if declared.url else None,
        }
        for declared in result.made.extracted.declared
        if bounds.fits(declared.url or "")
    ]


def _keep_older(db: Connection, claim: Claim, new: Extracted) -> None:
    """Where the text or the headline has changed, keep the older ones and count a new version."""
    changed = or_(Article.text != new.text, Article.title != bounds.name(new.title))
    older = select(Article.id, Article.version, Article.title, Article.text).where(
        Article.id == claim.article_id, Article.text.is_not(None), changed
    )
    kept = insert(Version).from_select(["article_id", "version", "title", "text"], older).returning(Version.version)
    if db.scalars(kept).all():  # the row count of an INSERT is not known afterwards
        db.execute(update(Article).where(Article.id == claim.article_id).values(version=Article.version + 1))
        ours = (StageRow.article_id == claim.article_id, StageRow.name == claim.stage)
        db.execute(update(StageRow).where(*ours).values(version=StageRow.version + 1))


def _row(result: Result[Cleaned]) -> dict[str, Any]:
    """What ingest knows of an article, as `_UPDATE` takes it."""
    new = result.made.extracted
    title = bounds.name(new.title)
    url = new.url if new.url and bounds.fits(new.url) else None
    return {
        "article": result.claim.article_id,
        "title": title,
        "title_key": title_key(title),
        "text": new.text,
        "text_hash": text_hash(new.text),
        "sentences": _array_of(result.made.sentences),
        "author": bounds.name(new.author) or None,
        "attribution": new.attribution,
        "language": new.language,
        "published": new.published,
        "source": bounds.name(new.source) or None,
        "url": url,
        "url_key": (url_key(url) or None) if url else None,
    }


def _array_of(spans: Sequence[Span]) -> str:
    """As PostgreSQL writes pairs: an array of arrays would have to be as long for each article."""
    return "{" + ",".join(f"{{{start},{end}}}" for start, end in spans) + "}"


_WANTED = select(Payload.article_id, Payload.kind, Payload.body, Payload.given).where(
    Payload.article_id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
)
# All articles in one statement: a row at a time costs a round through client and server each. What the door was told
# stays where the page does not say; an address that the door was told stays in any case.
_COLUMNS = {
    "article": "bigint", "title": "text", "title_key": "text", "text": "text", "text_hash": "bytea",
    "sentences": "text", "author": "text", "attribution": "text", "language": "text", "published": "timestamptz",
    "source": "text", "url": "text", "url_key": "text",
}  # fmt: skip
_GIVEN = ", ".join(f"cast(:{name}s as {kind}[])" for name, kind in _COLUMNS.items())
_UPDATE = text(
    "update articles a set title = n.title, title_key = n.title_key, "  # noqa: S608 - our own words
    "text = n.text, text_hash = n.text_hash, "
    "sentences = cast(n.sentences as int[]), attribution = n.attribution, language = n.language, "
    "author = coalesce(n.author, a.author), published_at = coalesce(n.published, a.published_at), "
    "source = coalesce(n.source, a.source), url = coalesce(a.url, n.url), url_key = coalesce(a.url_key, n.url_key), "
    f"updated_at = now() from unnest({_GIVEN}) as n ({', '.join(_COLUMNS)}) where a.id = n.article"
)
