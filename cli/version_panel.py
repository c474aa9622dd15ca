"""The versions of an article and what changed, as people read it."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tasks.versions import Difference, Part

STYLES = {"added": ("+ ", "green"), "removed": ("- ", "red"), "same": ("  ", "dim")}


def versions_table(versions: list[dict[str, Any]]) -> Table:
    """A line a version, the newest first."""
    table = Table("Version", "Since", "Until", "Characters", "Title")
    for one in versions:
        until = f"{one['until']:%Y-%m-%d %H:%M}" if one["until"] else "now"
        since = f"{one['since']:%Y-%m-%d %H:%M}"
        table.add_row(str(one["version"]), since, until, f"{one['characters']:,}", Text(one["title"]))
    return table


def difference_lines(found: Difference) -> Group:
    """Headline and sentences, what is gone behind a minus, what is new behind a plus."""
    lines = [Text(f"version {found.old} to {found.new}", style="bold")]
    if found.old_title != found.new_title:
        lines += [_line("removed", found.old_title), _line("added", found.new_title)]
    lines += [line for part in found.parts for line in _lines(part)]
    if found.is_cut:
        lines.append(Text("The rest of the text is too long to be compared.", style="yellow"))
    return Group(*lines)


def _lines(part: Part) -> list[Text]:
    lines = [_line(part.kind, sentence) for sentence in part.text]
    left_out = part.sentences - len(part.text)
    if left_out:
        lines.insert(len(part.text) // 2, Text(f"  ... {left_out:,} unchanged ...", style="dim"))
    return lines


def _line(kind: str, sentence: str) -> Text:
    mark, style = STYLES[kind]
    return Text(mark + " ".join(sentence.split()), style=style)
