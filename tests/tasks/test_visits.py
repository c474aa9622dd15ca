"""Being a good guest: robots.txt as RFC 9309 has it, and a rate per host that all processes keep together."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sites import PAGE, Site, open_site
from sqlalchemy import text

from models.session import session, statements
from models.stage import Stage, StageRow, State
from nlp.formats import Document
from tasks.errors import Later, Unreachable, Unusable
from tasks.fetch import fetch
from tasks.ingest import ingest
from tasks.politeness import LONGEST_WAIT, forget_hosts, take_turn
from tasks.queue import messages
from tasks.receive import receive
from tasks.robots import MOST_BYTES, concerning_us, rules_for
from tasks.visits import Visit


@pytest.fixture
def site(desk, setting: Callable[..., None]) -> Iterator[Site]:
    """A site on this machine that may be asked as often as one likes."""
    setting(fetch_private=True, host_seconds=0)
    with open_site() as site:
        yield site


def _sql(statement: str) -> None:
    with statements() as db:
        db.execute(text(statement))


def _asked(site: Site) -> int:
    return sum(request.path == "/robots.txt" for request in site.requests)


def test_what_robots_txt_forbids_is_not_entered_and_what_it_allows_is(site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\nAllow: /private/press\n")
    visit = Visit()
    visit.enter(f"{site.address}/story")
    visit.enter(f"{site.address}/private/press/1")
    with pytest.raises(Unusable, match=r"/private/1 is not to be fetched, says the robots\.txt"):
        visit.enter(f"{site.address}/private/1")
    assert _asked(site) == 1


def test_a_group_of_our_own_goes_before_that_of_everyone(site):
    site.page("/robots.txt", b"User-agent: *\nAllow: /\n\nUser-agent: copydesk/2.0\nDisallow: /\n")
    with pytest.raises(Unusable):
        Visit().enter(f"{site.address}/story")


def test_a_user_of_his_own_sites_can_turn_robots_off(site, setting):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /\n")
    setting(obey_robots=False)
    Visit().enter(f"{site.address}/story")
    assert site.requests == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_a_robots_txt_all_is_allowed(site, status):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /\n", status)
    Visit().enter(f"{site.address}/story")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_while_robots_txt_cannot_be_had_nothing_is_allowed_and_it_is_asked_for_again_later(site, status):
    site.page("/robots.txt", b"", status)
    for _ in range(2):
        with pytest.raises(Unreachable, match=rf"robots\.txt cannot be read now \(status {status}\)"):
            Visit().enter(f"{site.address}/story")
    assert _asked(site) == 1
    _sql("update robots set stale_at = now()")
    site.page("/robots.txt", b"")
    Visit().enter(f"{site.address}/story")


def test_rules_from_earlier_count_while_a_site_is_in_trouble(site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    Visit().enter(f"{site.address}/story")
    _sql("update robots set stale_at = now()")
    site.page("/robots.txt", b"", 503)
    Visit().enter(f"{site.address}/story")
    with pytest.raises(Unusable):
        Visit().enter(f"{site.address}/private")


def test_redirects_of_robots_txt_are_followed_and_a_circle_of_them_is_none(site):
    site.page("/robots.txt", b"", 301, location="/rules")
    site.page("/rules", b"User-agent: *\nDisallow: /\n")
    with pytest.raises(Unusable):
        Visit().enter(f"{site.address}/story")
    _sql("delete from robots")
    site.page("/rules", b"", 302, location="/robots.txt")
    Visit().enter(f"{site.address}/story")


def test_of_a_huge_robots_txt_only_the_beginning_counts(site):
    rules = b"User-agent: *\nDisallow: /early\n".ljust(MOST_BYTES, b"#") + b"\nDisallow: /late\n"
    site.page("/robots.txt", rules)
    Visit().enter(f"{site.address}/late")
    with pytest.raises(Unusable):
        Visit().enter(f"{site.address}/early")


def test_groups_of_others_cost_nothing_however_many_there_are():
    agents = "".join(f"User-agent: a{n}\n" for n in range(20_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(20_000))
    assert set(concerning_us(agents + rules).splitlines()[:20_000]) == {"User-agent: somebody-else"}


def test_a_host_is_asked_once_and_the_next_ones_come_back_a_gap_apart(desk):
    take_turn("news.example", 5)
    waits = []
    for _ in range(3):
        with pytest.raises(Later) as told:
            take_turn("news.example", 5)
        waits.append(told.value.seconds)
    assert waits == pytest.approx([5, 10, 15], abs=1)
    take_turn("other.example", 5)


def test_of_many_who_ask_at_once_one_has_its_turn(desk):
    def ask(_: int) -> bool:
        try:
            take_turn("news.example", 60)
        except Later:
            return False
        return True

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(ask, range(24))) == 1


def test_nobody_is_told_to_wait_for_longer_than_a_message_may(desk):
    take_turn("news.example", 60)
    for _ in range(20):
        with pytest.raises(Later) as told:
            take_turn("news.example", 60)
        assert told.value.seconds <= LONGEST_WAIT


def test_hosts_are_forgotten_a_day_later(desk):
    take_turn("news.example", 5)
    forget_hosts()
    with pytest.raises(Later):
        take_turn("news.example", 5)
    _sql("update hosts set free_at = now() - interval '25 hours'")
    forget_hosts()
    with session() as db:
        assert db.scalar(text("select count(*) from hosts")) == 0


def test_the_delay_that_a_site_asks_for_is_kept(site):
    site.page("/robots.txt", b"User-agent: *\nCrawl-delay: 30\n")
    rules_for(site.address, lambda _: None)
    Visit().enter(f"{site.address}/one")
    with pytest.raises(Later) as told:
        Visit().enter(f"{site.address}/two")
    assert told.value.seconds == pytest.approx(30, abs=2)


def test_redirects_within_a_host_are_one_request_to_it(site, setting):
    rules_for(site.address, lambda _: None)
    setting(host_seconds=30)
    visit = Visit()
    visit.enter(f"{site.address}/one")
    visit.enter(f"{site.address}/one/")


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.page("/private", PAGE)
    start = site.page("/start", b"", 302, location="/private")
    with pytest.raises(Unusable, match=r"/private is not to be fetched, says the robots\.txt"):
        fetch(Document("text", "", url=start), Visit().enter)
    assert [request.path for request in site.requests] == ["/robots.txt", "/start"]


def test_a_door_waits_for_its_turn_where_that_is_soon(site, setting):
    setting(host_seconds=0.1)
    site.page("/robots.txt", b"")
    for path in ("/one", "/two"):
        Visit(patience=5).enter(site.address + path)


def test_an_article_whose_host_was_just_asked_goes_back_to_the_queue_and_no_try_is_counted(site, setting, stage):
    site.page("/robots.txt", b"")
    site.page("/story")
    rules_for(site.address, lambda _: None)
    setting(host_seconds=30)
    take_turn("127.0.0.1", 30)
    article_id = receive([Document("text", "", url=f"{site.address}/story")])[0].article_id
    ingest(article_id)
    row: StageRow = stage(article_id, Stage.INGEST)
    assert (row.state, row.attempts) == (State.QUEUED, 0)
    assert messages("ingest") == 2  # that of the door, which was not taken here, and the one for later
    _sql("update hosts set free_at = now()")
    ingest(article_id)
    assert stage(article_id, Stage.INGEST).attempts == 1


def test_an_article_that_robots_txt_forbids_is_failed_with_that_reason(site, stage):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /\n")
    article_id = receive([Document("text", "", url=f"{site.address}/story")])[0].article_id
    ingest(article_id)
    row = stage(article_id, Stage.INGEST)
    assert row.state == State.FAILED
    assert "robots.txt" in row.reason
    assert [request.path for request in site.requests] == ["/robots.txt"]
