"""`python -m workers MODULE OPTION...`: Celery's worker of the app in that module.

As `celery -A MODULE worker` would, without importing all of Celery's other commands, of which Flower is one.
"""

import gc
import sys
from importlib import import_module


def main() -> None:
    """Exit with the worker's status. Nothing imported is garbage: looking for it took a sixth of the time."""
    gc.disable()
    from celery.bin.base import CLIContext
    from celery.bin.worker import worker

    _, module, *options = sys.argv
    app = import_module(module).app
    gc.enable()
    worker.main(options, "worker", obj=CLIContext(app, no_color=True, workdir=None))


if __name__ == "__main__":
    main()
