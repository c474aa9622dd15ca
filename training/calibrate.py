"""What enters a network's products, over real texts: the scales of int8 are fixed by it."""

import gzip
import json
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.likeness import lead
from nlp.sentences import split_sentences
from training.corpora import read_pool

Vector = NDArray[np.float32]
Row = tuple[Sequence[int], Sequence[int]]  # ids and token types of one text
Seen = dict[str, tuple[Vector, Vector]]  # by product: least and greatest value of each channel that enters it

_POOL, _PRESS = 400, 50  # sentences, articles


def sample(data: Path) -> tuple[list[str], list[str]]:
    """Sentences of the tagger's training part and of US Senate press releases, and the leads of the latter."""
    pool, _ = read_pool(data)
    sentences = [" ".join(s.words) for s in pool[:: len(pool) // _POOL]]
    with gzip.open(data / "bulk_senate_20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    leads = []
    for article in articles[:: len(articles) // _PRESS]:
        spans = split_sentences(article["text"])
        sentences += [article["text"][start:end] for start, end in spans]
        leads.append(lead(article["title"], article["text"], spans))
    return sentences, leads


def observe(network: Any, rows: Iterable[Row]) -> Seen:
    """Run the texts through a torch network, one at a time, and note what enters its linear layers."""
    torch.set_num_threads(1)
    seen: Seen = {}
    products = {
        name.removeprefix("bert."): module
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear) and "encoder" in name
    }
    hooks = [m.register_forward_pre_hook(partial(_widen, seen, name)) for name, m in products.items()]
    with torch.inference_mode():
        for ids, types in rows:
            network(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types]))
    for hook in hooks:
        hook.remove()
    return seen


def _widen(seen: Seen, name: str, _module: Any, entering: tuple[torch.Tensor]) -> None:
    values = entering[0].numpy()
    least, greatest = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    if name in seen:
        least, greatest = np.minimum(least, seen[name][0]), np.maximum(greatest, seen[name][1])
    seen[name] = least, greatest
