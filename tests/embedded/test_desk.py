"""The supervisor: real processes, real signals."""

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from workers.child import CannotStart, Child, Process
from workers.desk import Desk, Patience
from workers.embedded import Postgres, Valkey
from workers.logs import Follower, last_lines, rotate
from workers.signals import Signals

# A desk of four: a service, a worker that takes its time to stop, one that ignores its first signal, and a door.
DESK = """
import sys, time
from pathlib import Path
from workers.desk import Desk, Patience, Process

folder = Path(sys.argv[1])

def python(name, code, **options):
    ready = folder / (name + ".ready")
    code = f"import pathlib, signal, sys, time\\n{code}\\npathlib.Path({str(ready)!r}).touch()\\nsignal.pause()"
    return Process(name, (sys.executable, "-c", code), {}, ready=ready.exists, **options)

stubborn = "signal.signal(signal.SIGTERM, lambda *_: [print('holds on', flush=True), time.sleep(60)])"
processes = [python("service", "pass", service=True), python("worker", "pass"), python("door", "pass")]
if "stubborn" in sys.argv:
    processes.insert(1, python("stubborn", stubborn, grace=50.0))
def say(name, what):
    print(time.monotonic(), name, what, flush=True)
desk = Desk(processes, folder / "logs", on_event=say, patience=Patience(first=0.05, longest=0.2))
desk.start()
for name in desk.pids():
    say("pid", f"{name} {desk.pids()[name]}")
sys.exit(desk.run_until_signal())
"""


class Watched:
    """A desk in a process of its own, and what it says."""

    def __init__(self, process):
        self.process = process
        self.events = []

    def hear(self, name, what):
        """Read on until the desk says this of that process."""
        for line in self.process.stdout:
            _, who, told = line.strip().split(" ", 2)
            self.events.append((who, told))
            if who == name and what in told:
                return
        pytest.fail(f"never heard {name} {what}: {self.events}")

    @property
    def pids(self):
        return {told.split()[0]: int(told.split()[1]) for who, told in self.events if who == "pid"}

    def end(self):
        """Everything else it says, and its exit status."""
        for line in self.process.stdout:
            self.events.append(tuple(line.strip().split(" ", 2)[1:]))
        return self.process.wait(20)


@pytest.fixture
def desk(run_python, tmp_path):
    def start(*options):
        watched = Watched(run_python(DESK, tmp_path, *options))
        watched.hear("desk", "runs")
        return watched

    return start


def gone(pid):
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_in_reverse_order_and_services_last(desk, number):
    running = desk()
    running.process.send_signal(number)
    assert running.end() == 0
    assert [who for who, told in running.events if told == "starts"] == ["service", "worker", "door"]
    assert [who for who, told in running.events if told == "stops"] == ["door", "worker", "service"]
    assert all(gone(pid) for pid in running.pids.values())


def test_a_killed_child_is_started_again(desk):
    running = desk()
    os.kill(running.pids["worker"], signal.SIGKILL)
    running.hear("worker", "ended (exit status -9); starts again in")
    running.hear("worker", "starts again")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0


def test_the_first_signal_waits_and_the_second_hurries_but_not_the_services(desk):
    running = desk("stubborn")
    running.process.send_signal(signal.SIGINT)
    running.hear("stubborn", "stops")
    assert running.process.poll() is None
    running.process.send_signal(signal.SIGINT)
    running.hear("stubborn", "is killed")
    assert running.end() == 0
    assert ("service", "is killed") not in running.events
    assert running.events[-1] == ("service", "stops")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of a dead parent")
def test_a_desk_killed_hard_leaves_no_child_not_even_one_that_would_take_its_time(desk, until):
    running = desk("stubborn")
    running.process.kill()
    until(lambda: all(gone(pid) for pid in running.pids.values()))


def test_children_have_groups_of_their_own_so_that_ctrl_c_reaches_only_the_desk(desk):
    running = desk()
    assert all(os.getpgid(pid) == pid for pid in running.pids.values())


def python(name, code, **options):
    return Process(name, (sys.executable, "-c", code), {}, **options)


def test_a_child_that_keeps_dying_stops_the_desk_and_is_quoted(tmp_path):
    events = []
    lasting = python("lasting", "import signal; signal.pause()")
    dying = python("dying", "raise SystemExit('the reason')")
    patience = Patience(first=0.01, longest=0.02, deaths=3)
    desk = Desk([lasting, dying], tmp_path, on_event=lambda *event: events.append(event), patience=patience)
    desk.start()
    pid = desk.pids()["lasting"]
    assert desk.run_until_signal() == 1
    [verdict] = [what for who, what in events if who == "dying" and "giving up" in what]
    assert "3 times in a row" in verdict and "the reason" in verdict
    assert gone(pid)


def test_a_death_after_long_service_does_not_count_against_a_child(tmp_path):
    """With `quick` at zero every life is a long one: the desk revives until it is told to stop."""
    starts = []

    def note(name, what):
        if what == "starts again" and len(starts) < 4:
            starts.append(name)
            if len(starts) == 4:
                os.kill(os.getpid(), signal.SIGTERM)

    patience = Patience(first=0.01, longest=0.02, quick=0.0, deaths=2)
    desk = Desk([python("dying", "pass")], tmp_path, on_event=note, patience=patience)
    desk.start()
    assert desk.run_until_signal() == 0


def test_a_child_that_cannot_start_stops_those_before_it(tmp_path):
    first = python("first", "import signal; signal.pause()")
    second = python("second", "raise SystemExit('No space left on device')", ready=lambda: False)
    desk = Desk([first, second], tmp_path, on_event=lambda *_: None)
    with pytest.raises(CannotStart, match=r"(?s)second did not start \(exit status 1\).*free some space"):
        desk.start()
    assert desk.pids() == {}


@pytest.mark.parametrize("ready", [False, True])
def test_a_signal_while_starting_stops_what_has_started(tmp_path, ready):
    def interrupt():
        os.kill(os.getpid(), signal.SIGTERM)
        return ready

    waiting = python("waiting", "import signal; signal.pause()", ready=interrupt)
    desk = Desk([waiting], tmp_path, on_event=lambda *_: None)
    with pytest.raises(SystemExit) as stopped:
        desk.start()
    assert stopped.value.code == 128 + signal.SIGTERM
    assert desk.pids() == {}


def test_a_signal_nobody_waited_for_is_not_lost():
    with pytest.raises(KeyboardInterrupt), Signals():
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_ends_work_in_the_foreground_and_then_the_desk(tmp_path, number, raised):
    """`copydesk run` works between start and stop."""
    before = signal.getsignal(number)
    with Desk([python("one", "import signal; signal.pause()")], tmp_path, on_event=lambda *_: None) as desk:
        pid = desk.pids()["one"]
        with pytest.raises(raised):
            os.kill(os.getpid(), number)
            signal.pause()
        assert not gone(pid)
    assert gone(pid)
    assert signal.getsignal(number) is before


def test_what_children_print_is_echoed_under_their_names_and_kept(tmp_path, until):
    lines = []
    desk = Desk(
        [python("one", "print('hello')"), python("two", "import signal; signal.pause()")],
        tmp_path,
        on_event=lambda name, what: os.kill(os.getpid(), signal.SIGTERM) if what.startswith("ended") else None,
        echo=lambda *line: lines.append(line),
    )
    desk.start()
    desk.run_until_signal()
    assert lines == [("one", "hello")]
    assert (tmp_path / "one.log").read_text() == "hello\n"


def test_a_dead_child_leaves_nobody_of_its_group_behind(tmp_path, until):
    code = "import subprocess, json; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    child = Child(python("parent", code), tmp_path)
    child.start()
    until(lambda: child.exit_status() is not None)
    until(lambda: gone(json.loads((tmp_path / "parent.log").read_text())))


def test_a_child_that_ignores_its_stop_signal_is_killed_after_its_grace(tmp_path, until):
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = Child(python("deaf", code, grace=0.1), tmp_path)
    child.start()
    until(lambda: "deaf" in (tmp_path / "deaf.log").read_text())
    child.stop()
    assert child.exit_status() == -signal.SIGKILL


def test_a_child_started_from_another_thread_is_refused(tmp_path):
    caught = []

    def start():
        try:
            Child(python("one", "pass"), tmp_path).start()
        except AssertionError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert caught


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(CannotStart, match="no-such-program"):
        Child(Process("one", ("/no-such-program",), {}), tmp_path).start()


def test_a_log_is_emptied_under_its_writer_and_the_part_before_kept(tmp_path):
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old line\n")
        follower = Follower(log)
        rotate(log, limit=3)
        writer.write(b"new\n")
        assert list(follower.lines()) == ["new"]
    assert log.read_text() == "new\n"
    assert (tmp_path / "a.log.1").read_text() == "old line\n"
    assert last_lines(log) == ["new"]


def test_a_line_is_followed_once_it_is_complete(tmp_path):
    log = tmp_path / "a.log"
    follower = Follower(log)
    log.write_text("one\ntw")
    assert list(follower.lines()) == ["one"]
    with log.open("a") as writer:
        writer.write("o\n\n")
    assert list(follower.lines()) == ["two", ""]
    assert list(follower.lines()) == []


def test_the_folder_of_logs_is_there_before_the_first_event(tmp_path):
    logs = tmp_path / "deep" / "logs"
    with Desk([python("one", "pass")], logs, on_event=lambda *_: (logs / "desk.log").touch()):
        assert (logs / "desk.log").exists()


def test_a_database_killed_under_a_desk_comes_back_with_its_data(folder, query, until):
    server, events = Postgres(folder), []

    def note(name, what):
        events.append((name, what))
        if "starts again in" in what:
            until(lambda: not server.is_ready())
            os.kill(os.getpid(), signal.SIGTERM)

    services = [server.process(), Valkey(folder).process()]
    desk = Desk([*services, python("door", "import signal; signal.pause()")], folder / "logs", on_event=note)
    desk.start()
    query(server, "CREATE TABLE kept AS SELECT 1 AS n")
    os.kill(desk.pids()["postgres"], signal.SIGKILL)
    assert desk.run_until_signal() == 0
    assert [who for who, what in events if what == "stops"] == ["door", "valkey"]
    with Desk([server.process()], folder / "logs", on_event=note):
        assert query(server, "SELECT n FROM kept") == [(1,)]
