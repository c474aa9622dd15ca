"""What can happen to an article that is nobody's bug."""


class Skip(Exception):
    """The article is not for this desk (too short, a cookie wall, another language). The message says why."""


class Unusable(Exception):
    """The article cannot be processed as it was handed in. The message says what is wrong and what to do."""


class Unreachable(Exception):
    """A URL could not be fetched now; another try may succeed. The message says what happened."""


class Later(Exception):
    """A host is to be left alone for a while; nothing is wrong, and no try is counted."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} may be asked again in {seconds:.1f} s.")
        self.seconds = seconds
