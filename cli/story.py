"""`copydesk stories` and `copydesk story`: what the desk's articles tell, and one of it."""

from typing import Annotated

import typer
from rich.console import Console

from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from cli.story_panel import stories_table, story_panel
from models.session import transaction
from tasks.errors import Unusable


def stories(
    least: Annotated[int, typer.Option(min=1, max=1_000_000, help="Articles that a story must have.")] = 2,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Stories to print.")] = 20,
    cursor: Annotated[str, typer.Option(help="Go on behind the page that gave this as `next`.")] = "",
    json: Json = False,
) -> None:
    """Print stories, the latest first."""
    from tasks.story_pages import page, place

    try:
        before = place(cursor) if cursor else None
    except ValueError as error:
        raise Unusable(f"{cursor[:40]} is no cursor: {error}.") from None
    find_services()
    with transaction() as db:
        found = page(db, least, limit, before)
    if json:
        print_json(found)
    else:
        Console().print(stories_table(found))


def story(story_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1)], json: Json = False) -> None:
    """Print a story with its names, sources, days, newest articles and history; by an old id of it, too."""
    from tasks.story_views import story_view

    find_services()
    with transaction() as db:
        view = story_view(db, story_id)
    if view is None:
        raise Unusable(f"There is no story {story_id}.")
    if json:
        print_json(view)
    else:
        Console().print(story_panel(view))
