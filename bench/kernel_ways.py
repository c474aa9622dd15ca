"""The shipped weights under several runtimes, each a function from texts to the network's outputs.

Others than ours need onnx, torch and transformers, and each its own package: openvino with nncf, or ctranslate2.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from workers.engines.onnx import CHECKPOINTS, Checkpoint, Text, open_checkpoint

Run = Callable[[Sequence[Text]], Any]  # one call, padded to the longest
_LAYOUT = ("input_ids", "attention_mask", "token_type_ids")


def padded(texts: Sequence[Text]) -> dict[str, NDArray[np.int64]]:
    """The inputs of a call: numbers, mask and types, each of shape (texts, tokens)."""
    inputs = {name: np.zeros((len(texts), max(len(ids) for ids, _ in texts)), dtype=np.int64) for name in _LAYOUT}
    for row, (ids, types) in enumerate(texts):
        for name, values in zip(_LAYOUT, (ids, 1, types), strict=True):
            inputs[name][row, : len(ids)] = values
    return inputs


def shipped(kind: str, _folder: Path, _texts: Sequence[Text]) -> Run:
    """As the engines run it."""
    return open_checkpoint(CHECKPOINTS / kind).run


def fixed(kind: str, folder: Path, texts: Sequence[Text]) -> Run:
    """The same graph with the scales fixed by some texts."""
    from training.export import quantise

    quantise(_network(kind, folder), list(texts), "out", folder / "fixed.onnx")
    return Checkpoint("", "", {}, _session(folder / "fixed.onnx"), open_checkpoint(CHECKPOINTS / kind).tokenizer).run


def optimizer(kind: str, folder: Path, _texts: Sequence[Text]) -> Run:
    """ONNX Runtime's own way: fused by its optimizer, then quantised dynamically. The baseline, version 1 of ours."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from training.export import export

    export(_network(kind, folder), "out", folder / "fused.onnx")
    extra = {"DefaultTensorType": 1}
    files = folder / "fused.onnx", folder / "dynamic.onnx"
    quantize_dynamic(*files, per_channel=True, weight_type=QuantType.QInt8, extra_options=extra)
    session = _session(folder / "dynamic.onnx")
    return lambda texts: session.run(None, padded(texts))[0]


def openvino_dynamic(kind: str, folder: Path, _texts: Sequence[Text]) -> Run:
    """Weights int8, activations in groups of 384 channels with scales of their own."""
    import nncf

    model = nncf.compress_weights(_plain(kind, folder), mode=nncf.CompressWeightsMode.INT8_SYM)
    return _openvino(model, DYNAMIC_QUANTIZATION_GROUP_SIZE="384")


def openvino_fixed(kind: str, folder: Path, texts: Sequence[Text]) -> Run:
    """NNCF's post-training quantisation for transformers."""
    import nncf

    seen = nncf.Dataset([padded([text]) for text in texts])
    model = nncf.quantize(_plain(kind, folder), seen, model_type=nncf.ModelType.TRANSFORMER, subset_size=len(texts))
    return _openvino(model)


def ctranslate2_int8(kind: str, folder: Path, _texts: Sequence[Text]) -> Run:
    """Scales of each token; without the tagger's head, which costs next to nothing."""
    import ctranslate2
    from transformers import BertConfig, BertModel

    BertConfig.position_embedding_type = "absolute"  # the converter wants it said; transformers 5 no longer does
    BertModel.from_pretrained(folder / "torch").save_pretrained(folder / "body")
    (folder / "body/tokenizer.json").write_bytes((folder / "torch/tokenizer.json").read_bytes())
    (folder / "body/tokenizer_config.json").write_bytes((folder / "torch/tokenizer_config.json").read_bytes())
    converter = ctranslate2.converters.TransformersConverter(str(folder / "body"))
    converter.convert(str(folder / "ctranslate2"), quantization="int8", force=True)
    encoder = ctranslate2.Encoder(str(folder / "ctranslate2"), compute_type="int8", intra_threads=1, inter_threads=1)

    def run(texts: Sequence[Text]) -> Any:
        ids, types = [list(ids) for ids, _ in texts], [list(types) for _, types in texts]
        return np.array(encoder.forward_batch(ids, token_type_ids=types).last_hidden_state)

    return run


WAYS: dict[str, Callable[[str, Path, Sequence[Text]], Run]] = {
    "ours, shipped": shipped,
    "ours, fixed scales": fixed,
    "ONNX Runtime's optimizer, dynamic": optimizer,
    "OpenVINO, dynamic": openvino_dynamic,
    "OpenVINO, fixed scales": openvino_fixed,
    "CTranslate2": ctranslate2_int8,
}


def _network(kind: str, folder: Path) -> Any:
    from transformers import BertForTokenClassification, BertModel

    if kind == "tagger":
        return BertForTokenClassification.from_pretrained(folder / "torch", attn_implementation="eager").eval()
    return BertModel.from_pretrained(folder / "torch", attn_implementation="eager", add_pooling_layer=False).eval()


def _plain(kind: str, folder: Path) -> Any:
    """The network as OpenVINO reads it: its frontend knows no operators of Microsoft's."""
    import openvino

    from training.export import export_plain

    export_plain(_network(kind, folder), "out", folder / "plain.onnx")
    return openvino.Core().read_model(folder / "plain.onnx")


def _openvino(model: Any, **options: str) -> Run:
    import openvino

    one = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(model, "CPU", one | options).create_infer_request()
    return lambda texts: request.infer(padded(texts))[0]


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
