"""Whether a checkpoint is of the kind that its setting asks for: seen in its files, before torch is imported."""

from importlib.util import find_spec

from nlp.labels import UnknownLabels, roles
from workers.engines.hub.errors import INSTALL
from workers.engines.hub.folder import Folder, Unfit
from workers.engines.hub.pooling import reading

PACKAGES = ("torch", "transformers", "safetensors")


def require_extra() -> None:
    """Raise Unfit when what engines of the hub need is not installed."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise Unfit(f"it needs {', '.join(missing)}, which the extra `torch` brings: {INSTALL}")


def require_writer(folder: Folder, labels: dict[str, str]) -> None:
    """Raise Unfit unless it is a sequence-to-sequence network."""
    if not _ends(folder, "ForConditionalGeneration"):
        raise Unfit(_other(folder, "a summary engine is a seq2seq network, such as BartForConditionalGeneration"))


def require_tagger(folder: Folder, labels: dict[str, str]) -> None:
    """Raise Unfit unless it is a token-classification network whose labels all have a type."""
    if not _ends(folder, "ForTokenClassification"):
        raise Unfit(_other(folder, "an entity engine is a token classifier, such as BertForTokenClassification"))
    try:
        roles(folder.labels, labels)
    except UnknownLabels as unknown:
        example = ", ".join(f'"{label}": "ORG"' for label in unknown.labels[:3])
        raise Unfit(
            f"what type are its labels {unknown}? Say so in COPYDESK_ENTITY_LABELS, as {{{example}}}: "
            'PER, ORG, LOC or MISC, or "" to drop a label'
        ) from None


def require_embedder(folder: Folder, labels: dict[str, str]) -> None:
    """Raise Unfit unless it is an encoder whose pooling we know."""
    generates = _ends(folder, "ForConditionalGeneration", "ForCausalLM", "LMHeadModel")
    if generates or folder.config.get("is_encoder_decoder"):
        raise Unfit(_other(folder, "an embedding engine is an encoder, such as BertModel or MPNetModel"))
    reading(folder)


def _ends(folder: Folder, *suffixes: str) -> bool:
    return any(name.endswith(suffixes) for name in folder.architectures)


def _other(folder: Folder, wanted: str) -> str:
    return f"it is a {' or '.join(folder.architectures) or 'network of no named architecture'}; {wanted}"
