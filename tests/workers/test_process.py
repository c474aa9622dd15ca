"""What a worker process loads, and when."""

import subprocess
import sys

import pytest

LOADED = """
import sys
from workers.process import _prepare
_prepare({{"queues": ["{queue}"]}})
print("trafilatura" in sys.modules, "onnxruntime" in sys.modules)
"""


@pytest.mark.parametrize(("queue", "loaded"), [("ingest", "True False"), ("nlp", "False False")])
def test_before_the_fork_parsers_are_loaded_and_engines_are_not(queue: str, loaded: str) -> None:
    code = LOADED.format(queue=queue)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
