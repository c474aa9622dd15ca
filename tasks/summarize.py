"""The summary task."""

from functools import partial

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from models.stage import Stage
from models.summary import Summary, SummarySentence
from tasks.stages import Claim, Result, perform
from tasks.texts import clean_text
from workers.app import app
from workers.runtime import runtime


@app.task(name="article.summarize")
def summarize(article_id: int) -> None:
    """Write the article's summary, replacing any earlier one."""
    perform(article_id, Stage.SUMMARY, _summarize)


def _summarize(claim: Claim) -> Result:
    article = clean_text(claim.article_id)
    text = article.text
    chosen = runtime().summarizer.summarize(article.title, text, article.sentences)
    sentences: list[SummarySentence] = [
        {"start": c.start, "end": c.end, "text": text[c.start : c.end], "score": round(c.score, 4)} for c in chosen
    ]
    return Result(runtime().summarizer.lineage, partial(_write, claim=claim, sentences=sentences))


def _write(db: Connection, *, claim: Claim, sentences: list[SummarySentence]) -> None:
    statement = insert(Summary).values(article_id=claim.article_id, version=claim.version, sentences=sentences)
    new = statement.excluded
    values = {"version": new.version, "sentences": new.sentences, "created_at": new.created_at}
    db.execute(statement.on_conflict_do_update(index_elements=[Summary.article_id], set_=values))
