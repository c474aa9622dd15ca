"""What can happen to an article that is nobody's bug."""


class Skip(Exception):
    """The article is not for this desk (too short, a cookie wall, another language). The message says why."""


class Unusable(Exception):
    """The article cannot be processed as it was handed in. The message says what is wrong and what to do."""


class Unreachable(Exception):
    """A URL could not be fetched now; another try may succeed. The message says what happened."""


class Busy(Exception):
    """Too much waits in the lane. The message says how much; `seconds` is when to come again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class UnderWay(Exception):
    """The same request has come before and is not answered yet."""


class OtherRequest(Exception):
    """The idempotency key has come before, with another request."""


class Later(Exception):
    """A host is to be left alone for a while; nothing is wrong, and no try is counted."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} may be asked again in {seconds:.1f} s.")
        self.seconds = seconds
