"""The figures of docs/neighbours.md, made again from the articles printed there, on the real engines."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.settings import Settings
from models.features import Features as Row
from models.session import session, transaction
from nlp import duplicates, pairs, stories, terms
from nlp.passages import LENGTH
from tasks import candidates, copies, story_views
from tasks.candidates import features_of_all
from tasks.reading import article_view

PAGE = (Path(__file__).parents[2] / "docs" / "neighbours.md").read_text()
BETWEEN_MACHINES = 0.004  # int8 kernels of different processors do not round alike


def _printed() -> list[dict[str, Any]]:
    """The two articles of the page."""
    found = re.findall(r"> \*\*(.+?)\*\* \((.+?), (\d+):00\)\n> (.+)\n", PAGE)
    return [
        {"title": title, "body": body, "source": source, "published": datetime(2026, 3, 2, int(hour), tzinfo=UTC)}
        for title, source, hour, body in found
    ]


def _view(article_id: int) -> dict[str, Any]:
    with session() as db:
        view = article_view(db, article_id)
    assert view is not None
    return view


def _without_likeness(why: dict[str, Any]) -> dict[str, Any]:
    sentence = re.sub(r"\d+% alike", "% alike", why["sentence"])
    return {name: value for name, value in why.items() if name != "cosine"} | {"sentence": sentence}


@pytest.fixture
def example(put: Callable[..., int]) -> list[int]:
    return [put(**facts) for facts in _printed()]


def test_the_link_of_the_example_is_as_printed(example: list[int]) -> None:
    [block] = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    said = json.loads(block)
    [link] = [link for link in _view(example[1])["neighbours"] if link["kind"] == "related"]
    assert _without_likeness(link["why"]) == _without_likeness(said["why"])
    found = link["score"], link["why"]["cosine"]
    assert found == pytest.approx((said["score"], said["why"]["cosine"]), abs=BETWEEN_MACHINES)
    told = int(re.findall(r"(\d+)% alike", said["why"]["sentence"])[0])
    assert told == round(100 * said["why"]["cosine"])


def test_the_parts_of_its_score_are_as_printed_and_add_up(example: list[int]) -> None:
    [line] = re.findall(r"The parts are (.+)\.\n", PAGE)
    words, vector, numbers, names = (float(x) for x in re.findall(r"(?:words|vectors|numbers|names) (\.\d+)", line))
    added, score = (float(x) for x in re.findall(r"(?:= |hours: )(\.\d+)", line))
    with transaction() as db:
        [lineage] = db.scalars(select(Row.lineage).distinct())
        one, other = (features for _, features in sorted(features_of_all(db, set(example), lineage).items()))
    found = pairs.parts([one], [other])
    exact = [float(part[0, 0]) for part in (found.words, found.numbers, found.names)]
    assert exact == pytest.approx([words, numbers, names], abs=0.0005)
    assert float(found.vector[0, 0]) == pytest.approx(vector, abs=BETWEEN_MACHINES)
    assert (4 * words + 2 * vector + 2 * numbers + names) / 9 == pytest.approx(added, abs=0.001)
    assert added * (1 - 1 / 576) == pytest.approx(score, abs=0.001)
    assert round(24 * pairs.FADE_DAYS / (5 * pairs.FADED)) == 576
    assert (pairs.WORDS, pairs.VECTOR, pairs.NUMBERS, pairs.NAMES) == (4 / 9, 2 / 9, 2 / 9, 1 / 9)


def test_the_copy_of_the_example_is_told_as_printed(put: Callable[..., int], example: list[int]) -> None:
    first = _printed()[0]
    kept = first["body"][: first["body"].index(" Nobody was hurt")]
    article_id = put(
        first["title"],
        "By our own staff. " + kept,
        source="Post",
        published=datetime(2026, 3, 2, 15, tzinfo=UTC),
    )
    found = _view(article_id)["also_published_by"]
    assert [copy["article_id"] for copy in found["copies"]] == [found["first_id"]] == [example[0]]
    [copy] = _view(example[0])["also_published_by"]["copies"]
    assert f"*{copy['why']['sentence']}*" in " ".join(PAGE.split())


def test_the_story_of_the_example_holds_both(example: list[int]) -> None:
    told = [_view(article_id)["story"] for article_id in example]
    assert [story["size"] for story in told] == [2, 2]
    assert told[1]["previous"]["article_id"] == example[0] and told[0]["next"]["article_id"] == example[1]


def test_the_bounds_that_the_page_names_are_those_of_the_code() -> None:
    page = " ".join(PAGE.split())
    nearest, sharing = candidates.MOST_NEAREST, candidates.MOST_BY_TERMS
    defaults = Settings.model_fields
    for said in (
        f"at most {nearest + sharing} others: the {nearest} whose vectors are nearest, and the {sharing} that share",
        f"most of its {terms.MOST_KEYS} heaviest terms (of each term the nearest {candidates.MOST_A_TERM} before and",
        f"cosine of the heaviest {terms.MOST_TERMS} terms",
        f"up to {pairs.FADE_DAYS:.0f} days",
        f"`COPYDESK_MIN_SCORE` ({defaults['min_score'].default:.2f}) on",
        f"{duplicates.SHARE * 100:.0f} % or more of one's words",
        f"{duplicates.LEAST_SHARE * 100:.0f} % of the other's",
        f"fewer than {duplicates.DIFFERING} places",
        f"within {duplicates.DAYS} days of each other, or {duplicates.VERBATIM * 100:.0f} % of both",
        f"the earliest {copies.SHOWN} shown",
        f"it scores {stories.TOUCHES} or more with",
        f"the {stories.MOST_MEMBERS} newest members of each",
        f"its newest {story_views.MOST_ARTICLES} articles",
    ):
        assert said in page, said
    assert (stories.MOST_STORIES, LENGTH, copies.OWN) == (4, 3, 0.5)  # "four", "three", "half"
