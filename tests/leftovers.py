"""What a desk of a test leaves outside its data folder."""

import shutil
from pathlib import Path

from workers.embedded.places import data_home


def remove_desk(data: Path) -> None:
    """As root, services keep their data elsewhere when the data folder is private, as pytest's are."""
    for name in ("postgres", "valkey"):
        home = data_home(data, name)
        shutil.rmtree(home, ignore_errors=True)
        if home.parent != data.resolve():
            shutil.rmtree(home.parent, ignore_errors=True)
