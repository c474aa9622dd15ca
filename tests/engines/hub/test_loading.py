"""From settings to loaded engines: what makes their lineage, and what keeps them from being loaded."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from checkpoints import bart_writer, bert_embedder, bert_tagger, torch
from hubs import COMMIT, python, serving

from config.settings import settings
from workers.engines.hub.chosen import memory_kb
from workers.engines.hub.errors import CannotLoad
from workers.loading import load_embedder, load_tagger, load_writer
from workers.runtime import runtime
from workers.trial import _try


def bin_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut_short(folder: Path) -> None:
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])


def without_a_head(folder: Path) -> None:
    config = json.loads((bert_embedder(folder, 32) / "config.json").read_text())
    named = {"architectures": ["BertForTokenClassification"], "id2label": {"0": "O", "1": "PER"}}
    (folder / "config.json").write_text(json.dumps(config | named))


def without_a_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (bin_only, "it has no model.safetensors, only a .bin, which can hold code"),
        (cut_short, "it cannot be loaded ("),
        (without_a_head, "its weights lack classifier."),
        (without_a_tokenizer, "its tokenizer cannot be loaded ("),
    ],
)
def test_a_spoilt_checkpoint_is_refused_by_setting_and_cause(setting: Callable[..., None], tmp_path, spoil, what):
    spoil(bert_tagger(tmp_path))
    setting(entity_engine=f"path:{tmp_path}")
    with pytest.raises(CannotLoad) as refused:
        load_tagger(settings())
    assert str(refused.value).startswith(f"COPYDESK_ENTITY_ENGINE=path:{tmp_path}: {what}")
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_missed(setting: Callable[..., None], tmp_path):
    setting(embedding_engine=f"path:{bert_embedder(tmp_path)}", device="cuda")
    with pytest.raises(CannotLoad, match="torch finds no GPU"):
        load_embedder(settings())


def test_the_lineage_names_the_folder_its_content_and_the_types_of_the_labels(setting: Callable[..., None], tmp_path):
    setting(entity_engine=f"path:{bert_tagger(tmp_path / 'news-tagger')}")
    engine, first = load_tagger(settings())
    assert first.startswith(f"news-tagger@{engine.weights}+")
    assert load_tagger(settings())[1] == first
    setting(entity_labels='{"MISC": ""}')
    assert load_tagger(settings())[1] != first
    (tmp_path / "news-tagger" / "tokenizer_config.json").write_text("{}")
    setting(entity_labels="")
    assert load_tagger(settings())[0].weights != engine.weights


@pytest.fixture
def three(setting: Callable[..., None], tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., None]:
    """All engines are tiny checkpoints; the next test gets a runtime of its own."""
    request.addfinalizer(runtime.cache_clear)
    request.addfinalizer(lambda threads=torch.get_num_threads(): torch.set_num_threads(threads))
    runtime.cache_clear()
    setting(
        summary_engine=f"path:{bart_writer(tmp_path / 'writer')}",
        entity_engine=f"path:{bert_tagger(tmp_path / 'tagger')}",
        embedding_engine=f"path:{bert_embedder(tmp_path / 'embedder', 48)}",
    )
    return setting


def test_a_process_of_several_computes_on_one_thread_and_shares_nothing(three: Callable[..., None]):
    torch.set_num_threads(2)
    loaded = runtime()
    assert torch.get_num_threads() == 1
    assert loaded.batchers == () and loaded.writer is not None
    _try(loaded)


def test_threads_share_the_engines_of_the_hub_as_well(three: Callable[..., None]):
    alone = runtime()
    three(nlp_pool="threads")
    runtime.cache_clear()
    shared = runtime()
    assert len(shared.batchers) == 3
    assert (shared.embedder_lineage, shared.tagger_lineage) == (alone.embedder_lineage, alone.tagger_lineage)
    assert shared.writer and alone.writer and shared.writer.weights == alone.writer.weights
    _try(shared)


def test_each_child_is_given_memory_for_its_engines(three: Callable[..., None], tmp_path):
    weights = sum(file.stat().st_size for file in tmp_path.rglob("*.safetensors"))
    assert memory_kb(settings()) == 1_000_000 + 3 * weights // 1000
    three(summary_engine="default", entity_engine="default", embedding_engine="default")
    assert memory_kb(settings()) == 0
    assert load_writer(settings()) is None


FROM_THE_HUB = """
from config.settings import settings
from workers.engines.hub.chosen import prepare
from workers.loading import load_embedder
prepare(settings())
engine, lineage = load_embedder(settings())
print(lineage, engine.embed(["The storm hit Berlin."]).tolist())
"""


def test_an_engine_of_the_hub_is_that_of_its_folder_and_names_the_commit(setting: Callable[..., None], tmp_path):
    folder = bert_embedder(tmp_path / "tiny", 32, "cls")
    files = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    own = {"COPYDESK_DATA": str(tmp_path), "COPYDESK_EMBEDDING_ENGINE": "hub:desk/tiny"}
    with serving(files) as hub:
        said = python(FROM_THE_HUB, tmp_path / "cache", hub.address, **own).stdout
    setting(embedding_engine=f"path:{folder}")
    engine, lineage = load_embedder(settings())
    lineage = lineage.replace("tiny@", f"desk/tiny@{COMMIT[:12]}.")
    told, vectors = said.strip().split(" ", 1)
    assert told == lineage
    # Another process may share a sum out to other threads.
    assert np.allclose(json.loads(vectors), engine.embed(["The storm hit Berlin."]), atol=1e-6)
