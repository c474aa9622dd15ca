"""A task of bench.batching that carries the ids of several articles: `-A bench.several`. Not part of the desk."""

from tasks.entities import tag_entities
from tasks.neighbours import link_neighbours
from tasks.summarize import summarize
from workers.process import app

__all__ = ["app"]

NAME = "bench.several"


@app.task(name=NAME)
def several(article_ids: list[int]) -> None:
    """All results of each article, one claim and one transaction at a time as in tasks of their own."""
    for article_id in article_ids:
        for task in (summarize, tag_entities, link_neighbours):
            task.run(article_id)
