"""Mixed load with random kills, then what must hold: `python -m bench.soak [--minutes N] [--seed N] [--data FOLDER]`.

The desk is that of `copydesk up`, without Flower, in a folder of its own.
"""

import argparse
import os
import random
import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bench.flow import bulk, under_way
from bench.processes import descendants, memory_mb
from bench.report import bar, print_report
from bench.soak_check import check
from bench.soak_faults import Faults
from bench.soak_load import Load
from cli.desk import process, workers
from config.settings import settings, use_services
from migrations.upgrade import migrate
from models.article import Article
from models.session import engine, session
from models.stage import StageRow, State
from nlp.extract import extract
from workers.app import app
from workers.desk import Desk, Patience
from workers.embedded import Postgres, Valkey
from workers.life import life_seconds

RATE = 4.0  # things done a second
BETWEEN = (8.0, 25.0)  # seconds from one fault to the next
QUICK_SWEEP = 10  # seconds between sweeps of a run under ten minutes
START = 30.0  # seconds that workers may take to start and to come to what was interrupted
DRAIN = 900.0  # seconds to do what is left, after the last fault
LOOK = 15.0  # seconds between looks at memory


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen: dict[str, object] = {"COPYDESK_PORT": port}
    if options.minutes < 10:
        chosen |= {"COPYDESK_SWEEP_SECONDS": QUICK_SWEEP, "COPYDESK_LOST_SECONDS": QUICK_SWEEP}
    os.environ |= {name: str(value) for name, value in chosen.items()}
    load = Load(bulk(options.data, 0, 4000), options.seed, f"http://127.0.0.1:{port}")
    with TemporaryDirectory(prefix="copydesk-soak-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # so that the account of the services, when root runs this, can enter
        os.environ["COPYDESK_DATA"] = name
        soak(folder, load, options.minutes * 60, options.seed)


def soak(folder: Path, load: Load, seconds: float, seed: int) -> None:
    """Start the desk, hurt it, let it finish, and print what came of it."""
    with Postgres(folder) as postgres, Valkey(folder) as valkey:
        use_services(postgres.url, valkey.url)
        migrate()
        patience = Patience(first=0.5, quick=0.0)  # dying often is what this is about
        with Desk(
            [*workers(), process("beat"), process("api")], folder / "logs", on_event=_silent, patience=patience
        ) as desk:
            faults = Faults(desk, postgres, valkey, seed, life_seconds())
            memory = _disturb(desk, load, faults, seconds, random.Random(seed))
            faults.undo_all()
            sure = load.finish(DRAIN)
            drained, stuck = _drain(faults)
            memory.append(_memory(desk))
            _print(load, faults, memory, {"seconds": seconds, "drain_s": drained, "stuck": stuck, "sure": sure})
        engine().dispose()


def _disturb(desk: Desk, load: Load, faults: Faults, seconds: float, chance: random.Random) -> list[dict[str, float]]:
    while len(app.control.ping(timeout=0.5)) < len(workers()):
        faults.tend()
    looks = [_memory(desk)]
    end, strike, look = time.monotonic() + seconds, time.monotonic() + 2 * BETWEEN[0], time.monotonic() + LOOK
    while (now := time.monotonic()) < end:
        faults.tend()
        if now >= strike and faults.strike():
            strike = now + chance.uniform(*BETWEEN)
        if now >= look:
            looks.append(_memory(desk))
            look = now + LOOK
        load.step()
        time.sleep(max(0.0, now + 1 / RATE - time.monotonic()))
    return looks


def _drain(faults: Faults) -> tuple[float, int]:
    """Wait until all has ended; how long that took, and how many stages have not ended when time is up."""
    begun = time.monotonic()
    left = 1
    while left and time.monotonic() - begun < DRAIN:
        faults.tend()
        time.sleep(0.2)
        try:
            left = under_way()
        except DBAPIError:  # it is starting
            continue
    faults.tend()
    return round(time.monotonic() - begun, 1), left


def _print(load: Load, faults: Faults, memory: list[dict[str, float]], run: dict[str, Any]) -> None:
    with session() as db:
        found = check(db.connection())
        known = dict(map(tuple, db.execute(select(Article.id, Article.text))))
        ended = set(db.scalars(select(StageRow.article_id).where(StageRow.state.not_in((State.QUEUED, State.RUNNING)))))
        tries = db.execute(select(func.sum(StageRow.claims - 1).filter(StageRow.claims > 1), func.count())).one()
    lost = [i for i in load.accepted if i not in known or i not in ended]
    old = [i for i, one in load.accepted.items() if one.source and known.get(i) and extract(one).text != known[i]]
    offsets = [found[kind] for kind in ("sentences", "mentions")]
    share = sum(one["verbatim"] for one in offsets) / max(1, sum(one["in all"] for one in offsets))
    worst = max((max(took) for took in faults.recovery.values()), default=0.0)
    print_report(
        "soak",
        [
            bar("accepted articles that are lost", 1, len(lost), below=True),
            bar("accepted revisions that are not what readers get", 1, len(old), below=True),
            bar("rows doubled or missing", 1, sum(found["doubled or missing rows"].values()), below=True),
            bar("orphan rows", 1, sum(found["orphan rows"].values()), below=True),
            bar("share of offsets that are verbatim", 1.0, share),
            bar("stages stuck at the end", 1, run["stuck"] + faults.unrecovered, below=True),
            bar("worst recovery, s", 2 * settings().sweep_seconds + START, worst, below=True),
        ],
        baseline={"load": dict(load.counts), "accepted": len(load.accepted)},
        ours={
            "faults": dict(faults.done),
            "recovery_s": faults.recovery,
            "repeated tries": int(tries[0] or 0),
            "stages": tries[1],
            **found,
        },
        versions={},
        run=run | {"articles": len(known), "not accepted but stored": len(known.keys() - load.accepted.keys())},
        memory_mb={
            name: {
                "first": memory[0].get(name),
                "last": memory[-1].get(name),
                "highest": max(m.get(name, 0) for m in memory),
            }
            for name in sorted({name for look in memory for name in look})
        },
    )


def _memory(desk: Desk) -> dict[str, float]:
    """Resident size of each process in MB, and of the largest of its children."""
    found: dict[str, float] = {"door": memory_mb(os.getpid())["rss"]}
    for name, pid in desk.pids().items():
        try:
            found[name] = memory_mb(pid)["rss"]
            sizes = [memory_mb(child)["rss"] for child in descendants(pid)]
        except (OSError, KeyError):  # it has just been killed
            continue
        if sizes:
            found[f"{name} child"] = max(sizes)
    return found


def _silent(_name: str, _what: str) -> None:
    """Deaths are expected."""


if __name__ == "__main__":
    main()
