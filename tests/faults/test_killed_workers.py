"""Workers killed hard in the middle of work, beside others that go on."""

import os
import signal

from faults.rig import ARTICLES, Rig


def _kill(rig: Rig, *names: str) -> int:
    for name in names:
        rig.wait_until_at_work(name)
    return sum(rig.signal(name, signal.SIGKILL) for name in names)


def test_an_nlp_worker_killed_with_its_pool(rig: Rig) -> None:
    found = rig.under("nlp worker, kill -9", lambda rig: _kill(rig, "nlp1"))
    assert found["killed"] >= 2


def test_one_child_killed_as_the_memory_killer_does(rig: Rig) -> None:
    def one(rig: Rig) -> int:
        rig.wait_until_at_work("nlp2")
        os.kill(rig.pids("nlp2")[-1], signal.SIGKILL)
        return 1

    rig.under("nlp child, kill -9", one)


def test_an_ingest_worker_killed_with_its_pool(rig: Rig) -> None:
    rig.under("ingest worker, kill -9", lambda rig: _kill(rig, "ingest"), early=True)


def test_all_workers_killed_at_once(rig: Rig) -> None:
    rig.under("all workers, kill -9", lambda rig: _kill(rig, "nlp1", "nlp2", "ingest"))


def test_killed_in_the_middle_of_a_forward_pass(rig: Rig) -> None:
    def inside(rig: Rig) -> int:
        name = rig.hold_in_a_pass()
        killed = rig.signal(name, signal.SIGKILL)
        (rig.marks / "hold").unlink()
        return killed

    assert rig.under("nlp worker in a forward pass, kill -9", inside)["repeated"] > 0


def test_killed_between_commit_and_publish(rig: Rig) -> None:
    def unsent(rig: Rig) -> int:
        assert rig.count("name = 'ingest' and state <> 'done'") > 0, "nothing is left to be published"
        (rig.marks / "unsent").touch()
        rig.wait(lambda: not (rig.marks / "unsent").exists(), "a worker has died there")
        return 2

    rig.under("worker between commit and publish, kill -9", unsent)
    assert rig.count("state = 'done'") == 4 * ARTICLES
