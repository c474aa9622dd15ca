"""The extractive summarizer: sentences are chosen, never rewritten."""

from collections.abc import Sequence

from nlp.bags import bags
from nlp.spans import Span
from nlp.summary import Chosen, candidates, choose
from workers.lineage import of_chosen


class Summarizer:
    """Chooses sentences by their position, the headline's words and what is said already. No network is asked."""

    def __init__(self, sentences: int) -> None:
        """`sentences` is the most a summary may have."""
        self.most = sentences
        self.lineage = of_chosen(sentences)

    def summarize(self, title: str, text: str, sentences: Sequence[Span]) -> list[Chosen]:
        """At most `self.most` sentences in the order of the text; fewer for short articles, none without a sentence."""
        worth = candidates(text, sentences)
        if not worth:
            return []
        rows = bags([title, *(text[c.start : c.end] for c in worth)])
        return choose(worth, rows[0] if title else None, rows[1:], self.most)
