"""`copydesk webhook`: who is told of what, what could not be delivered, and sending that again."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.desk import find_services
from cli.run import Json
from cli.show import print_json
from tasks.errors import Unusable

app = typer.Typer(help="Webhooks: other programs that are told of events.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(min=1, max=2**63 - 1)]
SHOWN_ONCE = "It signs what is sent, and is not shown again: give it to the receiver."


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where to send them, https best.")],
    event: Annotated[list[str] | None, typer.Option(help="article.done, article.failed, article.skipped; all.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only of these outlets.")] = None,
    json: Json = False,
) -> None:
    """Tell an address of events from now on, and print the secret that signs them."""
    from tasks import webhooks

    find_services()
    webhook_id, secret = webhooks.add(url, event or webhooks.EVENTS, source or ())
    _print_secret(webhook_id, secret, json)


@app.command("list")
def list_webhooks(json: Json = False) -> None:
    """Print the webhooks, and how their receivers are."""
    from tasks.webhooks import webhooks

    find_services()
    found = webhooks()
    if json:
        print_json({"webhooks": found})
    else:
        Console().print(_table(found))


@app.command()
def remove(webhook_id: Id, json: Json = False) -> None:
    """Tell it nothing more, and forget its deliveries."""
    from tasks import webhooks

    find_services()
    _there(webhook_id, webhooks.remove(webhook_id))
    if json:
        print_json({"removed": webhook_id})


@app.command()
def on(webhook_id: Id, json: Json = False) -> None:
    """Turn a webhook on again; it is told of what happens from now on."""
    _turn(webhook_id, json, on=True)


@app.command()
def off(webhook_id: Id, json: Json = False) -> None:
    """Turn a webhook off; what waits is sent once it is on again."""
    _turn(webhook_id, json, on=False)


@app.command()
def rotate(webhook_id: Id, json: Json = False) -> None:
    """Give it a new secret. The old one signs as well for a day."""
    from tasks import webhooks

    find_services()
    secret = webhooks.rotate(webhook_id)
    _there(webhook_id, secret)
    _print_secret(webhook_id, secret or "", json)


@app.command()
def dead(webhook_id: Id, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, json: Json = False) -> None:
    """Print deliveries that were given up, the latest first."""
    from tasks import webhooks

    find_services()
    _there(webhook_id, webhooks.webhook(webhook_id))
    found = webhooks.deliveries(webhook_id, "dead", limit=limit)
    if json:
        print_json({"deliveries": found})
        return
    for one in found:
        print(f"{one['id']}  article {one['article_id']}  {one['event']}  {one['last_error']}")


@app.command()
def replay(
    webhook_id: Id,
    delivery_id: Annotated[int | None, typer.Argument(min=1, max=2**63 - 1, help="One; else all dead ones.")] = None,
    json: Json = False,
) -> None:
    """Send dead deliveries again. Exit status 1 when there was nothing to send."""
    from tasks import webhooks

    find_services()
    _there(webhook_id, webhooks.webhook(webhook_id))
    replayed = webhooks.replay(webhook_id, delivery_id)
    if json:
        print_json({"replayed": replayed})
    else:
        print(f"{replayed} sent again")
    if not replayed:
        raise typer.Exit(1)


@app.command()
def test(webhook_id: Id, json: Json = False) -> None:
    """Send a test message now. Exit status 1 when the receiver did not take it."""
    from tasks.webhooks_attempt import try_out

    find_services()
    outcome = try_out(webhook_id)
    if outcome is None:
        raise Unusable(f"There is no webhook {webhook_id}.")
    if json:
        print_json({"delivered": outcome.delivered, "status": outcome.status, "error": outcome.error})
    else:
        print(outcome.error or f"delivered: the receiver answered with status {outcome.status}")
    if not outcome.delivered:
        raise typer.Exit(1)


def _turn(webhook_id: int, json: bool, *, on: bool) -> None:
    from tasks import webhooks

    find_services()
    _there(webhook_id, webhooks.change(webhook_id, webhooks.Wanted(active=on)))
    view = webhooks.webhook(webhook_id)
    if json:
        print_json(view)
    elif view:
        Console().print(_table([view]))


def _there(webhook_id: int, found: object) -> None:
    if not found:
        raise Unusable(f"There is no webhook {webhook_id}.")


def _print_secret(webhook_id: int, secret: str, json: bool) -> None:
    if json:
        print_json({"id": webhook_id, "secret": secret})
    else:
        print(f"webhook {webhook_id}\nsecret  {secret}\n{SHOWN_ONCE}")


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table("Id", "On", "Receiver", "Waiting", "Dead", "Delivered", "What is wrong")
    for one in found:
        about = Text(f"{one['url']}\n{', '.join([*one['events'], *one['sources']])}")
        when = f"{one['delivered_at']:%Y-%m-%d %H:%M}" if one["delivered_at"] else "-"
        wrong = Text(one["inactive_reason"] or one["last_error"] or "")
        counts = (f"{one['waiting']:,}", f"{one['dead']:,}")
        table.add_row(str(one["id"]), "yes" if one["active"] else "no", about, *counts, when, wrong)
    return table
