"""How an embedding checkpoint is read, as its files for sentence-transformers say."""

from typing import Any, Literal, NamedTuple

from workers.engines.hub.folder import Folder, Unfit

Pooling = Literal["mean", "cls"]
KNOWN: tuple[Pooling, ...] = ("mean", "cls")
MODULES = ("Transformer", "Pooling", "Normalize")  # a vector is always normalised here


class Reading(NamedTuple):
    """What becomes of the tokens' vectors, how many tokens are read (None: as many as fit), what is put before."""

    pooling: Pooling
    most: int | None
    prompt: str
    lower: bool


def reading(folder: Folder) -> Reading:
    """The mean of all tokens where the files do not say. Raises Unfit when they say what is not known here."""
    modules = folder.json("modules.json") or []
    unknown = {str(m.get("type")).rpartition(".")[2] for m in modules}.difference(MODULES)
    if unknown:
        raise Unfit(f"it has modules that are not supported ({', '.join(sorted(unknown))}): choose another")
    pooling = next((m["path"] for m in modules if str(m.get("type")).endswith("Pooling")), None)
    chosen = _modes(folder.json(f"{pooling}/config.json")) if pooling else ["mean"]
    settings, prompts = folder.json("sentence_bert_config.json"), folder.json("config_sentence_transformers.json")
    for known in KNOWN:
        if chosen == [known]:
            prompt = (prompts.get("prompts") or {}).get(prompts.get("default_prompt_name")) or ""
            return Reading(known, settings.get("max_seq_length"), prompt, bool(settings.get("do_lower_case")))
    raise Unfit(f"its pooling ({' and '.join(chosen) or 'none'}) is not supported, only {' or '.join(KNOWN)}")


def _modes(config: dict[str, Any]) -> list[str]:
    """The names of the poolings that are switched on; by default the mean."""
    if "pooling_mode" in config:
        named = config["pooling_mode"]
        return [named] if isinstance(named, str) else list(named)
    switches = {name: on for name, on in config.items() if name.startswith("pooling_mode_")}
    on = [name.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token") for name in switches]
    return [name for name, switched in zip(on, switches.values(), strict=True) if switched] if switches else ["mean"]
