"""What can happen to an article that is nobody's bug."""


class Skip(Exception):
    """The article is not for this desk (too short, a cookie wall, another language). The message says why."""


class Unusable(Exception):
    """The article cannot be processed as it was handed in. The message says what is wrong and what to do."""


class Unreachable(Exception):
    """A URL could not be fetched now; another try may succeed. The message says what happened."""
