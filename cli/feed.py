"""`copydesk feed`: the feeds that the desk reads, and how each is."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from nlp.discovery import Found
from nlp.errors import Unreadable
from tasks.errors import Unusable

app = typer.Typer(help="The feeds that the desk reads.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(min=1, max=2**63 - 1)]
Source = Annotated[str, typer.Option(help="The outlet that its articles are given.")]
Every = Annotated[int | None, typer.Option(min=60, max=604_800, help="Seconds between readings; else as it has news.")]
_COLOURS = {"ok": "green", "failing": "red", "paused": "yellow", "new": "dim"}


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="A feed, or a page that names its feeds.")],
    source: Source = "",
    every: Every = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="All feeds that the page names.")] = False,
    look: Annotated[bool, typer.Option(help="Ask the site first. Without, give the feed's own address.")] = True,
    json: Json = False,
) -> None:
    """Read a feed from now on."""
    from tasks.feed_finding import find_feeds
    from tasks.feeds import subscribe

    find_services()
    found = find_feeds(url) if look else [Found(url, "")]
    chosen = found if all_of_them else found[:1]
    subscribed = subscribe(chosen, source, every)
    others = [feed.url for feed in found[len(chosen) :]]
    if json:
        print_json({"feeds": _added(chosen, subscribed), "others": others})
        return
    _print_added(chosen, subscribed)
    for other in others:
        print(f"also there: {other}")


@app.command("list")
def list_feeds(json: Json = False) -> None:
    """Print the feeds with their health."""
    from tasks.feeds import feeds

    find_services()
    found = feeds(limit=100_000)
    if json:
        print_json({"feeds": found})
    else:
        Console().print(_table(found))


@app.command()
def remove(feed_id: Id, json: Json = False) -> None:
    """Read a feed no more. Its articles stay."""
    from tasks import feeds

    find_services()
    _there(feed_id, feeds.remove(feed_id))
    if json:
        print_json({"removed": feed_id})


@app.command()
def pause(feed_id: Id, json: Json = False) -> None:
    """Leave a feed alone until it is resumed."""
    _changed(feed_id, json, paused=True)


@app.command()
def resume(feed_id: Id, json: Json = False) -> None:
    """Read a paused feed again, and at once."""
    _changed(feed_id, json, paused=False)


@app.command()
def change(
    feed_id: Id,
    url: Annotated[str | None, typer.Option(help="Its new address.")] = None,
    source: Annotated[str | None, typer.Option(help="The outlet that its articles are given.")] = None,
    every: Annotated[
        int | None, typer.Option(min=0, max=604_800, help="Seconds between readings; 0: by itself.")
    ] = None,
    json: Json = False,
) -> None:
    """Change a feed."""
    _changed(feed_id, json, url=url, source=source, every_seconds=every)


@app.command()
def poll(feed_id: Id, json: Json = False) -> None:
    """Let a feed be read at once, by the net worker of the desk that is up."""
    from tasks.feeds import make_due

    find_services()
    _there(feed_id, make_due(feed_id))
    _print(feed_id, json)


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export it, or -.")], json: Json = False
) -> None:
    """Read all feeds of an OPML file from now on."""
    from nlp.opml import MOST_BYTES, read_opml
    from tasks.feeds import subscribe

    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
        found = read_opml(data)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise Unusable(f"{file}: {error}.") from None
    find_services()
    subscribed = subscribe(found)
    if json:
        print_json({"feeds": _added(found, subscribed)})
    else:
        _print_added(found, subscribed)


@app.command("export")
def export_opml() -> None:
    """Print all feeds as OPML, for another desk or a feed reader."""
    from nlp.opml import write_opml
    from tasks.feeds import all_feeds

    find_services()
    print(write_opml(all_feeds()), end="")


def _changed(feed_id: int, json: bool, **wanted: Any) -> None:
    from tasks import feeds

    find_services()
    _there(feed_id, feeds.change(feed_id, feeds.Change(**wanted)))
    _print(feed_id, json)


def _print(feed_id: int, json: bool) -> None:
    from tasks.feeds import feed

    view = feed(feed_id)
    if json:
        print_json(view)
    elif view:
        Console().print(_table([view]))


def _there(feed_id: int, found: bool) -> None:
    if not found:
        raise Unusable(f"There is no feed {feed_id}.")


def _added(found: list[Found], subscribed: list[tuple[int, bool]]) -> list[dict[str, Any]]:
    pairs = zip(found, subscribed, strict=True)
    return [{"id": feed_id, "url": feed.url, "title": feed.title, "new": new} for feed, (feed_id, new) in pairs]


def _print_added(found: list[Found], subscribed: list[tuple[int, bool]]) -> None:
    for one in _added(found, subscribed):
        print(f"{'added' if one['new'] else 'known'} {one['id']}  {one['title'] or one['url']}")


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table("Id", "Health", "Feed", "Articles", "Last read", "What is wrong")
    for one in found:
        name = Text(f"{one['source'] or one['title'] or one['url']}\n{one['url']}")
        read = f"{one['polled_at']:%Y-%m-%d %H:%M}" if one["polled_at"] else "-"
        health = Text(one["health"], style=_COLOURS[one["health"]])
        wrong = Text(one["pause_reason"] or one["last_error"] or "")
        table.add_row(str(one["id"]), health, name, f"{one['articles']:,}", read, wrong)
    return table
