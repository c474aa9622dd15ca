"""A worker stopped until it counts as dead, and then continued: what it comes back with is void."""

import signal

from faults.rig import Rig


def test_a_worker_that_comes_back_late_overwrites_nothing(rig: Rig) -> None:
    def stop(rig: Rig) -> int:
        name = rig.hold_in_a_pass()
        rig.signal(name, signal.SIGSTOP)
        (rig.marks / "hold").unlink()
        rig.wait(rig.ended, "others have done all, what the stopped one had included")
        rig.results = rig.ask("select article_id, name, claims, finished_at from stages order by 1, 2")
        rig.signal(name, signal.SIGCONT)
        rig.wait(lambda: rig.told("was superseded"), "it has come back, and was told")
        return 0

    found = rig.under("worker stopped past its sign of life, continued", stop)
    assert found["repeated"] > 0
    assert rig.ask("select article_id, name, claims, finished_at from stages order by 1, 2") == rig.results
