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
_DENSE = ("attention.output.dense", "intermediate.dense", "output.dense")  # in the order of the network


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
    graph = onnx.load(file).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    whole = {name.removesuffix("_quantized") for name in stored if name.endswith("_quantized")}
    plain = {name: value for name, value in stored.items() if name.startswith("network.") and value.dtype == np.float32}
    found: dict[str, Any] = {
        name.removeprefix("network."): value
        for name, value in plain.items()
        if not name.endswith(("_scale", "_zero_point"))
    }
    for name in (n for n in whole if n.startswith("network.")):
        found[name.removeprefix("network.")] = _real(stored, name)
    products = [n.input[1].removesuffix("_quantized") for n in graph.node if n.op_type == "MatMulInteger"]
    for layer in range(LAYERS):
        base = f"{prefix}encoder.layer.{layer}."
        for dense, product in zip(_DENSE, products[3 * layer :], strict=False):
            found[f"{base}{dense}.weight"] = _real(stored, product).T
        weights = np.split(_real(stored, f"Attention_{layer}_qkv_weight"), 3, axis=1)
        biases = np.split(stored[f"Attention_{layer}_qkv_bias"], 3)
        for part, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
            found[f"{base}attention.self.{part}.weight"] = weight.T
            found[f"{base}attention.self.{part}.bias"] = bias
    if len(products) > 3 * LAYERS:
        found["classifier.weight"] = _real(stored, products[-1]).T
    return {name: torch.tensor(np.ascontiguousarray(value)) for name, value in found.items()}


def _real(stored: dict[str, Any], name: str) -> Any:
    """The numbers that the integers stand for; scales are per column."""
    zero = stored[f"{name}_zero_point"].astype(np.float32)
    return (stored[f"{name}_quantized"].astype(np.float32) - zero) * stored[f"{name}_scale"]
