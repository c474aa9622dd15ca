"""What a worker process has loaded: one frozen object, built in one place, handed to tasks by `runtime()`."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from celery.utils.dispatch import Signal

from config.settings import settings
from workers.batched import BatchedEmbedder, BatchedTagger, BatchedWriter
from workers.batching import Batcher
from workers.engines import Embeds, Summarizes, Tags, Writes
from workers.lineage import of_links
from workers.loading import load_embedder, load_tagger, load_writer, use_one_thread
from workers.pools import nlp_pool
from workers.remembering import RememberingTagger

engines_loaded = Signal(name="engines_loaded")  # sent by each worker process that has loaded them


@dataclass(frozen=True)
class Runtime:
    """The engines of this process and the lineage of what they make."""

    embedder: Embeds
    embedder_lineage: str
    links_lineage: str
    tagger: Tags
    tagger_lineage: str
    summarizer: Summarizes
    writer: Writes | None = None  # the summarizer is then for what the writer is refused
    batchers: tuple[Batcher[Any, Any], ...] = ()  # when threads share the engines


@lru_cache(maxsize=1)
def runtime() -> Runtime:
    """The engines, loaded at the first call of the process: never before a fork, since two threads would deadlock.

    Raises CheckpointError or CannotLoad, with one line for the user, when one cannot be loaded.
    """
    from workers.engines.summarizer import Summarizer

    chosen = settings()
    if nlp_pool(chosen) == "prefork":
        use_one_thread(chosen)
    embedder, embedder_lineage = load_embedder(chosen)
    tagger, tagger_lineage = load_tagger(chosen)
    loaded = Runtime(
        embedder=embedder,
        embedder_lineage=embedder_lineage,
        links_lineage=of_links(embedder.name, embedder.weights),
        tagger=RememberingTagger(tagger),
        tagger_lineage=tagger_lineage,
        summarizer=Summarizer(chosen.summary_sentences),
        writer=load_writer(chosen),
    )
    return loaded if nlp_pool(chosen) == "prefork" else _shared(loaded, chosen.stage_seconds)


def _shared(alone: Runtime, seconds: float) -> Runtime:
    """The same engines, each behind a batcher."""
    embedder, tagger = BatchedEmbedder(alone.embedder, seconds), BatchedTagger(alone.tagger, seconds)
    writer = BatchedWriter(alone.writer, seconds) if alone.writer else None
    batchers: list[Batcher[Any, Any]] = [embedder.batcher, tagger.batcher]
    if writer is not None:
        batchers.append(writer.batcher)
    return replace(alone, embedder=embedder, tagger=tagger, writer=writer, batchers=tuple(batchers))
