"""What may be said of an engine, and how what is wrong is refused."""

from pathlib import Path

import pytest

from config.engines import Source, source
from config.settings import SettingsError, settings

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("default", None),
        ("hub:facebook/bart-large-cnn", Source("hub", "facebook/bart-large-cnn")),
        ("hub:t5-small@refs/pr/3", Source("hub", "t5-small", "refs/pr/3")),
        (f"hub:a/b@{COMMIT}", Source("hub", "a/b", COMMIT)),
        ("path:/models/bart", Source("path", "/models/bart")),
        ("path:~/bart", Source("path", str(Path.home() / "bart"))),
        ("path:C@home", Source("path", "C@home")),
    ],
)
def test_an_engine_is_the_default_a_name_of_the_hub_or_a_folder(written, meant):
    assert source(written) == meant


@pytest.mark.parametrize("written", ["facebook/bart", "hub:", "hub:a/b/c", "hub:../b", "hub:a/b@", "path:", "http:x"])
def test_anything_else_is_refused_with_how_to_write_it(setting, written):
    setting(summary_engine=written)
    with pytest.raises(SettingsError, match=r"^COPYDESK_SUMMARY_ENGINE: write default, hub:OWNER/NAME@COMMIT or path:"):
        settings()


def test_a_bare_name_is_told_what_it_lacks(setting):
    setting(entity_engine="dslim/bert-base-NER")
    with pytest.raises(SettingsError, match=r"did you mean hub:dslim/bert-base-NER\?"):
        settings()


@pytest.mark.parametrize(("revision", "pinned"), [(None, False), ("main", False), ("v1.0", False), (COMMIT, True)])
def test_only_a_commit_pins(revision, pinned):
    assert Source("hub", "a/b", revision).is_pinned is pinned


def test_a_source_reads_as_it_was_written():
    for written in ("hub:a/b", f"hub:a/b@{COMMIT}", "path:/models/bart"):
        assert str(source(written)) == written


def test_labels_are_read_from_json(setting):
    setting(entity_labels='{"GPE": "LOC", "DATE": ""}')
    assert settings().entity_labels == {"GPE": "LOC", "DATE": ""}


@pytest.mark.parametrize(
    ("table", "what"),
    [("GPE=LOC", "it is no JSON"), ('["GPE"]', "valid dict"), ('{"GPE": "PLACE"}', "'GPE': 'PLACE': a type is PER")],
)
def test_a_wrong_table_of_labels_is_refused_by_name(setting, table, what):
    setting(entity_labels=table)
    with pytest.raises(SettingsError) as refused:
        settings()
    assert str(refused.value).startswith("COPYDESK_ENTITY_LABELS: ")
    assert what in str(refused.value)
