"""How articles come in, for both doors: written first, then queued; the same one twice is one article."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.settings import settings
from models.article import Article, Payload
from models.session import session
from models.stage import Lane, Stage, StageRow, State
from nlp.clean import line_of
from nlp.fingerprints import title_key, url_key
from nlp.formats import Document
from nlp.formats.encoding import scrub
from nlp.formats.fields import CONTROL
from tasks import bounds
from tasks.errors import Unusable
from tasks.queue import enqueue, publish, together

BATCH = 512  # articles a transaction: enough for messages of thirty-two, few round trips, short locks


@dataclass(frozen=True)
class Received:
    """The article's id, and whether it was queued: an article that the desk has, unchanged, is not."""

    article_id: int
    queued: bool


def receive(documents: Sequence[Document], lane: Lane = Lane.LIVE, *, redo: bool = False) -> list[Received]:
    """Write the documents as articles and queue those that are new or changed; with `redo`, all of them.

    The answer has one item per document, in order. Raises Unusable, before anything is written, when one is not
    acceptable.
    """
    acceptable = [check(document) for document in documents]
    received: list[Received] = []
    for start in range(0, len(acceptable), BATCH):
        received += _receive_batch(acceptable[start : start + BATCH], lane, redo)
    return received


def check(document: Document) -> Document:
    """The document as it can be stored. Raises Unusable, saying what is wrong and what to do."""
    body, url = scrub(document.body), scrub(document.url).strip()
    if not body.strip() and not url:
        raise Unusable("The article has neither text nor URL; give it one of them.")
    if len(body.encode()) > settings().max_body_bytes:
        raise Unusable(f"The article is larger than {settings().max_body_bytes:,} bytes (COPYDESK_MAX_BODY_BYTES).")
    if url:
        check_url(url)
    return replace(
        document,
        body=body,
        url=url,
        title=bounds.name(line_of(scrub(document.title))),
        author=bounds.name(line_of(scrub(document.author))),
        source=bounds.name(line_of(scrub(document.source))),
        language=bounds.name(line_of(scrub(document.language))),
    )


def check_url(url: str) -> None:
    """Raise Unusable, saying what is wrong, when the URL cannot be fetched."""
    if not bounds.fits(url):
        raise Unusable(f"The URL is longer than {bounds.LONGEST_URL} bytes; give a shorter one.")
    if CONTROL.search(url):
        raise Unusable("The URL has a line break or another control character in it; leave it out.")
    if not url_key(url):
        raise Unusable("The URL must begin with http:// or https:// and name a host, like https://example.org/story.")


def key_of(document: Document) -> str:
    """One article: the same canonical URL, else the same source, title and body."""
    identity = [url_key(document.url)] if document.url else [document.source, document.title, document.body]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


def _receive_batch(documents: Sequence[Document], lane: Lane, redo: bool) -> list[Received]:
    keys = [key_of(document) for document in documents]
    last = dict(zip(keys, documents, strict=True))
    latest = {key: last[key] for key in sorted(last)}  # one order for all, or two doors could deadlock
    with session() as db:
        ids = _write_articles(db, latest)
        changed = _write_payloads(db, {ids[key]: document for key, document in latest.items()})
        queued = set(ids.values()) if redo else changed | _failed(db, ids.values())
        enqueue(db, sorted(queued), [Stage.INGEST], lane)
    publish(((article_id, Stage.INGEST, lane) for article_id in sorted(queued)), together=together(len(documents)))
    return [Received(ids[key], ids[key] in queued) for key in keys]


def _failed(db: Session, article_ids: Iterable[int]) -> set[int]:
    """Those with a failed stage: whoever sends one again wants it tried again."""
    failed = (StageRow.article_id.in_(article_ids), StageRow.state == State.FAILED)
    return set(db.scalars(select(StageRow.article_id).where(*failed)))


def _write_articles(db: Session, documents: dict[str, Document]) -> dict[str, int]:
    rows = [_article(key, document) for key, document in documents.items()]
    db.execute(insert(Article).values(rows).on_conflict_do_nothing(index_elements=[Article.key]))
    return {key: i for i, key in db.execute(select(Article.id, Article.key).where(Article.key.in_(documents)))}


def _article(key: str, document: Document) -> dict[str, Any]:
    return {
        "key": key,
        "url": document.url or None,
        "url_key": url_key(document.url) if document.url else None,
        "source": document.source or (urlsplit(document.url).hostname if document.url else None) or "",
        "title": document.title,
        "title_key": title_key(document.title),
        "author": document.author or None,
        "published_at": document.published,
    }


def _write_payloads(db: Session, documents: dict[int, Document]) -> set[int]:
    """Store what was handed in; the ids of those articles for which it is new."""
    rows = [_payload(article_id, document) for article_id, document in documents.items()]
    statement = insert(Payload).values(rows)
    new = statement.excluded
    changed = statement.on_conflict_do_update(
        index_elements=[Payload.article_id],
        set_={"kind": new.kind, "body": new.body, "given": new.given, "content_hash": new.content_hash},
        where=Payload.content_hash != new.content_hash,
    ).returning(Payload.article_id)
    return set(db.scalars(changed))


def _payload(article_id: int, document: Document) -> dict[str, Any]:
    given = {k: v for k, v in asdict(document).items() if k not in ("kind", "body")}
    given["published"] = document.published.isoformat() if document.published else None
    content = json.dumps([document.kind, document.body, given], sort_keys=True, default=str)
    return {
        "article_id": article_id,
        "kind": document.kind,
        "body": document.body,
        "given": given,
        "content_hash": hashlib.sha256(content.encode()).digest(),
    }
