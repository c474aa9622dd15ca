"""`python -m workers MODULE OPTION...`: Celery's worker of the app in that module.

As `celery -A MODULE worker` would, without importing all of Celery's other commands, of which Flower is one.
"""

import sys
from importlib import import_module

from celery.bin.base import CLIContext
from celery.bin.worker import worker

if __name__ == "__main__":
    _, module, *options = sys.argv
    worker.main(options, "worker", obj=CLIContext(import_module(module).app, no_color=True, workdir=None))
