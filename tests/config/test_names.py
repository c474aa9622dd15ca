"""The names of our folders are ours alone: a dependency with a package `config` would shadow, or be shadowed."""

from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("workers", "tasks", "models", "config", "nlp", "api", "cli", "migrations")


def test_no_other_distribution_provides_a_package_of_our_names():
    provided = metadata.packages_distributions()
    assert len(provided) > 50
    others = {name: set(provided.get(name, [])) - {"copydesk"} for name in OURS}
    assert others == {name: set() for name in OURS}


def test_our_packages_are_imported_from_here():
    places = {name: Path(__import__(name).__file__ or "").parent for name in OURS}
    assert places == {name: ROOT / name for name in OURS}
