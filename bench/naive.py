"""The desk as tutorials build it, a baseline: a chord of tasks an article, each with a `transformers.pipeline` in fp32.

`-A bench.naive`. Its texts travel through the broker, its results through a result backend and into one plain table.
"""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery, chord

from nlp.likeness import lead
from nlp.sentences import split_sentences
from workers.engines.summarizer import Summarizer

QUEUE = "naive"
app = Celery("naive", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(task_default_queue=QUEUE, worker_hijack_root_logger=False)


def send(article_id: int, title: str, text: str) -> None:
    """All three results of one article, then one row."""
    chord([summarize.s(title, text), tag.s(text), embed.s(title, text)])(save.s(article_id))


@lru_cache
def _pipeline(task: str, checkpoint: str) -> Any:
    import torch
    from transformers import pipeline

    torch.set_num_threads(1)  # a child per core, as in ours
    return pipeline(task, model=str(Path(os.environ["NAIVE_CHECKPOINTS"]) / checkpoint), device="cpu")


@app.task(name="naive.summarize")
def summarize(title: str, text: str) -> list[str]:
    """By the same rule as ours."""
    spans = split_sentences(text)
    return [text[c.start : c.end] for c in Summarizer(3).summarize(title, text, spans)]


@app.task(name="naive.tag")
def tag(text: str) -> list[list[str]]:
    """Sentence by sentence."""
    tagger = _pipeline("token-classification", "tagger")
    found = [tagger(text[a:b][:2000], aggregation_strategy="simple") for a, b in split_sentences(text)]
    return [[one["entity_group"], one["word"]] for names in found for one in names]


@app.task(name="naive.embed")
def embed(title: str, text: str) -> list[float]:
    """The mean of the lead's tokens."""
    embedder = _pipeline("feature-extraction", "embedder")
    found = embedder(lead(title, text, split_sentences(text)), return_tensors=True, truncation=True)
    vector: list[float] = found[0].mean(0).tolist()
    return vector


@app.task(name="naive.save")
def save(results: list[Any], article_id: int) -> None:
    """One connection and one row an article."""
    with psycopg.connect(os.environ["NAIVE_DATABASE"]) as db:
        db.execute("INSERT INTO naive (article_id, results) VALUES (%s, %s)", (article_id, json.dumps(results)))
