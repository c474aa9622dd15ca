"""A large import in the backfill lane wedges nothing: live articles pass it, memory stays bounded, all of it ends."""

from faults.rig import ARTICLES, WORKERS, Rig
from faults.stories import documents

from bench.processes import memory_mb
from models.stage import Lane
from tasks.receive import receive

IMPORTED = 4 * ARTICLES  # 2,000 in the long form
GROWN_MB = 80  # what a child may learn of words meanwhile, and more


def test_live_articles_pass_a_large_import_and_all_of_it_ends(rig: Rig) -> None:
    rig.undisturbed()
    rig.clear()
    before = _memory(rig)
    *imported, live = documents(IMPORTED + 1)
    receive(imported, Lane.BACKFILL)
    rig.wait(lambda: rig.count("state = 'done'") > 0, "the import is under way")
    [sent] = receive([live])
    rig.wait(lambda: rig.count(f"article_id = {sent.article_id} and state = 'done'") == 4, "the live article is done")
    assert rig.count("lane = 'backfill' and state = 'queued'") > IMPORTED / 2, "it waited for the import"
    done = "state in ('done', 'failed', 'skipped')"
    rig.wait(lambda: rig.count(done) == 4 * (IMPORTED + 1), "all of it has ended", 120 + 2 * IMPORTED)
    assert rig.count("state <> 'done'") == 0
    assert {name: size for name, size in _memory(rig).items() if size > before[name] + GROWN_MB} == {}


def _memory(rig: Rig) -> dict[str, float]:
    """Of the largest process of each worker, in MB."""
    return {name: max(memory_mb(pid)["rss"] for pid in rig.pids(name)) for name in WORKERS}
