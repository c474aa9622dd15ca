"""Who else published an article, and what each took over, as readers are told."""

from datetime import timedelta
from pathlib import Path

from stories import DAY, cut, put, story

from models.session import transaction
from tasks.copies import duplicates_of


def test_the_first_publisher_and_what_each_copy_has_of_it_are_told(desk: Path) -> None:
    whole = story(1)
    late = put("late", "By our own staff tonight. " + whole, published_at=DAY + timedelta(hours=5), source="Post")
    undated = put("undated", cut(whole, 0, 8), source="Blog")
    early = put("early", whole, published_at=DAY, source="Wire")
    with transaction() as db:
        found, first = duplicates_of(db, late), duplicates_of(db, early)
    assert found is not None and first is not None
    assert found.first_id == first.first_id == early
    assert [(copy.article_id, copy.source) for copy in found.copies] == [(early, "Wire"), (undated, "Blog")]
    assert [copy.article_id for copy in first.copies] == [late, undated]
    assert first.copies[1].share == 1.0 and 0.6 < first.copies[1].shared_back < 0.7
    assert first.copies[1].sentence == "100% of it is in the first one, by Wire, which has 33% besides"
    assert (found.articles, found.sources, found.independent_sources) == (3, 3, 1)
    assert first.sentence == "3 articles of 3 sources, about 1 of them independent; this article was first"


def test_a_correction_in_a_long_text_is_told(desk: Path) -> None:
    halves = story(1, 9), story(2, 9)
    put("wire", " They counted 14 boats. ".join(halves), published_at=DAY, source="Wire")
    corrected = put("post", " They counted 15 boats. ".join(halves), published_at=DAY + timedelta(hours=1))
    with transaction() as db:
        found = duplicates_of(db, corrected)
    assert found is not None and found.copies[0].sentence.endswith("; one has 15, the other 14")


def test_a_source_that_wrote_half_of_its_text_itself_counts_as_independent(desk: Path) -> None:
    put("wire", story(1, 8), published_at=DAY)
    own = put("own", story(1, 8) + " " + story(2, 10), published_at=DAY + timedelta(hours=1))
    with transaction() as db:
        found = duplicates_of(db, own)
    assert found is not None and found.independent_sources == 2


def test_equal_times_are_told_apart_by_the_name_of_the_source(desk: Path) -> None:
    one, two = (
        put("one", story(1), source="Post", published_at=DAY),
        put("two", story(1), source="Ledger", published_at=DAY),
    )
    with transaction() as db:
        found = duplicates_of(db, one)
    assert found is not None and found.first_id == two


def test_an_article_without_a_duplicate_has_none_to_show(desk: Path) -> None:
    alone = put("alone", story(1))
    with transaction() as db:
        assert duplicates_of(db, alone) is None
        assert duplicates_of(db, 999) is None
