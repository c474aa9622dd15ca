"""The summary task."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from models.session import statements
from models.stage import Stage
from models.summary import Kind, Summary, SummarySentence
from tasks.claims import Claim
from tasks.reuse import summaries, twins
from tasks.stages import Result, Work, perform
from tasks.texts import CleanText, clean_texts
from workers.app import app
from workers.engines import Writes
from workers.engines.written import Refused, lineage_of, written
from workers.runtime import Runtime, runtime

_NEW = insert(Summary)
_SAVE = _NEW.on_conflict_do_update(
    index_elements=[Summary.article_id],
    set_={name: _NEW.excluded[name] for name in ("version", "kind", "sentences", "reason", "created_at")},
).returning(Summary.article_id)  # one statement for all rows, which an insert that returns nothing is not


@dataclass(frozen=True)
class Summarized:
    """A summary's sentences; `reason` says why a written one was refused for it."""

    kind: Kind
    sentences: list[SummarySentence]
    reason: str | None = None


@app.task(name="article.summarize")
def summarize(*article_ids: int) -> None:
    """Write the summary of each article, replacing any earlier one."""
    perform(article_ids, Work(Stage.SUMMARY, _read, _summarize, _write))


def _read(article_ids: Sequence[int]) -> dict[int, tuple[CleanText, Summarized | None]]:
    """Each article's text, and its summary where a writer has written one of another article with this text.

    To choose sentences costs less than to ask who has chosen them already.
    """
    texts = clean_texts(article_ids)
    if runtime().writer is None:
        return {i: (article, None) for i, article in texts.items()}
    with statements() as db:
        same = twins(db, article_ids, Stage.SUMMARY, *lineages_of(runtime()))
        known = summaries(db, same.values()) if same else {}
    return {i: (article, Summarized(*known[same[i]]) if i in same else None) for i, article in texts.items()}


def lineages_of(loaded: Runtime) -> tuple[str, ...]:
    """Of what is chosen, or written; and of what is chosen where what was written is refused."""
    own = loaded.summarizer.lineage
    if loaded.writer is None:
        return (own,)
    others = lineage_of(loaded.writer, loaded.tagger_lineage)
    return others, f"{own} instead of {others}"  # not `own` alone: what was made before the writer was set is stale


def _summarize(_: Claim, read: tuple[CleanText, Summarized | None]) -> tuple[str, Summarized]:
    article, known = read
    loaded = runtime()
    lineages = lineages_of(loaded)
    if known is not None:
        return lineages[0 if known.kind is Kind.ABSTRACTIVE else -1], known
    if loaded.writer is None:
        return lineages[0], Summarized(Kind.EXTRACTIVE, _chosen(article, loaded))
    try:
        return lineages[0], Summarized(Kind.ABSTRACTIVE, _written(loaded.writer, article, loaded))
    except Refused as refusal:
        return lineages[-1], Summarized(Kind.EXTRACTIVE, _chosen(article, loaded), str(refusal))


def _written(writer: Writes, article: CleanText, loaded: Runtime) -> list[SummarySentence]:
    found = written(writer, loaded.tagger, article.text, article.sentences)
    return [{"start": f.start, "end": f.end, "text": f.text, "score": round(f.score, 4)} for f in found]


def _chosen(article: CleanText, loaded: Runtime) -> list[SummarySentence]:
    text = article.text
    chosen = loaded.summarizer.summarize(article.title, text, article.sentences)
    return [{"start": c.start, "end": c.end, "text": text[c.start : c.end], "score": round(c.score, 4)} for c in chosen]


def _write(db: Connection, results: Sequence[Result[Summarized]]) -> None:
    rows = [
        {"article_id": result.claim.article_id, "version": result.claim.version, **vars(result.made)}
        for result in results
    ]
    if rows:
        db.execute(_SAVE, rows)
