"""How a page is made: the templates, and the few words and forms they share."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.charts import long_date
from api.static_files import address

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
TYPES = {"PER": "person", "ORG": "organisation", "LOC": "place", "MISC": "other"}
MANY = {"PER": "People", "ORG": "Organisations", "LOC": "Places", "MISC": "Other names"}
SHORT = {"PER": "person", "ORG": "org", "LOC": "place", "MISC": "name"}  # in running text
STAGES = {"ingest": "Read", "summary": "Summary", "entities": "Names", "neighbours": "Neighbours"}


def pages() -> APIRouter:
    """A router of pages."""
    return APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. It is asked for each time, since results come in all the time, and kept by no cache that others share."""
    text = _environment().get_template(template).render(now=datetime.now(UTC), **values)
    return HTMLResponse(text, status, headers={"Cache-Control": "private, no-cache"})


def web(url: str | None) -> str | None:
    """The address if it is one of the web: `javascript:` and the like are no links."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:  # such as half an IPv6 address
        return None


def long_time(moment: datetime) -> str:
    """2 March 2026, 09:30 UTC; without the time where it is midnight, as of a date alone."""
    moment = moment.astimezone(UTC)
    time = "" if (moment.hour, moment.minute) == (0, 0) else f", {moment:%H:%M} UTC"
    return long_date(moment.date()) + time


def short_time(moment: datetime) -> str:
    """2 Mar 2026, 09:30; likewise without a midnight."""
    moment = moment.astimezone(UTC)
    time = "" if (moment.hour, moment.minute) == (0, 0) else f", {moment:%H:%M}"
    return short_date(moment.date()) + time


def short_date(day: date) -> str:
    """2 Mar 2026."""
    return f"{day.day} {day:%b} {day.year}"


def lasted(seconds: float) -> str:
    """A time for people: 40 s, 12 min, 3 h, 2 days."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def count(number: int, one: str) -> str:
    """1 article, 2 articles, 1,000 articles."""
    return f"{number:,} {one}{'s' * (number != 1)}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    words = {"TYPES": TYPES, "SHORT": SHORT, "MANY": MANY, "STAGES": STAGES}
    made.globals |= {"static": address, "count": count, **words}
    filters = (web, long_time, short_time, long_date, short_date, lasted)
    made.filters |= {filter_.__name__: filter_ for filter_ in filters}
    return made
