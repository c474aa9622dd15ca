"""`make fuzz`: each reader under atheris, then under hypothesis; prints one JSON object, exit status 1 with findings.

Call: run.py [INPUTS]. What was found is in `.data/fuzz/`, a file for each input that breaks a rule of fuzz.readers.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from fuzz.mangled import mangled  # noqa: E402 - the tests are no package
from fuzz.readers import READERS, in_time  # noqa: E402
from fuzz.seeds import SIGNS, seeds  # noqa: E402
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402

INPUTS = 120_000
SLOW = {"files", "pages", "texts", "markdown", "feeds"}  # these get a share, the others two
BY_HYPOTHESIS = 0.1  # of the inputs
FOUND = ROOT / ".data" / "fuzz"
_RUNS = re.compile(r"Done (\d+) runs|#(\d+)\s")
_WHAT = re.compile(r"=== Uncaught Python exception: ===\n(.*)|ERROR: libFuzzer: (.*)")


def main() -> None:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    begun = time.monotonic()
    FOUND.mkdir(parents=True, exist_ok=True)
    share = total / sum(1 if name in SLOW else 2 for name in READERS)
    counts = {name: int(share) * (1 if name in SLOW else 2) for name in READERS}
    with ThreadPoolExecutor(2) as pool:
        guided = list(pool.map(lambda item: _guided(*item), counts.items()))
    mangling = [_mangled(name, int(count * BY_HYPOTHESIS)) for name, count in counts.items()]
    findings = [finding for _, found in (*guided, *mangling) for finding in found]
    inputs = sum(count for count, _ in (*guided, *mangling))
    seconds = round(time.monotonic() - begun)
    sys.stdout.write(json.dumps({"inputs": inputs, "seconds": seconds, "findings": findings}) + "\n")
    sys.exit(bool(findings))


def _guided(name: str, count: int) -> tuple[int, list[dict[str, str]]]:
    """How many inputs atheris tried, and what it found; it ends with the first finding."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds()):
            (corpus / str(number)).write_bytes(seed)
        words = Path(folder) / "words"
        words.write_text("".join(map(_quoted, SIGNS)))
        options = [f"-runs={int(count * (1 - BY_HYPOTHESIS))}", "-max_len=4096", "-timeout=20", "-rss_limit_mb=2048"]
        place = [f"-dict={words}", f"-artifact_prefix={FOUND}/{name}-", str(corpus)]
        command = [sys.executable, str(Path(__file__).with_name("guided.py")), name, *options, *place]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    runs = [int(one or other) for one, other in _RUNS.findall(done.stderr)]
    said = f"{done.stdout}\n{done.stderr}"
    if done.returncode == 0 and runs:
        return runs[-1], []
    what = _WHAT.search(said)
    kept = re.search(r"written to (\S+)", said)
    found = (what[1] or what[2]) if what else said[-500:]
    return max(runs, default=0), [{"reader": name, "what": found[:500], "input": kept[1] if kept else ""}]


def _quoted(sign: bytes) -> str:
    """A line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in sign) + '"\n'


def _mangled(name: str, count: int) -> tuple[int, list[dict[str, str]]]:
    tried, kept = 0, FOUND / f"{name}-mangled"

    @given(data=mangled())
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    def look(data: bytes) -> None:
        nonlocal tried
        tried += 1
        try:
            in_time(READERS[name], data)
        except Exception:
            kept.write_bytes(data)  # the last one that fails is the smallest
            raise

    try:
        look()
    except Exception as error:
        return tried, [{"reader": name, "what": repr(error)[:500], "input": str(kept)}]
    return tried, []


if __name__ == "__main__":
    main()
