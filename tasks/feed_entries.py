"""The entries of a feed as articles: received as at any door, so that those the desk has are not queued again."""

from dataclasses import replace

from sqlalchemy import ARRAY, Text, any_, literal, select

from models.article import Article
from models.feed import Feed
from models.session import statements
from models.stage import Lane
from nlp.formats import Document, Refused
from nlp.formats.polled import Polled
from tasks.errors import Unusable
from tasks.receive import check, key_of, receive

LIVE_AT_ONCE = 100  # of one reading; what else a long feed has is its past, and goes behind live articles


def receive_entries(feed: Feed, polled: Polled) -> tuple[int, list[Refused]]:
    """How many entries are new or changed, and those that were refused.

    An entry that only teases, of an article that the desk has, is none: it would replace the text by its link.
    """
    fine, refused = _checked(feed, polled)
    known = _known([document for document in fine if not document.body])
    wanted = [document for document in fine if document.body or key_of(document) not in known]
    received = receive(wanted[:LIVE_AT_ONCE]) + receive(wanted[LIVE_AT_ONCE:], Lane.BACKFILL)
    return sum(one.queued for one in received), refused


def _checked(feed: Feed, polled: Polled) -> tuple[list[Document], list[Refused]]:
    fine, refused = [], list(polled.refused)
    for document in polled.entries:
        try:
            fine.append(check(replace(document, source=feed.source or document.source)))
        except Unusable as error:
            refused.append(Refused(document.title[:80] or document.url[:80] or "an entry", str(error)))
    return fine, refused


def _known(teasers: list[Document]) -> set[str]:
    keys = any_(literal([key_of(teaser) for teaser in teasers], ARRAY(Text)))
    with statements() as db:
        return set(db.scalars(select(Article.key).where(Article.key == keys)))
