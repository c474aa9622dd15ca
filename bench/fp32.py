"""The shipped int8 checkpoints as fp32 ones, as a tutorial would load them. Needs onnx, torch and transformers."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertForTokenClassification, BertModel, PreTrainedTokenizerFast

from workers.engines.onnx import CHECKPOINTS, verify

LAYERS, WIDTH = 6, 384


def unpack(kind: str, folder: Path) -> Path:
    """Write the checkpoint `embedder` or `tagger` as a folder for `transformers.pipeline`."""
    manifest = verify(CHECKPOINTS / kind)
    labels = dict(enumerate(manifest.get("labels", [])))
    types = 4 if labels else 2
    names = {"id2label": labels, "label2id": {label: i for i, label in labels.items()}} if labels else {}
    config = BertConfig(
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=12,
        intermediate_size=4 * WIDTH,
        type_vocab_size=types,
        **names,
    )
    network = BertForTokenClassification(config) if labels else BertModel(config, add_pooling_layer=False)
    found = _weights(CHECKPOINTS / kind / "model.onnx", "bert." if labels else "")
    missing, unexpected = network.load_state_dict(found, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    network.save_pretrained(folder)
    file = str(CHECKPOINTS / kind / "tokenizer.json")
    marks = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_file=file, model_max_length=512, **marks).save_pretrained(folder)
    return folder


def _weights(file: Path, prefix: str) -> dict[str, torch.Tensor]:
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(file).graph.initializer}
    found: dict[str, Any] = {}
    for name, value in stored.items():
        if not name.endswith((".weight", ".bias")):
            continue
        if value.dtype == np.int8:  # a product: (in, out), a scale for each column, after a gain of what enters
            entered = name.replace("self.key", "self.query").replace("self.value", "self.query")
            gain = stored.get(f"{entered.removesuffix('.weight')}.gain", np.ones(len(value), np.float32))
            value = (value * stored[f"{name}.scale"] * gain[:, None]).T
        elif value.dtype == np.uint8:
            value = (value.astype(np.float32) - stored[f"{name}.zero"]) * stored[f"{name}.step"]
        elif name == "classifier.weight":
            value = value.T
        found[name if name.startswith("classifier") else prefix + name] = value
    return {name: torch.tensor(np.ascontiguousarray(value, dtype=np.float32)) for name, value in found.items()}
