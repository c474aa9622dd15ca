"""What results would say today of what made them: from settings and manifests, or from what workers have loaded."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from config.settings import settings
from models.lineage import Reported
from models.stage import Stage
from workers import today


@dataclass(frozen=True)
class Today:
    """The lineages of a stage's new results; none while no worker has loaded the engine that the settings name.

    `others` are those of the worker that was started last, where they are not the same: it has other settings.
    """

    lineages: tuple[str, ...]
    others: tuple[str, ...] = ()


def lineages(db: Connection | Session) -> dict[Stage, Today]:
    """For each stage."""
    known, words = today.lineages(settings()), today.engines(settings())
    rows = db.execute(select(Reported.stage, Reported.engine, Reported.lineages).order_by(Reported.reported_at)).all()
    said = {(row.stage, row.engine): tuple(row.lineages) for row in rows}
    last = {row.stage: tuple(row.lineages) for row in rows}
    found = {}
    for stage in Stage:
        ours = known.get(stage) or said.get((stage, words[stage]), ())
        others = last.get(stage, ours)
        found[stage] = Today(ours, () if others == ours else others)
    return found
