"""Write the lock files, or fail when one does not follow from pyproject.toml. Call: locks.py write|check COMPILE..."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# torch has a build for each machine (CPU, CUDA), of which a hash would choose one; it is installed beside the lock.
BY_HAND = (
    *("torch", "triton", "cuda-bindings", "cuda-pathfinder", "cuda-toolkit", "nvidia-cublas", "nvidia-cuda-cupti"),
    *("nvidia-cuda-nvrtc", "nvidia-cuda-runtime", "nvidia-cudnn-cu13", "nvidia-cufft", "nvidia-cufile"),
    *("nvidia-curand", "nvidia-cusolver", "nvidia-cusparse", "nvidia-cusparselt-cu13", "nvidia-nccl-cu13"),
    *("nvidia-nvjitlink", "nvidia-nvshmem-cu13", "nvidia-nvtx"),
)
UNLOCKED = [argument for name in BY_HAND for argument in ("--no-emit-package", name)]
AS_RUN = ["--constraint", "requirements.lock"]  # what is tested is what runs
SAME = ["--constraint", "requirements-test.lock"]  # or installing one after the other would change versions
ALL_SAME = [*SAME, "--constraint", "requirements-bench.lock"]
LOCKS = {  # in this order: later ones follow earlier ones
    "requirements.lock": [],
    "requirements-test.lock": ["--extra", "test", *AS_RUN],
    "requirements-bench.lock": ["--extra", "bench", *SAME],
    "requirements-torch.lock": ["--extra", "torch", *ALL_SAME, *UNLOCKED],
}


def compile_to(output: Path, arguments: list[str]) -> None:
    """Write a lock; the pins of the present one are kept where they still fit."""
    subprocess.run([*sys.argv[2:], *arguments, "--output-file", str(output)], check=True)


def renewed(lock: str, arguments: list[str], folder: str) -> str:
    """The lock as it would be written now."""
    output = Path(folder) / lock
    shutil.copy(lock, output)
    compile_to(output, arguments)
    return output.read_text()


def check() -> None:
    """Compare each lock with what would be written now."""
    with tempfile.TemporaryDirectory() as folder:
        stale = [lock for lock, extra in LOCKS.items() if renewed(lock, extra, folder) != Path(lock).read_text()]
    if stale:
        sys.exit(f"{', '.join(stale)} does not follow from pyproject.toml: run `make lock` and commit the result")
    sys.stdout.write("Lock files are current\n")


if sys.argv[1] == "check":
    check()
else:
    for lock, arguments in LOCKS.items():
        compile_to(Path(lock), arguments)
