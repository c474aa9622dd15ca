"""Summaries against people's: `python -m bench.summary [--short] [--data FOLDER]`.

ROUGE (best reference of each document) on the news of GUM, in one run: ours, the first three sentences, TextRank
(sumy, of `make bench-setup`; left out when it is not installed), and ours with sentence vectors in place of words.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench.report import bar, print_report
from bench.rouge import ROUGE
from nlp.sentences import split_sentences
from nlp.spans import Span
from nlp.summary import candidates, choose
from workers.engines.embedder import Embedder
from workers.engines.summarizer import Summarizer

SENTENCES = 3
Document = tuple[str, str, list[str]]  # headline, text, references
Summarize = Callable[[str, str, Sequence[Span]], list[str]]  # headline, text and its sentences to a summary
OURS = Summarizer(SENTENCES)


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the same: it is short")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--genre", default="news")
    options = parser.parse_args()
    documents = _documents(options.data / "summ_gum_cc.jsonl", options.genre)
    ways: dict[str, Summarize] = {"lead-3": _first, "ours": _ours, "ours with sentence vectors": _vectors()}
    rows = {name: _rows(way, documents) for name, way in (ways | _textrank()).items()}
    means = {name: _means(found) for name, found in rows.items()}
    bars = [bar(f"{name}, not below lead-3", means["lead-3"][name], means["ours"][name]) for name in ROUGE]
    print_report(
        "summary",
        [*bars, bar("% of sentences verbatim at their offsets", 100.0, _verbatim(documents))],
        baseline={name: found for name, found in means.items() if name != "ours"},
        ours=means["ours"],
        versions={"summarizer": OURS.lineage},
        interval={"ours less lead-3, 95 % of resamples": _interval(rows["ours"], rows["lead-3"])},
        documents=len(documents),
    )


def _documents(file: Path, genre: str) -> list[Document]:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    found = []
    for row in rows:
        if genre in (row["genre"], "all"):
            title, _, text = row["article"].strip().partition("\n")
            found.append((title, text.strip(), row["references"]))
    return found


def _rows(way: Summarize, documents: list[Document]) -> list[dict[str, float]]:
    """The ROUGE scores of each document, in per cent."""
    rows = []
    for title, text, references in documents:
        chosen = way(title, text, split_sentences(text))
        rows.append({name: 100 * max(rouge(chosen, r) for r in references) for name, rouge in ROUGE.items()})
    return rows


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(sum(row[name] for row in rows) / len(rows), 1) for name in ROUGE}


def _interval(ours: list[dict[str, float]], lead: list[dict[str, float]]) -> dict[str, list[float]]:
    """Paired bootstrap over documents."""
    picks = np.random.default_rng(1).integers(0, len(ours), (10_000, len(ours)))
    found = {}
    for name in ROUGE:
        differences = np.array([a[name] - b[name] for a, b in zip(ours, lead, strict=True)])[picks].mean(axis=1)
        found[name] = [round(float(edge), 2) for edge in np.percentile(differences, [2.5, 97.5])]
    return found


def _verbatim(documents: list[Document]) -> float:
    """How many of our sentences are sentences of the text, at the offsets they carry, after a round through JSON."""
    good = total = 0
    for title, text, _ in documents:
        spans = split_sentences(text)
        chosen = json.loads(json.dumps([[c.start, c.end] for c in OURS.summarize(title, text, spans)]))
        shown = _ours(title, text, spans)
        total += len(shown)
        good += sum(Span(*at) in spans and text[slice(*at)] == said for at, said in zip(chosen, shown, strict=True))
    return round(100 * good / total, 1)


def _ours(title: str, text: str, spans: Sequence[Span]) -> list[str]:
    return [text[c.start : c.end] for c in OURS.summarize(title, text, spans)]


def _first(_title: str, text: str, spans: Sequence[Span]) -> list[str]:
    return [text[start:end] for start, end in spans[:SENTENCES]]


def _vectors() -> Summarize:
    """Our rule over the embedder's vectors."""
    embedder = Embedder()

    def way(title: str, text: str, spans: Sequence[Span]) -> list[str]:
        worth = candidates(text, spans)
        vectors = embedder.embed([title, *(text[c.start : c.end] for c in worth)])
        return [text[c.start : c.end] for c in choose(worth, vectors[0], vectors[1:], SENTENCES)]

    return way


def _textrank() -> dict[str, Summarize]:
    try:
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
        from sumy.summarizers.text_rank import TextRankSummarizer
    except ImportError:
        return {}

    class Words:
        """Our words, as sumy asks for them: its own tokenizer would download one."""

        def to_words(self, sentence: str) -> tuple[str, ...]:
            return tuple(sentence.lower().split())

    def way(_title: str, text: str, spans: Sequence[Span]) -> list[str]:
        document = ObjectDocumentModel([Paragraph([Sentence(text[a:b], Words()) for a, b in spans])])
        return [str(sentence) for sentence in TextRankSummarizer()(document, SENTENCES)]

    return {"TextRank (sumy)": way}


if __name__ == "__main__":
    main()
