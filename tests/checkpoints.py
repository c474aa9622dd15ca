"""Tiny checkpoints with random weights, made here and saved as those of the hub are; needs the extra `torch`."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers", reason="without transformers; install it with: make torch")
torch = pytest.importorskip("torch", reason="without torch; install it with: make torch")

torch.set_num_threads(1)

from tokenizers.pre_tokenizers import ByteLevel  # noqa: E402
from transformers import (  # noqa: E402
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertForTokenClassification,
    BertModel,
    BertTokenizer,
    DistilBertConfig,
    DistilBertForTokenClassification,
    PegasusConfig,
    PegasusForConditionalGeneration,
    PegasusTokenizer,
    RobertaConfig,
    RobertaForTokenClassification,
    RobertaTokenizer,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

CHARACTERS = [chr(code) for code in range(33, 127)] + list("é“”’")
WORDS = [
    "the",
    "of",
    "to",
    "and",
    "in",
    "a",
    "Angela",
    "Merkel",
    "Berlin",
    "NATO",
    "storm",
    "said",
    "hit",
    "Florida",
    "port",
]
PARTS = (("layers", 1), ("attention_heads", 4))
HALVES = {f"{half}_{name}": n for half in ("encoder", "decoder") for name, n in PARTS}
CONLL = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]
SUBWORDS = CHARACTERS + [f"##{character}" for character in CHARACTERS]
SENTENCEPIECES = ["▁", *CHARACTERS, *(f"▁{word}" for word in WORDS)]


def save(folder: Path, model: Any, tokenizer: Any) -> Path:
    """The folder, as `save_pretrained` makes it."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def bert_tokenizer() -> Any:
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *SUBWORDS]
    return BertTokenizer({name: i for i, name in enumerate(dict.fromkeys(names))}, do_lower_case=False)


def byte_tokenizer() -> Any:
    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    return RobertaTokenizer({name: i for i, name in enumerate(names)}, [])


def t5_tokenizer() -> Any:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((piece, -2.0) for piece in SENTENCEPIECES)]
    return T5Tokenizer(pieces, extra_ids=0)


def pegasus_tokenizer() -> Any:
    named = [("<pad>", 0.0), ("</s>", 0.0), ("<mask_1>", 0.0), ("<mask_2>", 0.0), ("<unk>", 0.0)]
    return PegasusTokenizer([*named, *((piece, -2.0) for piece in SENTENCEPIECES)], offset=5)


def _encoder(labels: list[str], width: int, places: int) -> dict[str, Any]:
    named = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    size = {"hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 2 * width}
    return named | size | {"max_position_embeddings": places, "initializer_range": 0.3}


def bert_tagger(folder: Path, labels: list[str] = CONLL, places: int = 64) -> Path:
    tokenizer = bert_tokenizer()
    torch.manual_seed(1)
    config = BertConfig(vocab_size=len(tokenizer), **_encoder(labels, 32, places))
    return save(folder, BertForTokenClassification(config), tokenizer)


def distilbert_tagger(folder: Path, labels: list[str] = CONLL) -> Path:
    tokenizer = bert_tokenizer()
    torch.manual_seed(8)
    named = {name: value for name, value in _encoder(labels, 32, 64).items() if "label" in name}
    size = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "max_position_embeddings": 64}
    config = DistilBertConfig(vocab_size=len(tokenizer), initializer_range=0.3, **size, **named)
    return save(folder, DistilBertForTokenClassification(config), tokenizer)


def roberta_tagger(folder: Path, labels: list[str] = CONLL) -> Path:
    tokenizer = byte_tokenizer()
    torch.manual_seed(3)
    marks = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    config = RobertaConfig(vocab_size=len(tokenizer), **marks, **_encoder(labels, 32, 66))
    return save(folder, RobertaForTokenClassification(config), tokenizer)


def bert_embedder(folder: Path, width: int = 48, pooling: str | None = None) -> Path:
    """With the files of sentence-transformers if a pooling is named."""
    tokenizer = bert_tokenizer()
    torch.manual_seed(width)
    save(folder, BertModel(BertConfig(vocab_size=len(tokenizer), **_encoder([], width, 64))), tokenizer)
    if pooling is not None:
        names = enumerate(("Transformer", "Pooling", "Normalize"))
        kinds = [{"idx": i, "path": f"{i}_{kind}", "type": f"sentence_transformers.models.{kind}"} for i, kind in names]
        (folder / "modules.json").write_text(json.dumps(kinds))
        (folder / "1_Pooling").mkdir()
        modes = ("mean_tokens", "cls_token", "max_tokens", "lasttoken")
        switches = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in modes}
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": width} | switches))
    return folder


def bart_writer(folder: Path, places: int = 256) -> Path:
    tokenizer = byte_tokenizer()
    torch.manual_seed(4)
    model = BartForConditionalGeneration(_bart(tokenizer, 32, places))
    model.generation_config.max_new_tokens = 40
    return save(folder, model, tokenizer)


def _bart(tokenizer: Any, width: int, places: int, **more: Any) -> Any:
    wide = {"encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "max_position_embeddings": places, "init_std": 0.5}
    marks = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
    return BartConfig(vocab_size=len(tokenizer), d_model=width, **HALVES, **wide, **marks, **more)


def bart_that_writes(folder: Path, sentence: str) -> Path:
    """A BART whose weights make it write one sentence, whatever it reads."""
    tokenizer = byte_tokenizer()
    ids = tokenizer(sentence)["input_ids"][1:]  # to its end mark
    width = 4 * (len(tokenizer) // 4 + 1)
    model = BartForConditionalGeneration(_bart(tokenizer, width, 512))
    model.generation_config.max_new_tokens = len(ids) + 5
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if not name.endswith(("norm.weight", "norm_embedding.weight")):
                weights.zero_()  # each layer hands on what it is given
        model.model.shared.weight.copy_(torch.eye(width)[: len(tokenizer)])
        for place, token in enumerate(ids):  # BART counts places from 2 on
            model.model.decoder.embed_positions.weight[place + 2, token] = 100.0
    return save(folder, model, tokenizer)


def t5_writer(folder: Path) -> Path:
    tokenizer = t5_tokenizer()
    torch.manual_seed(5)
    size = {"d_model": 32, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 4, "n_positions": 128}
    task = {"summarization": {"prefix": "the storm: ", "max_length": 30, "num_beams": 2}}
    marks = {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    config = T5Config(vocab_size=len(tokenizer), task_specific_params=task, initializer_factor=5.0, **size, **marks)
    return save(folder, T5ForConditionalGeneration(config), tokenizer)


def pegasus_writer(folder: Path) -> Path:
    tokenizer = pegasus_tokenizer()
    torch.manual_seed(6)
    wide = {"encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "max_position_embeddings": 96, "init_std": 0.5}
    marks = {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    model = PegasusForConditionalGeneration(
        PegasusConfig(vocab_size=len(tokenizer), d_model=32, **HALVES, **wide, **marks)
    )
    model.generation_config.update(num_beams=2, max_length=24)
    return save(folder, model, tokenizer)
