"""The page of an article: its text with the summary and the names marked in it, and what is around it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import HTTPException
from fastapi.responses import HTMLResponse

from api.charts import timeline
from api.marks import Name, marked
from api.pages.render import Id, page, pages
from models.session import session
from tasks.headlines import headlines
from tasks.reading import article_view
from tasks.story_views import story_view

router = pages()
NAMES = 12  # of each type in the margin; the text marks all


@router.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
def show(article_id: Id, summary: bool = False) -> HTMLResponse:
    """The article; with `?summary=1` the summary is open from the start."""
    with session() as db:
        article = article_view(db, article_id)
        if article is None:
            raise HTTPException(404, f"There is no article {article_id}")
        story = story_view(db.connection(), article["story"]["id"]) if _is_told_by_others(article) else None
        related = _with_headlines(db.connection(), article)
    return page(
        "article.html",
        article=article,
        paragraphs=_paragraphs(article),
        open=summary,
        in_place=_is_of_this_text(article),
        story=story,
        chart=_chart(story) if story else None,
        beside={link["kind"]: link for link in article["neighbours"] if link["kind"] != "related"},
        related=related,
        names=_by_type(article["entities"]),
        most=NAMES,
    )


def _is_told_by_others(article: Mapping[str, Any]) -> bool:
    return article["story"] is not None and article["story"]["size"] > 1


def _is_of_this_text(article: Mapping[str, Any]) -> bool:
    """Whether the summary was made from the text shown: else its places are those of an older one."""
    return article["summary"] is not None and article["summary"]["version"] == article["version"]


def _paragraphs(article: Mapping[str, Any]) -> list[Any]:
    places = [(s["start"], s["end"]) for s in article["summary"]["sentences"]] if _is_of_this_text(article) else []
    names = [
        Name(mention["start"], mention["end"], entity["id"], entity["type"], entity["name"])
        for entity in article["entities"]
        for mention in entity["mentions"]
    ]
    return marked(article["text"] or "", places, names)


def _with_headlines(db: Any, article: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The related articles, each with its source and time as well; copies of the text have a place of their own."""
    published = article["also_published_by"]
    copies = {copy["article_id"] for copy in published["copies"]} if published else set()
    links = [link for link in article["neighbours"] if link["kind"] == "related" and link["article_id"] not in copies]
    shown = {row["id"]: row for row in headlines(db, [link["article_id"] for link in links])}
    return [{**shown[link["article_id"]], **link} for link in links if link["article_id"] in shown]


def _by_type(entities: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {"PER": [], "ORG": [], "LOC": [], "MISC": []}
    for entity in entities:
        found[entity["type"]].append(entity)
    return {type_: names for type_, names in found.items() if names}


def _chart(story: Mapping[str, Any]) -> Any:
    return timeline([(row["day"], row["articles"]) for row in story["timeline"]])
