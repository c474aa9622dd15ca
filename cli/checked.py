"""What `copydesk doctor` finds: whether something is in order, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """In order; works, but may not for long; does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at. `mend` says what to do, unless it is in order."""

    what: str
    verdict: Verdict
    said: str
    mend: str = ""


def ok(what: str, said: str) -> Checked:
    """In order."""
    return Checked(what, Verdict.OK, said)


def warn(what: str, said: str, mend: str) -> Checked:
    """Works, but may not for long."""
    return Checked(what, Verdict.WARN, said, mend)


def fail(what: str, said: str, mend: str) -> Checked:
    """Does not work."""
    return Checked(what, Verdict.FAIL, said, mend)
