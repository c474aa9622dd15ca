"""`copydesk search`: articles by words, by meaning, or by both."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from cli import filtering
from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from models.session import transaction
from nlp.formats.encoding import scrub
from tasks.errors import Unusable
from tasks.search import MOST_ASKED, How


def search(
    query: Annotated[str, typer.Argument(help='Words as for a search engine: strike "night shift" or -port.')],
    how: Annotated[How, typer.Option(help="By words, by meaning, or by both.")] = "both",
    source: filtering.Source = None,
    since: filtering.Since = None,
    until: filtering.Until = None,
    language: filtering.Language = None,
    entity: filtering.EntityId = None,
    story: filtering.StoryId = None,
    state: filtering.InState = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Articles to print.")] = 10,
    json: Json = False,
) -> None:
    """Print the articles that answer best, each with the words found in it. Exit status 1 when there is none."""
    from tasks.search import search as look_for

    if not 1 <= len(query) <= MOST_ASKED or scrub(query) != query:
        raise Unusable(f"A query has 1 to {MOST_ASKED} characters, none of them NUL.")
    asked = filtering.filters(source, since, until, language, entity, story, state)
    find_services()
    with transaction() as db:
        found = look_for(db, query, how, asked, limit)
    if json:
        print_json({"articles": found})
    else:
        _print(found)
    if not found:
        raise typer.Exit(1)


def _print(found: list[dict[str, Any]]) -> None:
    console = Console()
    for article in found:
        console.print(Text.assemble((f"{article['id']}  {article['title']}", "bold")))
        where = " · ".join(part for part in (article["source"], f"{article['at']:%Y-%m-%d %H:%M} UTC") if part)
        console.print(Text(f"  {where}", style="dim"))
        console.print(Text("  ") + _passage(article["snippet"]))
    if not found:
        console.print("Nothing found. Try fewer words, or --how meaning.")


def _passage(snippet: dict[str, Any]) -> Text:
    passage = Text(snippet["text"])
    for start, end in snippet["matches"]:
        passage.stylize("bold yellow", start, end)
    return passage
