"""A worker that has loaded its engines says what it makes, for those who load none (tasks.lineages)."""

import logging
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from config.settings import settings
from models.lineage import Reported
from models.session import transaction
from models.stage import Stage
from tasks.summarize import lineages_of
from workers import today
from workers.runtime import Runtime, engines_loaded, runtime

log = logging.getLogger(__name__)


@engines_loaded.connect
def announce(**_: Any) -> None:
    """Of a child, or of a worker of threads. A database that is away keeps no worker from its work."""
    try:
        report(runtime())
    except DBAPIError as error:
        log.warning("what this worker makes could not be written down: %s", error.orig)


def report(loaded: Runtime) -> None:
    """Write down the lineages of what these engines make, by what the settings say of them."""
    made = {
        Stage.SUMMARY: lineages_of(loaded),
        Stage.ENTITIES: (loaded.tagger_lineage,),
        Stage.NEIGHBOURS: (loaded.links_lineage,),
    }
    words = today.engines(settings())
    new = insert(Reported)
    save = new.on_conflict_do_update(
        index_elements=[Reported.stage, Reported.engine],
        set_={"lineages": new.excluded.lineages, "reported_at": func.now()},
    )
    rows = [{"stage": stage, "engine": words[stage], "lineages": list(found)} for stage, found in sorted(made.items())]
    with transaction() as db:
        db.execute(save, rows)
