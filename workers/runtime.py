"""What a worker process has loaded: one frozen object, built in one place, handed to tasks by `runtime()`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from config.settings import settings
from nlp.aliases import RULE as ALIAS_RULE
from nlp.likeness import RULE as LEAD_RULE
from nlp.mentions import RULE as NAME_RULE
from nlp.pairs import RULE as PAIR_RULE
from nlp.stories import RULE as STORY_RULE
from nlp.terms import RULE as TERM_RULE
from workers.batched import BatchedEmbedder, BatchedTagger
from workers.batching import Batcher
from workers.engines import Embeds, Summarizes, Tags, Writes
from workers.lineage import lineage
from workers.pools import nlp_pool


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
    """The engines, loaded at the first call of the process: never before a fork, since two threads would deadlock."""
    from workers.engines.embedder import Embedder
    from workers.engines.tagger import Tagger

    if nlp_pool(settings()) == "prefork":
        return _runtime(Embedder(), Tagger())
    seconds = settings().stage_seconds
    embedder, tagger = BatchedEmbedder(Embedder(), seconds), BatchedTagger(Tagger(), seconds)
    return _runtime(embedder, tagger, embedder.batcher, tagger.batcher)


def _runtime(embedder: Embeds, tagger: Tags, *batchers: Batcher[Any, Any]) -> Runtime:
    from workers.engines.summarizer import Summarizer

    return Runtime(
        embedder=embedder,
        embedder_lineage=lineage(embedder.name, embedder.weights, rule=LEAD_RULE),
        links_lineage=lineage(
            embedder.name, embedder.weights, lead=LEAD_RULE, terms=TERM_RULE, pairs=PAIR_RULE, stories=STORY_RULE
        ),
        tagger=tagger,
        tagger_lineage=lineage(tagger.name, tagger.weights, rule=NAME_RULE, aliases=ALIAS_RULE),
        summarizer=Summarizer(settings().summary_sentences),
        batchers=batchers,
    )
