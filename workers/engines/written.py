"""A summary in a writer's own words, kept only if the article has every name, number and quotation of it."""

from collections.abc import Sequence

from nlp import faithful, support
from nlp.sentences import split_sentences
from nlp.spans import Span
from nlp.support import Supported
from workers.engines import Tags, Writes
from workers.lineage import lineage

MOST_SHOWN = 8  # things that a refusal names


class CannotWrite(ValueError):
    """The writer has no summary of this text; the message says why. What it raises besides is a bug."""


class Refused(Exception):
    """The summary is not kept; the message says why."""


def lineage_of(writer: Writes, tagger_lineage: str) -> str:
    """Of summaries that the writer wrote and the tagger helped to check."""
    return lineage(writer.name, writer.weights, check=faithful.RULE, support=support.RULE, tagger=tagger_lineage)


def written(writer: Writes, tagger: Tags, text: str, sentences: Sequence[Span]) -> list[Supported]:
    """The sentences of the written summary, each with the place of the article that supports it. Raises Refused."""
    try:
        summary = " ".join(writer.write(text).split())
    except CannotWrite as reason:
        raise Refused(f"the writer has none: {reason}") from reason
    if not summary:
        raise Refused("the writer wrote nothing")
    if len(summary) >= len(text):
        raise Refused("what the writer wrote is no shorter than the article")
    missing = faithful.unsupported(text, summary, _names(tagger, summary))
    if missing:
        more = f" and {len(missing) - MOST_SHOWN} more" if len(missing) > MOST_SHOWN else ""
        raise Refused(f"names or numbers that the article does not have: {', '.join(missing[:MOST_SHOWN])}{more}")
    supported = support.support(text, sentences, summary)
    if not all(sentence.score for sentence in supported):
        raise Refused("a sentence that nothing in the article supports")
    return supported


def _names(tagger: Tags, summary: str) -> list[str]:
    sentences = [summary[start:end] for start, end in split_sentences(summary)]
    return [s[m.start : m.end] for s, found in zip(sentences, tagger.tag(sentences), strict=True) for m in found]
