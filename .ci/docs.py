"""Write the pages of API, commands and settings from the code, or fail when stale. Call: docs.py write|check."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from commands import commands

from api.app import create_app
from config.settings import PREFIX, Settings

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Made by `make docs` from the code: change it there. -->"
PROBLEMS = "application/problem+json"
Schema = dict[str, Any]


def api() -> Iterator[str]:
    """The page of the API: each call with what it takes and answers, then the forms."""
    spec = create_app().openapi()
    yield from ("# The HTTP API", "", NOTE, "", *_introduction(), "")
    for tag, calls in _by_tag(spec).items():
        yield from (f"## {tag.capitalize()}", "")
        for path, method, call in calls:
            yield from _call(path, method, call)
    yield from ("## Forms", "", "A field with `?` may be null or left out.", "")
    for name, schema in sorted(spec["components"]["schemas"].items()):
        yield from _form(name, schema)


def _introduction() -> list[str]:
    return [
        "A running desk has this as pages to try out at `/docs`, and as an OpenAPI 3.1 document at `/openapi.json`.",
        "Errors are problems as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) has them: `title`, `detail` (what",
        "to do) and, where fields are wrong, `errors` with the path of each.",
        "Keys: [operations.md](operations.md#keys).",
    ]


def _by_tag(spec: Schema) -> dict[str, list[tuple[str, str, Schema]]]:
    found: dict[str, list[tuple[str, str, Schema]]] = {}
    for path, methods in spec["paths"].items():
        for method, call in methods.items():
            found.setdefault((call.get("tags") or ["desk"])[0], []).append((path, method.upper(), call))
    return found


def _call(path: str, method: str, call: Schema) -> Iterator[str]:
    yield from (f"### {method} {path}", "", call.get("description") or call["summary"], "")
    given = call.get("parameters", [])
    if given:
        yield from ("| Parameter | Type | |", "| --- | --- | --- |")
        for one in given:
            needed = " (required)" if one.get("required") else ""
            default = f" Default: `{one['schema']['default']}`." if one["schema"].get("default") is not None else ""
            name = one["name"] if one["in"] == "query" else f"{one['name']}, in the {one['in']}"
            yield f"| {name}{needed} | {_type(one['schema'])} | {_cell(one.get('description', ''))}{default} |"
        yield ""
    if body := call.get("requestBody"):
        kinds = (f"`{kind}`: {_type(content.get('schema', {}))}" for kind, content in body["content"].items())
        yield from (f"Body: {'; '.join(kinds)}.", "")
    yield from (_answers(call["responses"]), "")


def _answers(responses: Schema) -> str:
    good, bad = [], []
    for status, response in responses.items():
        content = response.get("content", {})
        if PROBLEMS in content:
            bad.append(status)
        else:
            forms = ", ".join(_type(one.get("schema", {})) or f"`{kind}`" for kind, one in content.items())
            good.append(f"{status} {forms or response['description']}".rstrip("."))
    return f"Answers: {'; '.join(good)}." + (f" Problems: {', '.join(bad)}." if bad else "")


def _form(name: str, schema: Schema) -> Iterator[str]:
    yield from (f"### {name}", "", schema.get("description", ""), "")
    if "enum" in schema:
        yield from (", ".join(f"`{value}`" for value in schema["enum"]), "")
    if fields := schema.get("properties"):
        yield from ("| Field | Type | |", "| --- | --- | --- |")
        for field, one in fields.items():
            optional = "" if field in schema.get("required", []) and not _nullable(one) else "?"
            yield f"| {field}{optional} | {_type(one)} | {_cell(one.get('description', ''))} |"
        yield ""


def _nullable(schema: Schema) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", []))


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(one) for one in options if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {})) or 'anything'}"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return "" if schema["const"] is None else f"`{schema['const']}`"
    return str(schema.get("format") or schema.get("type") or "")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def settings() -> Iterator[str]:
    """The page of the settings, by group."""
    yield from (
        "# Settings",
        "",
        NOTE,
        "",
        "Environment variables. A misspelt one is an error that names the nearest.",
        "",
    )
    for group in Settings.__bases__:
        yield from (f"## {group.__doc__}", "", "| Variable | Default | |", "| --- | --- | --- |")
        for name in group.__annotations__:
            field = Settings.model_fields[name]
            shown = field.validation_alias or PREFIX + name.upper()
            yield f"| `{shown}` | {_default(field)} | {_cell(field.description or '')} |"
        yield ""


def _default(field: Any) -> str:
    if field.default_factory is not None:
        return "none" if isinstance(field.default_factory, type) else "depends on the machine"
    return "none" if field.default is None else f"`{json.dumps(field.default)}`"


PAGES = {"api.md": api, "cli.md": lambda: commands(NOTE), "settings.md": settings}

if __name__ == "__main__":
    made = {name: "\n".join(page()).rstrip() + "\n" for name, page in PAGES.items()}
    if sys.argv[1] == "write":
        for name, text in made.items():
            (DOCS / name).write_text(text, encoding="utf-8")
    else:
        stale = [name for name, text in made.items() if not (DOCS / name).exists() or (DOCS / name).read_text() != text]
        if stale:
            sys.exit(f"docs/{', docs/'.join(stale)} is not what the code says: run `make docs` and commit the result")
        sys.stdout.write("Pages made from the code are current\n")
