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


@pytest.mark.parametrize(
    ("queue", "loaded"),
    [("ingest", "True False"), ("nlp", "False False"), ("feeds", "False False"), ("nlp.backfill", "False False")],
)
def test_before_the_fork_parsers_are_loaded_and_engines_are_not(queue: str, loaded: str) -> None:
    code = LOADED.format(queue=queue)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


def test_torch_is_not_imported_for_the_default_engines() -> None:
    code = "import sys; from workers.process import _prepare; from workers.runtime import runtime\n"
    code += "_prepare({'queues': ['nlp']}); runtime(); print('torch' in sys.modules, 'transformers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
