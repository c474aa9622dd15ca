"""Lineage: which engine, weights and settings made a result. Known without loading an engine."""

import hashlib
import json
from collections.abc import Sequence

from nlp.aliases import RULE as ALIAS_RULE
from nlp.likeness import RULE as LEAD_RULE
from nlp.mentions import RULE as NAME_RULE
from nlp.pairs import RULE as PAIR_RULE
from nlp.stories import RULE as STORY_RULE
from nlp.summary import RULE as CHOICE_RULE
from nlp.terms import RULE as TERM_RULE

INGEST = "copydesk-ingest@2"  # raise it when the rules for cleaning change results


def lineage(name: str, weights: str, **choices: object) -> str:
    """`name@weights+settings`, the last two as short hashes."""
    fingerprint = hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()[:8]
    return f"{name}@{weights}+{fingerprint}"


def of_chosen(sentences: int) -> str:
    """Of summaries of at most so many of the article's own sentences."""
    return lineage("extractive/words", "rules", sentences=sentences, rule=CHOICE_RULE)


def of_names(name: str, weights: str, types: Sequence[str] | None = None) -> str:
    """Of entities found by this tagger; `types` are those of its labels, where they are not ours."""
    chosen = {} if types is None else {"types": list(types)}
    return lineage(name, weights, rule=NAME_RULE, aliases=ALIAS_RULE, **chosen)


def of_vectors(name: str, weights: str) -> str:
    """Of vectors made by this embedder."""
    return lineage(name, weights, rule=LEAD_RULE)


def of_links(name: str, weights: str) -> str:
    """Of links and stories made with the vectors of this embedder."""
    rules = {"lead": LEAD_RULE, "terms": TERM_RULE, "pairs": PAIR_RULE, "stories": STORY_RULE}
    return lineage(name, weights, **rules)
