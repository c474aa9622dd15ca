"""What keeps an engine of the hub from being loaded."""

from workers.child import CannotStart

INSTALL = "`make torch` in a checkout of Copydesk, `pip install 'copydesk[torch]'` elsewhere"


class CannotLoad(CannotStart):
    """An engine that a setting names cannot be loaded; the message says which, why, and what the user can do."""

    def __init__(self, setting: str, engine: object, problem: str) -> None:
        super().__init__(f"{setting}={engine}: {problem}")
