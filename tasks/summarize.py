"""The summary task."""

from functools import partial

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from models.stage import Stage
from models.summary import Kind, Summary, SummarySentence
from tasks.stages import Claim, Result, perform
from tasks.texts import CleanText, clean_text
from workers.app import app
from workers.engines import Writes
from workers.engines.written import Refused, lineage_of, written
from workers.runtime import Runtime, runtime


@app.task(name="article.summarize")
def summarize(article_id: int) -> None:
    """Write the article's summary, replacing any earlier one."""
    perform(article_id, Stage.SUMMARY, _summarize)


def _summarize(claim: Claim) -> Result:
    article, loaded = clean_text(claim.article_id), runtime()
    write = partial(_write, article_id=claim.article_id, version=claim.version)
    own = loaded.summarizer.lineage
    if loaded.writer is None:
        return Result(own, partial(write, kind=Kind.EXTRACTIVE, sentences=_chosen(article, loaded)))
    others = lineage_of(loaded.writer, loaded.tagger_lineage)
    try:
        return Result(others, partial(write, kind=Kind.ABSTRACTIVE, sentences=_written(loaded.writer, article, loaded)))
    except Refused as refusal:
        chosen = partial(write, kind=Kind.EXTRACTIVE, sentences=_chosen(article, loaded), reason=str(refusal))
        # Not `own` alone: what was made before the writer was set is stale, and this is not.
        return Result(f"{own} instead of {others}", chosen)


def _written(writer: Writes, article: CleanText, loaded: Runtime) -> list[SummarySentence]:
    found = written(writer, loaded.tagger, article.text, article.sentences)
    return [{"start": f.start, "end": f.end, "text": f.text, "score": round(f.score, 4)} for f in found]


def _chosen(article: CleanText, loaded: Runtime) -> list[SummarySentence]:
    text = article.text
    chosen = loaded.summarizer.summarize(article.title, text, article.sentences)
    return [{"start": c.start, "end": c.end, "text": text[c.start : c.end], "score": round(c.score, 4)} for c in chosen]


def _write(
    db: Connection,
    *,
    article_id: int,
    version: int,
    kind: Kind,
    sentences: list[SummarySentence],
    reason: str | None = None,
) -> None:
    row = {"version": version, "kind": kind, "sentences": sentences, "reason": reason}
    statement = insert(Summary).values(article_id=article_id, **row)
    values = {name: statement.excluded[name] for name in (*row, "created_at")}
    db.execute(statement.on_conflict_do_update(index_elements=[Summary.article_id], set_=values))
