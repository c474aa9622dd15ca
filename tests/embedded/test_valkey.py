"""The embedded Valkey: a queue that forgets nothing."""

import os
import signal

import pytest

from workers.embedded import FolderInUse, Valkey
from workers.embedded.places import data_home


def kill(folder, alive_with):
    for pid in alive_with(str(data_home(folder, "valkey"))):
        os.kill(pid, signal.SIGKILL)


def test_queues_survive_a_stop_and_a_kill(folder, ask, alive_with):
    with Valkey(folder) as server:
        ask(server, "RPUSH queue one")
    server.start()
    ask(server, "RPUSH queue two")
    kill(folder, alive_with)
    server.stop()
    with server:
        assert ask(server, "LRANGE queue 0 -1").split()[2::2] == ["one", "two"]


def test_a_half_written_last_command_does_not_keep_it_from_starting(folder, ask):
    with Valkey(folder) as server:
        ask(server, "RPUSH queue one")
        ask(server, "RPUSH queue two")
    [journal] = (data_home(folder, "valkey") / "appendonlydir").glob("*.incr.aof")
    os.truncate(journal, journal.stat().st_size - 3)
    with Valkey(folder) as server:
        assert ask(server, "LRANGE queue 0 -1").split()[2::2] == ["one"]


@pytest.mark.parametrize(
    ("name", "value"), [("maxmemory-policy", "noeviction"), ("appendfsync", "everysec"), ("port", "0"), ("save", "")]
)
def test_it_is_set_up_as_a_queue(folder, ask, name, value):
    with Valkey(folder) as server:
        assert ask(server, f"CONFIG GET {name}").split("\r\n")[4] == value


def test_a_second_start_on_one_folder_is_refused_and_names_the_holder(folder):
    with Valkey(folder), pytest.raises(FolderInUse, match=f"in use by process {os.getpid()}"):
        Valkey(folder).start()
