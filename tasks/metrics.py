"""What Prometheus is told of the desk: of all its articles, queues and workers, whoever asks. docs/metrics.md"""

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy.exc import OperationalError, ProgrammingError

from models.stage import Lane, Stage, State
from tasks.metrics_ended import BOUNDS, Ended
from tasks.metrics_figures import Figures, Found, asked, census, database_bytes, deliveries, feeds, open_stages, todays
from tasks.moving import sweep_age
from tasks.queue import BROKER_AWAY, QUEUES
from workers.app import app
from workers.metrics import BUCKETS, passes

MOST_LINEAGES = 50  # of a stage; the rarest are left out
OPEN = (State.QUEUED, State.RUNNING, State.FAILED)


class Metrics:
    """A collector for a registry of prometheus_client. One a process: it remembers what it has counted."""

    def __init__(self) -> None:
        self._ended = Ended()
        self._open = Figures(asked(open_stages), least=5)
        self._census = Figures(asked(census), least=30)
        self._todays = Figures(asked(todays), least=30)
        self._feeds = Figures(asked(feeds), least=15)
        self._deliveries = Figures(asked(deliveries), least=15)
        self._bytes = Figures(asked(database_bytes), least=60)
        self._workers = Figures(_workers, least=15)

    def collect(self) -> Iterator[Metric]:
        """All families; those of a part that is away are left out, and `copydesk_up` says so."""
        yield _gauge("copydesk_info", "1, with the version of Copydesk.", ["version"], [((version("copydesk"),), 1)])
        up = []
        for part, families, away in (
            ("database", self._of_database, (OperationalError, ProgrammingError)),
            ("broker", self._of_broker, BROKER_AWAY),
        ):
            try:
                yield from list(families())
                up.append(((part,), 1))
            except away:
                up.append(((part,), 0))
        yield _gauge("copydesk_up", "Whether the part answers: 1 or 0.", ["part"], up)

    def _of_database(self) -> Iterator[Metric]:
        self._ended.look()
        yield from _ended(self._ended)
        ages: list[tuple[tuple[str, ...], float]] = []
        yield from _kept("open", self._open, _open, ages)
        yield from _kept("census", self._census, self._of_census, ages)
        yield from _kept("feeds", self._feeds, _feeds, ages)
        yield from _kept("deliveries", self._deliveries, _deliveries, ages)
        yield from _kept("bytes", self._bytes, _bytes, ages)
        yield _gauge(
            "copydesk_figures_age_seconds", "How old figures are that cost a while to find.", ["figures"], ages
        )

    def _of_census(self, rows: list[tuple[str, str, str | None, float]]) -> Iterator[Metric]:
        yield from _census(rows)
        if today := self._todays.now():
            yield from _stale(rows, today[0])

    def _of_broker(self) -> Iterator[Metric]:
        with app.connection_for_read() as connection:
            channel = connection.default_channel
            waiting = [((queue,), int(channel._size(queue))) for queue in QUEUES]
            memory = channel.client.info("memory")
        yield _gauge("copydesk_queue_messages", "Messages that wait; up to 32 articles each.", ["queue"], waiting)
        used = [(("used",), memory["used_memory"]), (("most",), memory["maxmemory"])]
        yield _gauge(
            "copydesk_queue_bytes", "Memory of the queue, and the most it may take (0: no bound).", ["kind"], used
        )
        if (age := sweep_age()) is not None:
            yield _gauge("copydesk_sweep_age_seconds", "Time since the last sweep ended.", [], [((), age)])
        if found := self._workers.now():
            rows = [((kind,), count) for kind, count in found[0].items()]
            yield _gauge("copydesk_workers", "Workers that answer.", ["kind"], rows)
        yield from _passes()


def _gauge(name: str, text: str, labels: list[str], rows: Sequence[tuple[tuple[str, ...], float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _kept(
    name: str,
    figures: Figures[Found],
    families: Callable[[Found], Iterator[Metric]],
    ages: list[tuple[tuple[str, ...], float]],
) -> Iterator[Metric]:
    """Of figures that are there, the families; notes their age."""
    if found := figures.now():
        yield from families(found[0])
        ages.append(((name,), found[1]))


def _workers() -> dict[str, int]:
    """How many of each kind answer within a second."""
    found = {"ingest": 0, "nlp": 0, "net": 0}
    for reply in app.control.ping(timeout=1.0):
        for name in reply:
            kind = name.partition("@")[0]
            found[kind] = found.get(kind, 0) + 1
    return found


def _ended(ended: Ended) -> Iterator[Metric]:
    counts = CounterMetricFamily("copydesk_stages_ended", "Stages that ended, by how.", labels=["stage", "state"])
    for (stage, state), count in sorted(ended.ended.items()):
        counts.add_metric((stage, state), count)
    yield counts
    retries = CounterMetricFamily("copydesk_retries", "Tries that failed of stages that ended.", labels=["stage"])
    took = HistogramMetricFamily("copydesk_stage_seconds", "From claim to end of what was done.", labels=["stage"])
    waited = HistogramMetricFamily("copydesk_wait_seconds", "From queue to claim of what ended.", labels=["stage"])
    for stage in Stage:
        retries.add_metric((stage,), ended.retries[stage])
        for family, found in ((took, ended.took[stage]), (waited, ended.waited[stage])):
            family.add_metric((stage,), _cumulated(BOUNDS, found.counts), found.total)
    yield from (retries, took, waited)


def _open(rows: list[tuple[str, str, str, int, float]]) -> Iterator[Metric]:
    counts = {(stage, state, lane): 0 for stage in Stage for state in OPEN for lane in Lane}
    counts |= {(Stage(stage), State(state), Lane(lane)): count for stage, state, lane, count, _ in rows}
    text = "Stages that wait, are worked on, or failed."
    yield _gauge("copydesk_stages_open", text, ["stage", "state", "lane"], list(counts.items()))
    since = [((stage, lane), at) for stage, state, lane, _, at in rows if state == State.QUEUED]
    text = "Since when the oldest waits, as Unix time; ahead, while it is to be tried again later."
    yield _gauge("copydesk_oldest_queued_timestamp_seconds", text, ["stage", "lane"], since)


def _census(rows: list[tuple[str, str, str | None, float]]) -> Iterator[Metric]:
    done = {(stage, lineage): count for stage, state, lineage, count in rows if state == State.DONE and lineage}
    articles = sum(count for stage, _, _, count in rows if stage == Stage.INGEST)
    yield _gauge("copydesk_articles", "Articles, about.", [], [((), articles)])
    coverage, by_lineage = [], []
    for stage in Stage:
        made = sorted(((n, lineage) for (name, lineage), n in done.items() if name == stage), reverse=True)
        by_lineage += [((str(stage), lineage), count) for count, lineage in made[:MOST_LINEAGES]]
        coverage.append(((str(stage),), min(1.0, sum(count for count, _ in made) / articles) if articles else 1.0))
    yield _gauge("copydesk_coverage_ratio", "Share of all articles with this result, 0 to 1.", ["stage"], coverage)
    text = "Results, about, by what made them (engine@weights+settings)."
    yield _gauge("copydesk_results", text, ["stage", "lineage"], by_lineage)


def _stale(rows: list[tuple[str, str, str | None, float]], today: dict[str, tuple[str, ...]]) -> Iterator[Metric]:
    stale = dict.fromkeys(today, 0.0)
    for stage, state, lineage, count in rows:
        if stage in today and state == State.DONE and lineage not in today[stage]:
            stale[stage] += count
    text = "Results, about, that today's engines and settings would make otherwise."
    yield _gauge("copydesk_results_stale", text, ["stage"], [((stage,), count) for stage, count in stale.items()])


def _feeds(counts: dict[str, int]) -> Iterator[Metric]:
    rows = [((state,), counts[state]) for state in ("fine", "failing", "paused")]
    yield _gauge("copydesk_feeds", "Feeds, by how their last reading went.", ["state"], rows)
    yield _gauge(
        "copydesk_feeds_overdue", "Feeds that should have been read 10 minutes ago.", [], [((), counts["overdue"])]
    )


def _deliveries(counts: dict[str, int]) -> Iterator[Metric]:
    rows = [((state,), count) for state, count in counts.items()]
    yield _gauge("copydesk_webhook_messages", "Messages to webhooks that wait or were given up.", ["state"], rows)


def _bytes(size: int) -> Iterator[Metric]:
    yield _gauge("copydesk_database_bytes", "What the database takes on disk.", [], [((), size)])


def _passes() -> Iterator[Metric]:
    texts = HistogramMetricFamily("copydesk_engine_batch_texts", "Texts of a pass of an engine.", labels=["engine"])
    seconds = HistogramMetricFamily("copydesk_engine_pass_seconds", "Time of a pass of an engine.", labels=["engine"])
    for (engine, measure), found in sorted(passes().items()):
        family = texts if measure == "texts" else seconds
        family.add_metric((engine,), _cumulated(BUCKETS[measure], found.counts), found.total)
    yield from (texts, seconds)


def _cumulated(bounds: tuple[float, ...], counts: list[int]) -> list[tuple[str, float]]:
    """As Prometheus has it: for each bound, how many were at most that."""
    names = [*(str(float(bound)) for bound in bounds), "+Inf"]
    return [(name, sum(counts[: place + 1])) for place, name in enumerate(names)]
