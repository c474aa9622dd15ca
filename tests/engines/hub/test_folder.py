"""A checkpoint is looked at before anything of it is loaded; what is refused is said with its mend."""

import json
import shutil
from pathlib import Path

import pytest

from workers.engines.hub import kinds
from workers.engines.hub.folder import Unfit, look
from workers.engines.hub.kinds import require_embedder, require_extra, require_tagger, require_writer

TAGGER = {"architectures": ["BertForTokenClassification"], "id2label": {"0": "O", "1": "B-PER"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a tagger, as far as they are looked at."""
    (tmp_path / "config.json").write_text(json.dumps(TAGGER))
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "tokenizer_config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def refusal(path: Path) -> str:
    with pytest.raises(Unfit) as refused:
        look(path)
    return str(refused.value)


def change(file: Path, **values: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_a_whole_folder_is_taken(folder):
    found = look(folder)
    assert found.architectures == ("BertForTokenClassification",)
    assert found.labels == ("O", "B-PER")
    assert found.size() == len(b"weights")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "gone") == "there is no such folder"


def test_weights_that_can_hold_code_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert refusal(folder).startswith("it has no model.safetensors, only a .bin, which can hold code: save it again")


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_of_its_own_is_refused(folder, file):
    change(folder / file, auto_map={"AutoModel": "modeling.Mine"})
    assert refusal(folder).startswith(f"it brings code of its own (auto_map in {file}), which Copydesk never runs")


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("config.json", "the folder has no config.json"),
        ("model.safetensors", "it has no model.safetensors: save it again"),
        ("tokenizer.json", "it has no tokenizer.json"),
    ],
)
def test_a_file_that_is_missing_is_named(folder, file, what):
    (folder / file).unlink()
    assert refusal(folder).startswith(what)


def test_weights_in_several_files_must_all_be_there(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    files = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}))
    assert refusal(folder).startswith("it has no model-00002-of-00002.safetensors")
    (folder / files["b"]).write_bytes(b"more")
    assert look(folder).size() == len(b"weightsmore")


@pytest.mark.parametrize("content", ["{", "3", "\udcff"])
def test_a_file_that_is_no_json_is_named(folder, content):
    (folder / "config.json").write_text(content, errors="surrogateescape")
    assert refusal(folder).startswith("its config.json ")


def test_the_identity_follows_all_that_is_read_and_nothing_else(folder, tmp_path_factory):
    first = look(folder).identity(1)
    (folder / "README.md").write_text("A tagger.")
    (folder / "trainer_state.json").write_text("{}")
    assert look(folder).identity(1) == first
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("copy") / "elsewhere")
    assert look(copy).identity(1) == first
    assert look(folder).identity(2) != first
    assert look(folder, "0123456789abcdef").identity(1) == f"0123456789ab.{first}"
    for file in ("model.safetensors", "config.json", "tokenizer.json"):
        before = look(folder).identity(1)
        (folder / file).write_bytes((folder / file).read_bytes() + b" ")
        assert look(folder).identity(1) != before


@pytest.mark.parametrize(
    ("require", "fits", "wanted"),
    [
        (require_writer, "T5ForConditionalGeneration", "a summary engine is a seq2seq network"),
        (require_tagger, "RobertaForTokenClassification", "an entity engine is a token classifier"),
        (require_embedder, "BertModel", "an embedding engine is an encoder"),
    ],
)
def test_the_wrong_kind_of_network_is_refused_by_its_name(folder, require, fits, wanted):
    change(folder / "config.json", architectures=[fits])
    require(look(folder), {})
    change(folder / "config.json", architectures=["GPT2LMHeadModel"])
    with pytest.raises(Unfit, match=f"it is a GPT2LMHeadModel; {wanted}"):
        require(look(folder), {})


def test_an_encoder_with_a_decoder_embeds_nothing(folder):
    change(folder / "config.json", architectures=["T5Model"], is_encoder_decoder=True)
    with pytest.raises(Unfit, match="it is a T5Model"):
        require_embedder(look(folder), {})


def test_labels_without_a_type_are_named_with_the_setting_and_an_example(folder):
    change(folder / "config.json", id2label={"0": "O", "1": "B-Gene", "2": "I-Gene"})
    with pytest.raises(Unfit) as refused:
        require_tagger(look(folder), {})
    assert 'what type are its labels Gene? Say so in COPYDESK_ENTITY_LABELS, as {"Gene": "ORG"}' in str(refused.value)
    require_tagger(look(folder), {"Gene": ""})


def test_modules_that_are_not_known_are_refused(folder):
    change(folder / "config.json", architectures=["BertModel"])
    (folder / "modules.json").write_text('[{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]')
    with pytest.raises(Unfit, match=r"modules that are not supported \(Dense\)"):
        require_embedder(look(folder), {})


def test_without_the_extra_the_line_that_installs_it_is_said(monkeypatch):
    monkeypatch.setattr(kinds, "find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(Unfit, match=r"it needs torch, which the extra .* brings: `make torch`.*'copydesk\[torch\]'"):
        require_extra()
