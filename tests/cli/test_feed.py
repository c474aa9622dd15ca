"""`copydesk feed`: what it says, and what it leaves behind."""

import pytest
from sites import open_feeds

OPML = b'<opml version="2.0"><body><outline text="One" xmlUrl="https://one.example/feed"/></body></opml>'


@pytest.fixture
def site(setting):
    setting(fetch_private=True, host_seconds=0)
    with open_feeds() as site:
        yield site


def test_a_page_leads_to_its_feeds(copydesk, site):
    said = copydesk("feed", "add", site.address)
    assert said.out == f"added 1  News\nalso there: {site.address}/other\n"
    every = copydesk("feed", "add", site.address, "--all", "--json").json
    assert [(feed["url"], feed["new"]) for feed in every["feeds"]] == [
        (f"{site.address}/feed", False),
        (f"{site.address}/other", True),
    ]


def test_feeds_are_listed_paused_resumed_changed_polled_and_removed(copydesk):
    copydesk("feed", "add", "https://one.example/feed", "--no-look", "--source", "One [bold]Post[/bold]")
    assert copydesk("feed", "pause", 1, "--json").json["health"] == "paused"
    assert "resume it first" in copydesk("feed", "poll", 1).err
    listed = copydesk("feed", "list")
    assert "One [bold]Post[/bold]" in listed.out
    assert "paused by a user" in listed.out
    assert copydesk("feed", "resume", 1, "--json").json["health"] == "new"
    assert copydesk("feed", "change", 1, "--every", 900, "--json").json["every_seconds"] == 900
    assert copydesk("feed", "poll", 1).status == 0
    assert copydesk("feed", "remove", 1).status == 0
    assert copydesk("feed", "list", "--json").json == {"feeds": []}
    gone = copydesk("feed", "remove", 1)
    assert (gone.status, gone.err) == (2, "copydesk: There is no feed 1.\n")


def test_feeds_come_in_and_go_out_as_opml(copydesk, tmp_path):
    file = tmp_path / "feeds.opml"
    file.write_bytes(OPML)
    assert copydesk("feed", "import", file, "--json").json["feeds"][0]["title"] == "One"
    exported = copydesk("feed", "export").out
    assert 'xmlUrl="https://one.example/feed"' in exported
    assert copydesk("feed", "import", "-", stdin=exported.encode()).out == "known 1  One\n"
    assert "cannot be read" in copydesk("feed", "import", tmp_path / "nothing").err
    file.write_bytes(b"Hello.")
    assert "no feed in it" in copydesk("feed", "import", file).err
