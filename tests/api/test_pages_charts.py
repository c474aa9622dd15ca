"""The geometry of the charts: in the drawing, in order, true to the numbers."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.charts import HEIGHT, WIDTH, shares, timeline

ROWS = st.dictionaries(st.integers(0, 200), st.integers(1, 10**6), min_size=1, max_size=40).map(
    lambda days: [(date(2026, 1, 5) + timedelta(day), count) for day, count in sorted(days.items())]
)


@given(ROWS)
def test_bars_stand_in_the_drawing_in_order_of_time_and_do_not_touch(rows):
    bars = timeline(rows).bars
    assert [bar.value for bar in bars] == [count for _, count in rows]
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in bars)
    assert all(bar.y >= 0 and abs(bar.y + bar.height - HEIGHT) < 0.02 for bar in bars)
    assert all(one.x + one.width < other.x for one, other in pairwise(bars))
    assert max(bars, key=lambda bar: bar.value).height == HEIGHT


def test_days_without_articles_are_gaps_and_weeks_are_counted_as_weeks():
    days = timeline([(date(2026, 3, 2), 1), (date(2026, 3, 16), 2)]).bars
    weeks = timeline([(date(2026, 3, 2), 1), (date(2026, 3, 16), 2)], "week").bars
    assert round((days[1].x - days[0].x) / (weeks[1].x - weeks[0].x)) == 7


def test_a_chart_is_told_in_a_sentence():
    assert timeline([]) is None
    assert timeline([(date(2026, 3, 2), 1)]).says == "1 article, on 2 March 2026."
    two = timeline([(date(2026, 3, 2), 1), (date(2026, 3, 9), 3)], "week")
    assert two.says == "4 articles from 2 March 2026 to 9 March 2026; most, 3, in the week from 9 March 2026."


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), max_size=7))
def test_shares_fill_the_bar_and_no_more_and_show_what_is_little(counts):
    bars = shares(counts, sum(counts.values()))
    assert [bar.label for bar in bars] == [label for label, count in counts.items() if count]
    assert all(one.x + one.width <= other.x + 0.02 for one, other in pairwise(bars))
    assert not bars or abs(bars[-1].x + bars[-1].width - WIDTH) < 0.02
    assert all(bar.width > 2 for bar in bars)
