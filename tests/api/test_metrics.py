"""What Prometheus is told: counted once each, of real stages, queues and engines, and never with a long wait."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

import api.metrics
from models.session import engine, session
from tasks import metrics_figures
from tasks.entities import tag_entities
from tasks.ingest import ingest
from tasks.neighbours import link_neighbours
from tasks.summarize import summarize
from tasks.sweep import sweep
from workers.metrics import passed, send_counts

TEXT = (
    "The ferry to Heligoland stayed in port on Friday because of a storm over the German Bight. "
    "Captain Jonas Petersen said that waves of six metres had been measured off Cuxhaven in the morning. "
    "About 300 passengers were taken to hotels in Hamburg, and the line hopes to sail again on Sunday."
)


@pytest.fixture
def ask(client, monkeypatch):
    """The samples of `/metrics` by name and labels; settled at once, since nothing else is at work here."""
    monkeypatch.setattr(api.metrics, "_REGISTRY", api.metrics.registry())
    monkeypatch.setattr("tasks.metrics_ended._SETTLED", text("select clock_timestamp()"))
    monkeypatch.setattr("tasks.metrics._workers", lambda: {"ingest": 0, "nlp": 0})
    monkeypatch.setattr(metrics_figures, "PATIENCE", 300.0)
    monkeypatch.setattr(metrics_figures.Figures, "_renew", _renew_at_once)

    def samples():
        answer = client.get("/metrics")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
        families = text_string_to_metric_families(answer.text)
        return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}

    return samples


def _renew_at_once(self):
    self._found = self._ask(), metrics_figures.time.monotonic()


def test_each_stage_that_ends_is_counted_once_with_its_time(ask, client):
    ask()
    client.post("/v1/articles", json={"text": TEXT})
    for task in (ingest, summarize, tag_entities, link_neighbours):
        task(1)
    first, second = ask(), ask()
    for found in (first, second):
        for stage in ("ingest", "summary", "entities", "neighbours"):
            assert found["copydesk_stages_ended_total", "done", stage] == 1
            assert found["copydesk_stage_seconds_count", stage] == found["copydesk_stage_seconds_bucket", "+Inf", stage]
            assert found["copydesk_stage_seconds_count", stage] == 1
            assert 0 < found["copydesk_stage_seconds_sum", stage] < 60
    client.post("/v1/articles", json={"text": "Too short."})
    ingest(2)
    assert ask()["copydesk_stages_ended_total", "ingest", "skipped"] == 1


def test_tries_that_failed_are_counted_when_the_stage_has_ended(ask, client):
    ask()
    client.post("/v1/articles", json={"text": TEXT})
    with session() as db:
        db.execute(text("update stages set state = 'failed', attempts = 5, started_at = now(), finished_at = now()"))
    found = ask()
    assert found["copydesk_retries_total", "ingest"] == 4
    assert found["copydesk_stages_ended_total", "failed", "ingest"] == 1
    assert found["copydesk_stage_seconds_count", "ingest"] == 0
    assert found["copydesk_stages_open", "failed", "ingest", "live"] == 1


def test_what_has_ended_and_is_not_yet_committed_is_counted_when_it_is(ask, client, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(api.metrics, "_REGISTRY", api.metrics.registry())
    monkeypatch.setattr("tasks.metrics._workers", lambda: {})
    collector = next(iter(api.metrics._REGISTRY._collector_to_names))
    client.post("/v1/articles", json={"text": TEXT})
    with engine().connect() as late:
        late.execute(text("update stages set state = 'done', started_at = now(), finished_at = clock_timestamp()"))
        collector._ended.look()
        before = collector._ended._until
        collector._ended.look()
        assert collector._ended._until == before, "it waits for the open transaction"
        late.commit()
    with session() as db:  # time passes
        db.execute(text("select pg_sleep(1.1)"))
    collector._ended.look()
    assert collector._ended.ended["ingest", "done"] == 1


def test_queues_and_what_waits_are_told(ask, client):
    client.post("/v1/articles", json=[{"text": f"article {n}"} for n in range(3)])
    sweep()
    found = ask()
    assert found["copydesk_queue_messages", "ingest"] == 3
    assert found["copydesk_stages_open", "ingest", "live", "queued"] == 3
    assert found["copydesk_oldest_queued_timestamp_seconds", "ingest", "live"] > 1_700_000_000
    assert 0 <= found["copydesk_sweep_age_seconds",] < 60
    assert found["copydesk_up", "database"] == found["copydesk_up", "broker"] == 1


def test_coverage_and_lineage_are_of_all_articles(ask, client):
    for _ in range(2):
        client.post("/v1/articles", json=[{"text": TEXT}, {"text": TEXT + " More."}])
    ingest(1, 2)
    summarize(1)
    found = ask()
    assert found["copydesk_articles",] == 2
    assert (found["copydesk_coverage_ratio", "ingest"], found["copydesk_coverage_ratio", "summary"]) == (1, 0.5)
    (made_by,) = [key for key in found if key[0] == "copydesk_results" and "summary" in key]
    assert found[made_by] == 1 and any("@" in label for label in made_by)


def test_what_was_made_otherwise_than_today_is_stale(ask, client):
    client.post("/v1/articles", json={"text": TEXT})
    ingest(1)
    assert ask()["copydesk_results_stale", "ingest"] == 0
    with session() as db:
        db.execute(text("update stages set lineage = 'older@1' where name = 'ingest'"))
    assert ask()["copydesk_results_stale", "ingest"] == 1


def test_feeds_are_told_by_how_they_are(ask):
    with session() as db:
        db.execute(
            text("""insert into feeds (key, url, pace_seconds, failures, next_poll_at)
            select 'f' || n, 'http://feed.example/' || n, 60, n / 2, now() - '1 h'::interval * n
            from generate_series(0, 2) n""")
        )
    found = ask()
    assert (found["copydesk_feeds", "fine"], found["copydesk_feeds", "failing"], found["copydesk_feeds_overdue",]) == (
        2,
        1,
        2,
    )


def test_of_many_rows_a_sample_is_counted(desk, monkeypatch):
    with session() as db:
        db.execute(text("insert into articles (key) select 'key ' || n from generate_series(1, 20000) n"))
        db.execute(
            text("insert into stages (article_id, name, state, lineage) select id, 'ingest', 'done', 'l' from articles")
        )
    with engine().execution_options(isolation_level="AUTOCOMMIT").connect() as db:
        db.execute(text("analyze stages"))
    monkeypatch.setattr(metrics_figures, "SAMPLED", 4000)
    with engine().connect() as db:
        estimates = [metrics_figures.census(db)[0][3] for _ in range(10)]
    assert 15_000 < sum(estimates) / 10 < 25_000
    assert len(set(estimates)) > 1


def test_a_slow_figure_is_asked_for_seldom_and_given_up_in_time(desk, monkeypatch):
    monkeypatch.setattr(metrics_figures, "PATIENCE", 30.0)
    asked = []
    figures = metrics_figures.Figures(lambda: asked.append(1) or len(asked), least=0.0)
    figures._due = 0
    assert figures.now()[0] == 1
    figures._due = metrics_figures.time.monotonic() + 60
    assert figures.now()[0] == 1 and len(asked) == 1
    monkeypatch.setattr(metrics_figures, "LONGEST", 0.05)
    slow = metrics_figures.Figures(metrics_figures.asked(lambda db: db.execute(text("select pg_sleep(5)")).scalar()))
    assert slow.now() is None
    assert slow._due > metrics_figures.time.monotonic() + 2, "it cost a while, and is left alone for fifty times that"


def test_passes_of_engines_are_added_up_in_the_broker(ask):
    passed("an engine", 3, 0.004)
    passed("an engine", 200, 20)
    send_counts(at_once=True)
    passed("an engine", 1, 0.004)
    send_counts(at_once=True)
    found = ask()
    assert found["copydesk_engine_batch_texts_count", "an engine"] == 3
    assert found["copydesk_engine_batch_texts_bucket", "4.0", "an engine"] == 2
    assert found["copydesk_engine_batch_texts_sum", "an engine"] == 204
    assert found["copydesk_engine_pass_seconds_sum", "an engine"] == pytest.approx(20.008)


def test_counts_are_kept_while_the_broker_is_away(ask, monkeypatch):
    passed("embedder", 1, 0.1)
    with monkeypatch.context() as away:
        away.setattr("workers.metrics.app.connection_or_acquire", _refuse)
        send_counts(at_once=True)
    send_counts(at_once=True)
    assert ask()["copydesk_engine_batch_texts_count", "embedder"] == 1


def _refuse():
    raise ConnectionRefusedError("nobody there")


def test_while_the_broker_is_away_the_database_is_still_told(desk, served):
    with served(REDIS_URL="redis://127.0.0.1:1/0") as api_:
        told = api_.get("/metrics").text
    assert 'copydesk_up{part="broker"} 0.0' in told and 'copydesk_up{part="database"} 1.0' in told
    assert "copydesk_stages_open" in told and "copydesk_queue_messages" not in told
