"""The settings: where they come from, how they are refused, and that nothing else reads the environment."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import PREFIX, Settings, SettingsError, settings

ROOT = Path(__file__).parents[2]
ADDRESSES = ("DATABASE_URL", "REDIS_URL")
SECRETS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Settings]]:
    """The settings read from these variables alone: `environment(COPYDESK_PORT="80")`."""
    for name in ADDRESSES + tuple(PREFIX + name.upper() for name in Settings.model_fields):
        monkeypatch.delenv(name, raising=False)

    def read(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        return settings()

    yield read
    monkeypatch.undo()
    settings.cache_clear()


def refusal(read: Callable[..., Settings], **variables: str) -> str:
    with pytest.raises(SettingsError) as refused:
        read(**variables)
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("COPYDESK_PROT", "COPYDESK_PORT"),
        ("COPYDESK_API_TOKN", "COPYDESK_API_TOKEN"),
        ("COPYDESK_SUMMARY_SENTENCE", "COPYDESK_SUMMARY_SENTENCES"),
        ("copydesk_hots", "COPYDESK_HOST"),
    ],
)
def test_a_misspelt_setting_is_an_error_that_names_the_nearest_one(environment, written, meant):
    said = refusal(environment, **{written: "hunter2-hunter2"})
    assert said == f"{written} is not a setting of Copydesk; did you mean {meant}?"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("COPYDESK_PORT", "99999", "less than or equal to 65535"),
        ("COPYDESK_PORT", "http", "valid integer"),
        ("COPYDESK_MIN_SCORE", "1.5", "less than or equal to 1"),
        ("COPYDESK_ATTEMPTS", "0", "greater than or equal to 1"),
        ("COPYDESK_FETCH_PRIVATE", "perhaps", "valid boolean"),
    ],
)
def test_a_wrong_value_names_its_variable_its_problem_and_itself(environment, name, value, what):
    said = refusal(environment, **{name: value})
    assert said.startswith(f"{name}: ")
    assert what in said
    assert value in said


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("DATABASE_URL", "mysql://desk:hunter2@db.example/desk", "must begin with postgresql"),
        ("DATABASE_URL", "hunter2", "must begin with postgresql"),
        ("DATABASE_URL", "postgresql://desk:hunter2/9@db.example/desk", "percent-encode"),
        ("REDIS_URL", "https://:hunter2@cache.example", "must begin with redis://"),
        ("REDIS_URL", "redis://:hunter2/9@cache.example", "percent-encode"),
        ("COPYDESK_API_TOKEN", "hunter2", "at least 8"),
        ("COPYDESK_FLOWER_PASSWORD", "hunter2", "at least 8"),
    ],
)
def test_a_wrong_secret_is_refused_by_name_and_is_not_repeated(environment, name, value, what):
    said = refusal(environment, **{name: value})
    assert said.startswith(f"{name}: ")
    assert what in said
    assert "hunter2" not in said


def test_an_empty_variable_counts_as_unset(environment):
    empty = dict.fromkeys((*ADDRESSES, "COPYDESK_API_TOKEN", "COPYDESK_HOST", "COPYDESK_PORT"), "")
    read = environment(**empty)
    assert (read.database_url, read.redis_url, read.api_token) == (None, None, None)
    assert (read.host, read.port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_a_postgresql_address_is_understood(environment, scheme):
    read = environment(DATABASE_URL=f"{scheme}://desk:pw@db.example:5433/desk?sslmode=require")
    assert read.database_url == SecretStr("postgresql+psycopg://desk:pw@db.example:5433/desk?sslmode=require")


@pytest.mark.parametrize("name", ["REDIS_URL", "COPYDESK_REDIS_URL"])
def test_the_addresses_are_read_from_their_usual_names_and_from_ours(environment, name):
    assert environment(**{name: "redis://cache.example/1"}).redis_url == SecretStr("redis://cache.example/1")


def test_by_default_nothing_is_open_to_other_machines(environment):
    read = environment()
    assert read.host == read.flower_host == "127.0.0.1"
    assert read.fetch_private is False


def test_every_setting_says_how_to_choose_it():
    assert [name for name, field in Settings.model_fields.items() if len(field.description or "") < 10] == []


def test_no_secret_has_a_default_or_is_shown(environment):
    assert {"database_url", "redis_url", "api_token", "flower_password"} <= set(SECRETS)
    assert {name: Settings.model_fields[name].default for name in SECRETS} == dict.fromkeys(SECRETS)
    assert "hunter2" not in repr(environment(COPYDESK_API_TOKEN="hunter2-hunter2"))


def test_only_config_reads_the_environment():
    packages = ("workers", "tasks", "models", "nlp", "api", "cli", "migrations")
    sources = [file for package in packages for file in (ROOT / package).rglob("*.py")]
    assert len(sources) > 50
    assert [f"{file.relative_to(ROOT)}:{line}" for file in sources for line in reads_of_environment(file)] == []


def test_the_search_for_readers_of_the_environment_finds_them(tmp_path):
    source = tmp_path / "reader.py"
    reads = ["os.getenv('A')", "os.environ['A']", "os.environ.get('A')", "dict(os.environ)", "from os import environ"]
    source.write_text("\n".join(["import os", *reads, "os.environ['A'] = 'writing is allowed'"]))
    assert reads_of_environment(source) == [2, 3, 4, 5, 6]


def reads_of_environment(file: Path) -> list[int]:
    """The lines that read a variable, or take the environment to read it elsewhere; `os.environ[..] = ..` does not."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    names = {"environ", "environb", "getenv", "getenvb"}
    written = [node.value for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
    taken = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in names and node not in written]
    imported = [node for node in nodes if isinstance(node, ast.ImportFrom) and names & {a.name for a in node.names}]
    return sorted(node.lineno for node in [*taken, *imported])
