"""Dates as feeds, pages and people write them."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_WRITTEN = ("%d %B %Y", "%B %d %Y", "%d %b %Y", "%b %d %Y", "%Y/%m/%d")
_CLOCK = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
_NOISE = re.compile(
    r"^(?:published|posted|updated|date)?\s*(?:on\b)?[:\s]*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?"
    r"|sun)(?:day)?,?\s+)?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_ZONE = re.compile(r"\s+(?:GMT|UTC)$")


def moment(value: object) -> datetime | None:
    """The moment that `value` names, aware and in UTC, or None if it names none.

    Takes ISO 8601, RFC 2822, "12 March 2026", "March 12, 2026 10:30", and seconds or milliseconds since 1970.
    A time without a zone is taken as UTC.
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = bounded(_number(float(value)) if isinstance(value, int | float) else _text(str(value).strip()[:64]))
        if found is None:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def bounded(found: datetime | None) -> datetime | None:
    """The moment, unless no news is so old or so far ahead: time zones and databases disagree on others."""
    return found if found is not None and 1700 <= found.year <= 2200 else None


def _number(value: float) -> datetime:
    return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)


def _text(value: str) -> datetime | None:
    # Python reads "2026" and "20260312" as dates too; a bare number is rather seconds since 1970.
    if re.fullmatch(r"\d{9,13}", value):
        return _number(float(value))
    for read in (datetime.fromisoformat, parsedate_to_datetime, _written):
        try:
            return read(value)
        except (ValueError, TypeError, IndexError):
            continue
    return None


def _written(value: str) -> datetime:
    plain = _ZONE.sub("", _ORDINAL.sub("", _NOISE.sub("", value, count=1)).replace(",", " ").replace(" at ", " "))
    plain = re.sub(r"\bSept\b", "Sep", " ".join(plain.replace(".", " ").split()))
    for day in _WRITTEN:
        for clock in _CLOCK:
            try:
                return datetime.strptime(plain, day + clock)
            except ValueError:
                continue
    raise ValueError(value)
