"""From a setting to its loaded engine. What an engine needs is imported when it is asked for."""

import gc
import os
from importlib import import_module
from importlib.util import find_spec

from config.engines import DEFAULT
from config.settings import Settings
from workers.engines import Embeds, Tags, Writes
from workers.lineage import of_names, of_vectors


def load_embedder(chosen: Settings) -> tuple[Embeds, str]:
    """The embedder and the lineage of what it makes. Raises CheckpointError, CannotLoad."""
    engine: Embeds
    if chosen.embedding_engine == DEFAULT:
        from workers.engines.embedder import Embedder

        engine = Embedder()
    else:
        from workers.engines.hub.chosen import load
        from workers.engines.hub.embedder import HubEmbedder

        engine = load("embedding_engine", chosen, lambda name, folder: HubEmbedder(name, folder, chosen.device))
    return engine, of_vectors(engine.name, engine.weights)


def load_tagger(chosen: Settings) -> tuple[Tags, str]:
    """The tagger and the lineage of what it finds. Raises CheckpointError, CannotLoad."""
    if chosen.entity_engine == DEFAULT:
        from workers.engines.tagger import Tagger

        default = Tagger()
        return default, of_names(default.name, default.weights)
    from workers.engines.hub.chosen import load
    from workers.engines.hub.tagger import HubTagger

    engine = load(
        "entity_engine", chosen, lambda name, folder: HubTagger(name, folder, chosen.entity_labels, chosen.device)
    )
    return engine, of_names(engine.name, engine.weights, [role.type for role in engine.roles])


def load_writer(chosen: Settings) -> Writes | None:
    """The writer, if summaries are to be written. Raises CannotLoad."""
    if chosen.summary_engine == DEFAULT:
        return None
    from workers.engines.hub.chosen import load
    from workers.engines.hub.writer import HubWriter

    return load("summary_engine", chosen, lambda name, folder: HubWriter(name, folder, chosen.device))


def import_before_fork(chosen: Settings) -> None:
    """Import what engines of the hub are made of, if there are any: children share it. Nothing is loaded or run."""
    if _any_of_hub(chosen) and find_spec("torch"):
        import_module("workers.engines.hub.network")
        gc.freeze()  # or the first collection of each child would copy all it shares


def use_one_thread(chosen: Settings) -> None:
    """Each process of several has one core; torch and its tokenizers would take all."""
    if _any_of_hub(chosen):
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        if find_spec("torch"):  # else loading says so
            import_module("torch").set_num_threads(1)


def _any_of_hub(chosen: Settings) -> bool:
    return any(engine != DEFAULT for engine in (chosen.summary_engine, chosen.entity_engine, chosen.embedding_engine))
