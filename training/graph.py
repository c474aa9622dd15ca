"""Write a BERT network as the ONNX graph that the engines run: int8 products, their scales fixed beforehand or not.

Op by op, since the exporter's and ONNX Runtime's own fusions end in slower ops (docs/decisions/0009-kernel.md).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.calibrate import Seen, Vector

Entered = tuple[str, str, str]  # names: a value in 8 bits, its step, its zero
State = Mapping[str, NDArray[np.float32]]  # weights by their names in torch, without "bert."

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_HEADS = 12
_MICROSOFT = "com.microsoft"
_SHARE = 0.65  # of the width of what enters that the weights take over (docs/decisions/0009-kernel.md)
_LEAST = 1e-3
_EPSILON = 1e-12


def even_gain(least: Vector, greatest: Vector, weights: Sequence[Vector]) -> Vector:
    """Narrows wide channels at the expense of the weights, each (out, in), as SmoothQuant does (Xiao et al. 2023)."""
    width = np.maximum(np.maximum(-least, greatest), _LEAST)
    height = np.maximum(np.max([np.abs(w).max(axis=0) for w in weights], axis=0), _LEAST)
    gain = height ** (1 - _SHARE) / width**_SHARE
    even: Vector = (gain / np.exp(np.log(gain).mean())).astype(np.float32)
    return even


def span(least: Vector, greatest: Vector) -> tuple[np.float32, np.uint8]:
    """Step and zero of 8 bits that reach from the least of all to the greatest."""
    low, high = min(0.0, float(least.min())), max(0.0, float(greatest.max()))
    step = np.float32((high - low) / 255)
    return step, np.uint8(np.rint(-low / step))


def eight_bits(weight: Vector) -> tuple[NDArray[np.int8], Vector]:
    """Whole numbers from -127 to 127 and a scale for each column."""
    scale = (np.abs(weight).max(axis=0) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return np.rint(weight / scale).astype(np.int8), scale


class _Graph:
    """Nodes and constants, in the making. Without `seen`, scales follow the largest value of each call."""

    def __init__(self, state: State, seen: Seen | None) -> None:
        self.state, self.seen = state, seen
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[np.generic]] = {}

    def keep(self, name: str, value: NDArray[np.generic]) -> str:
        """Store a constant under its name."""
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def op(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: object) -> str:
        """Add a node; the name of its first output comes back, the others' are `:1`, `:2`."""
        name = f"{kind}_{len(self.nodes)}"
        names = [name, *(f"{name}:{n}" for n in range(1, outputs))]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=name, domain=domain, **attributes))
        return name

    def norm(self, x: str, name: str) -> str:
        """Layer normalisation."""
        parts = [self.keep(f"{name}.{part}", self.state[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self.op("LayerNormalization", x, *parts, axis=-1, epsilon=_EPSILON)

    def rows(self, name: str, choose: Callable[[str], str]) -> str:
        """Rows of a table of 8 bits, as fp32."""
        weight = self.state[name]
        step, zero = span(weight.min(axis=0), weight.max(axis=0))
        small = np.clip(np.rint(weight / step) + zero, 0, 255).astype(np.uint8)
        held = self.keep(f"{name}.step", np.array(step)), self.keep(f"{name}.zero", np.array(zero))
        return self.op("DequantizeLinear", choose(self.keep(name, small)), *held)

    def gain(self, *names: str) -> Vector:
        """Before products that take the same."""
        weights = [self.state[f"{name}.weight"] for name in names]
        return even_gain(*self.seen[names[0]], weights) if self.seen else np.ones(weights[0].shape[1], np.float32)

    def enter(self, x: str, name: str, gain: Vector, *, applied: bool = False) -> Entered:
        """x, times the gain unless that is applied, in 8 bits."""
        if self.seen is None:
            x = self.op("DynamicQuantizeLinear", x, outputs=3)
            return x, f"{x}:1", f"{x}:2"
        if not applied and (gain != 1).any():
            x = self.op("Mul", x, self.keep(f"{name}.gain", gain))
        step, zero = span(*(end * gain for end in self.seen[name]))
        held = self.keep(f"{name}.step", np.array(step)), self.keep(f"{name}.zero", np.array(zero))
        return self.op("QuantizeLinear", x, *held), *held

    def product(self, entered: Entered, name: str, before: Vector, after: Vector | float = 1) -> str:
        """An 8-bit product in whole numbers, scaled and moved to fp32; its weights undo one gain and apply another."""
        x, step, zero = entered
        small, scale = eight_bits(self.state[f"{name}.weight"].T / before[:, None] * after)
        held = self.keep(f"{name}.weight", small), self.keep(f"{name}.weight.scale", scale)
        bias = self.keep(f"{name}.bias", self.state[f"{name}.bias"] * np.float32(after))
        return self.op("MatMulIntegerToFloat", x, held[0], step, held[1], zero, "", bias, domain=_MICROSOFT)


def _embeddings(graph: _Graph) -> str:
    words, places, types = (f"embeddings.{part}_embeddings.weight" for part in ("word", "position", "token_type"))
    x = graph.rows(words, lambda table: graph.op("Gather", table, "input_ids"))
    end = graph.op("Shape", "input_ids", start=1, end=2)
    start = graph.keep("nought", np.array([0]))
    x = graph.op("Add", x, graph.rows(places, lambda table: graph.op("Slice", table, start, end)))
    kinds = graph.op("Gather", graph.keep(types, graph.state[types]), "token_type_ids")
    return graph.norm(graph.op("Add", x, kinds), "embeddings.LayerNorm")


def _attention(graph: _Graph, x: str, mask: str, layer: str) -> str:
    parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
    out = f"{layer}.attention.output.dense"
    before, leaving = graph.gain(*parts), graph.gain(out)
    entered = graph.enter(x, parts[0], before)
    found = [graph.product(entered, part, before) for part in parts[:2]]
    found.append(graph.product(entered, parts[2], before, leaving))  # applied to the values: no step of its own
    context = graph.op("MultiHeadAttention", *found, "", mask, domain=_MICROSOFT, num_heads=_HEADS)
    return graph.product(graph.enter(context, out, leaving, applied=True), out, leaving)


def _layer(graph: _Graph, x: str, mask: str, layer: str) -> str:
    # Add and LayerNormalization, not SkipLayerNormalization: that takes seven times as long
    x = graph.norm(graph.op("Add", _attention(graph, x, mask, layer), x), f"{layer}.attention.output.LayerNorm")
    wide, narrow = f"{layer}.intermediate.dense", f"{layer}.output.dense"
    gain, none = graph.gain(wide), np.ones(graph.state[f"{narrow}.weight"].shape[1], np.float32)
    inner = graph.op("Gelu", graph.product(graph.enter(x, wide, gain), wide, gain), domain=_MICROSOFT)
    inner = graph.product(graph.enter(inner, narrow, none), narrow, none)
    return graph.norm(graph.op("Add", inner, x), f"{layer}.output.LayerNorm")


def write(state: State, seen: Seen | None, output: str, path: Path) -> None:
    """Write the network: three int64 inputs (texts, tokens), one output (texts, tokens, width).

    With `seen` the scales are fixed, and a text's output does not depend on the others of its call.
    """
    graph = _Graph(state, seen)
    x = _embeddings(graph)
    mask = graph.op("Cast", "attention_mask", to=TensorProto.INT32)
    for layer in range(sum(name.endswith("intermediate.dense.weight") for name in state)):
        x = _layer(graph, x, mask, f"encoder.layer.{layer}")
    width = len(state["embeddings.LayerNorm.weight"])
    if "classifier.weight" in state:
        x = graph.op("MatMul", x, graph.keep("classifier.weight", state["classifier.weight"].T))
        x = graph.op("Add", x, graph.keep("classifier.bias", state["classifier.bias"]))
        width = len(state["classifier.bias"])
    graph.nodes[-1].output[0] = output
    onnx.save(_model(graph, output, width), path)


def _model(graph: _Graph, output: str, width: int) -> onnx.ModelProto:
    axes = ["texts", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in INPUTS]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*axes, width])]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.constants.items()]
    whole = helper.make_graph(graph.nodes, "network", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
    model = helper.make_model(whole, opset_imports=opsets, producer_name="copydesk", ir_version=8)
    onnx.checker.check_model(model)
    return model
