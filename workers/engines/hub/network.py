"""Load the network and the tokenizer of a checkpoint that was looked at, and run it. Imports torch."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from nlp.packing import pack
from workers.engines.hub.folder import Folder, Unfit
from workers.metrics import passed

BUDGET = 4096  # padded tokens of one forward pass
_UNSAID = 512  # tokens read at once where neither network nor tokenizer has a limit
_NO_LIMIT = 1_000_000  # tokenizers without a limit say 1e30

Device = Literal["cpu", "cuda"]
Wanted = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class Network:
    """A network and its tokenizer, ready to run."""

    name: str
    weights: str  # the identity of the folder, and the precision where it is not single
    model: Any
    tokenizer: Any
    device: Device
    limit: int  # tokens read at once, with the marks around a text
    marks: tuple[list[int], list[int]]  # what the tokenizer puts around a text

    def padded(self, rows: Sequence[Sequence[int]]) -> dict[str, torch.Tensor]:
        """The inputs of one forward pass over texts given as token numbers."""
        width = max(map(len, rows))
        pad = self.tokenizer.pad_token_id or 0
        ids = [[*row, *[pad] * (width - len(row))] for row in rows]
        mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        tensors = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}
        return {name: tensor.to(self.device) for name, tensor in tensors.items()}

    def batches(self, rows: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], dict[str, torch.Tensor]]]:
        """Which rows go together, each with the inputs of its pass; every row once."""
        for batch in pack(map(len, rows), BUDGET):
            begun = time.perf_counter()
            yield batch, self.padded([rows[place] for place in batch])
            passed(self.name, len(batch), time.perf_counter() - begun)

    def array(self, tensor: torch.Tensor) -> NDArray[np.float32]:
        """The numbers in single precision. Raises FloatingPointError when they have overflowed."""
        numbers: NDArray[np.float32] = tensor.float().cpu().numpy()
        if not np.isfinite(numbers).all():
            raise FloatingPointError(f"{self.name} overflows in half precision: set COPYDESK_DEVICE=cpu")
        return numbers


def open_network(name: str, folder: Folder, kind: str, wanted: Wanted, rule: int) -> Network:
    """Load a folder as the class `kind` of transformers; `rule` is how its engine reads it. Raises Unfit.

    On a GPU in half precision: summarizers in bfloat16 where the GPU has it and else in single, since T5 and Pegasus
    overflow in fp16; the others in fp16.
    """
    device = _device(wanted)
    dtype = _precision(device, kind)
    _quiet()
    tokenizer = _tokenizer(folder, of_words=kind == "AutoModelForTokenClassification")
    model = _model(folder, kind, dtype, device)
    half = "" if dtype == torch.float32 else f".{str(dtype).removeprefix('torch.')}"
    limit = min(_positions(model), tokenizer.model_max_length if tokenizer.model_max_length < _NO_LIMIT else _NO_LIMIT)
    limit = limit if limit < _NO_LIMIT else _UNSAID
    return Network(name, folder.identity(rule) + half, model, tokenizer, device, limit, _marks(tokenizer))


def _device(wanted: Wanted) -> Device:
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise Unfit("COPYDESK_DEVICE=cuda, and torch finds no GPU: install a CUDA build of torch, or set it to auto")
    return "cuda" if there and wanted != "cpu" else "cpu"


def _precision(device: Device, kind: str) -> torch.dtype:
    if device == "cpu":
        return torch.float32
    if kind != "AutoModelForSeq2SeqLM":
        return torch.float16
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32


def _quiet() -> None:
    """What transformers says of checkpoints is not for the desk's log; what matters is raised."""
    transformers.utils.logging.set_verbosity(logging.CRITICAL)
    transformers.utils.logging.disable_progress_bar()


def _tokenizer(folder: Folder, of_words: bool) -> Any:
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False, "use_fast": True}
    if of_words:  # byte-level ones must see the space before each word
        options["add_prefix_space"] = True
    try:
        found = transformers.AutoTokenizer.from_pretrained(
            folder.path,
            split_special_tokens=True,  # "</s>" in an article is text
            padding_side="right",
            **options,
        )
    except Exception as error:  # of many classes, its own and those of tokenizers
        raise Unfit(f"its tokenizer cannot be loaded ({_first_line(error)})") from error
    if not found.is_fast:
        raise Unfit("its tokenizer has no tokenizer.json; save it again with transformers' save_pretrained")
    return found


def _model(folder: Folder, kind: str, dtype: torch.dtype, device: Device) -> Any:
    options = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True}
    try:
        model, found = getattr(transformers, kind).from_pretrained(
            folder.path, dtype=dtype, output_loading_info=True, **options
        )
        model.to(device).eval()
    except Exception as error:  # of many classes, its own, torch's and those of safetensors
        raise Unfit(f"it cannot be loaded ({_first_line(error)})") from error
    missing = sorted(key for key in found["missing_keys"] if "pooler." not in key)  # no engine here asks the pooler
    if missing:  # transformers would fill them with random numbers
        raise Unfit(f"its weights lack {missing[0]} and {len(missing) - 1} more: choose another, or save it again")
    return model


def _positions(model: Any) -> int:
    """How many places the network knows. Those that count from the padding's number on (RoBERTa, MPNet) have fewer."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            return int(module.num_embeddings - module.padding_idx - 1)
    found = getattr(model.config, "max_position_embeddings", None) or getattr(model.config, "n_positions", None)
    return int(found or _NO_LIMIT)


def _marks(tokenizer: Any) -> tuple[list[int], list[int]]:
    alone = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a")["input_ids"]
    at = next(i for i in range(len(whole)) if whole[i : i + len(alone)] == alone)
    return whole[:at], whole[at + len(alone) :]


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
