"""`copydesk webhook`: what it says, and its exit status."""

from sites import open_site
from sqlalchemy import text

from models.session import session


def test_a_webhook_is_made_listed_turned_off_and_removed(copydesk):
    made = copydesk("webhook", "add", "https://cms.example/hook", "--event", "article.failed", "--source", "Post")
    assert "secret  whsec_" in made.out
    assert "not shown again" in made.out
    listed = copydesk("webhook", "list", "--json")
    assert "whsec_" not in listed.out
    assert listed.json["webhooks"][0]["events"] == ["article.failed"]
    assert copydesk("webhook", "rotate", 1, "--json").json["secret"].startswith("whsec_")
    assert "turned off by a user" in copydesk("webhook", "off", 1).out
    assert copydesk("webhook", "on", 1, "--json").json["active"]
    assert copydesk("webhook", "remove", 1).status == 0
    gone = copydesk("webhook", "remove", 1)
    assert (gone.status, gone.err) == (2, "copydesk: There is no webhook 1.\n")
    assert "choose from article.done" in copydesk("webhook", "add", "https://cms.example/", "--event", "x").err


def test_the_exit_status_of_a_test_message_is_whether_it_was_taken(copydesk, setting):
    setting(webhook_private=True)
    with open_site() as site:
        site.page("/hook", b"")
        copydesk("webhook", "add", f"{site.address}/hook")
        copydesk("webhook", "add", f"{site.address}/nothing")
        assert copydesk("webhook", "test", 1).status == 0
        refused = copydesk("webhook", "test", 2, "--json")
    assert (refused.status, refused.json["status"]) == (1, 404)


def test_dead_deliveries_are_shown_and_replayed(copydesk):
    copydesk("webhook", "add", "https://cms.example/hook")
    with session() as db:
        db.execute(text("insert into articles (key) values ('one')"))
        db.execute(
            text(
                "insert into deliveries (webhook_id, article_id, version, event, happened_at, state, last_error) "
                "values (1, 1, 1, 'article.done', now(), 'dead', 'The receiver answered with status 500.')"
            )
        )
    assert copydesk("webhook", "dead", 1).out == "1  article 1  article.done  The receiver answered with status 500.\n"
    assert copydesk("webhook", "replay", 1).out == "1 sent again\n"
    assert copydesk("webhook", "dead", 1, "--json").json == {"deliveries": []}
    assert copydesk("webhook", "replay", 1).status == 1
