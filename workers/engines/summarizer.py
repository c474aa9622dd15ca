"""The extractive summarizer: sentences are chosen, never rewritten."""

from collections.abc import Sequence

from nlp.spans import Span
from nlp.summary import RULE, Chosen, candidates, choose
from workers.engines import Embeds
from workers.lineage import lineage


class Summarizer:
    """Chooses sentences by their vectors, the headline and their position."""

    def __init__(self, embedder: Embeds, sentences: int) -> None:
        """`sentences` is the most a summary may have."""
        self.embedder = embedder
        self.most = sentences
        self.lineage = lineage(f"extractive/{embedder.name}", embedder.weights, sentences=sentences, rule=RULE)

    def summarize(self, title: str, text: str, sentences: Sequence[Span]) -> list[Chosen]:
        """At most `self.most` sentences in the order of the text; fewer for short articles, none without a sentence."""
        worth = candidates(text, sentences)
        if not worth:
            return []
        vectors = self.embedder.embed([title, *(text[c.start : c.end] for c in worth)])
        return choose(worth, vectors[0] if title else None, vectors[1:], self.most)
