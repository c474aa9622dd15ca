"""What a site's robots.txt allows us, by RFC 9309, remembered for a day."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from protego import Protego
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from config.settings import settings
from models.host import Robots
from models.session import statements
from nlp.formats.encoding import scrub
from tasks import http
from tasks.errors import Unreachable, Unusable

MOST_BYTES = 512_000  # RFC 9309, 2.5: at least 500 kibibytes must be read
LONGEST_DELAY = 60.0  # seconds between requests that a Crawl-delay can ask of us
_FRESH, _RETRY, _KEPT = timedelta(hours=24), timedelta(minutes=5), timedelta(days=30)
_UNREACHABLE = 0
_AGENT_LINE = ("user-agent", "useragent", "user agent")


def rules_for(url: str, enter: Callable[[str], None]) -> Protego:
    """The rules of the site that the URL is on. `enter` is asked before robots.txt is, where it must be.

    Without a robots.txt (4xx) all is allowed. Raises Unreachable when it cannot be had now (5xx, no answer): then
    nothing is allowed, unless it could be had earlier.
    """
    origin = origin_of(url)
    fresh = select(Robots.status, Robots.rules).where(Robots.origin == origin, Robots.stale_at > func.now())
    with statements() as db:
        known = db.execute(fresh).one_or_none()
    status, rules = known or _store(origin, *_asked(origin, enter))
    if rules is None:
        why = f"status {status}" if status else "no answer"
        raise Unreachable(f"{origin}/robots.txt cannot be read now ({why}), so nothing else is fetched from there.")
    return Protego.parse(rules)


def allows(rules: Protego, url: str) -> bool:
    """Whether we may ask for the URL."""
    return rules.can_fetch(url, http.TOKEN)


def gap(rules: Protego | None) -> float:
    """Seconds between two requests: ours, or those of a Crawl-delay, which is no part of the RFC but common."""
    wanted = rules.crawl_delay(http.TOKEN) if rules else None
    return max(settings().host_seconds, min(wanted or 0.0, LONGEST_DELAY))


def origin_of(url: str) -> str:
    """Scheme, host and port: each has a robots.txt of its own."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def concerning_us(text: str) -> str:
    """The file with all groups of others under one name: thousands of them would cost memory, each times its rules."""
    return "\n".join(map(_line, text.splitlines()))


def _line(line: str) -> str:
    name, mark, value = line.partition("#")[0].partition(":")
    if not mark or name.strip().lower() not in _AGENT_LINE:
        return line
    agent = value.strip().lower()
    known = "*" if agent == "*" else http.TOKEN if agent.startswith(http.TOKEN.lower()) else "somebody-else"
    return f"User-agent: {known}"


def _asked(origin: str, enter: Callable[[str], None]) -> tuple[int, str | None]:
    """Status and rules of what the site answers; no rules when it cannot be reached."""
    limits = http.Limits(settings().fetch_seconds, MOST_BYTES, settings().fetch_private, cut=True)
    try:
        answer = http.get(f"{origin}/robots.txt", enter, limits, {"Accept-Encoding": "identity"})
    except Unreachable:
        return _UNREACHABLE, None
    except Unusable:  # redirects without end, or to where nobody may go: as good as none (RFC 9309, 2.3.1.2)
        return 404, ""
    if answer.status in http.IN_TROUBLE or answer.status >= 500:
        return answer.status, None
    return answer.status, concerning_us(scrub(answer.body.decode("utf-8", "replace")))


def _store(origin: str, status: int, rules: str | None) -> tuple[int, str | None]:
    """Remember it, and give what counts now: rules from earlier, where the site cannot be reached."""
    stale_at = func.now() + (_RETRY if rules is None else _FRESH)
    row = insert(Robots).values(origin=origin, status=status, rules=rules, stale_at=stale_at)
    kept = row.on_conflict_do_update(
        index_elements=[Robots.origin],
        set_={
            "status": row.excluded.status,
            "rules": func.coalesce(row.excluded.rules, Robots.rules),
            "stale_at": row.excluded.stale_at,
        },
    )
    with statements() as db:
        stored = db.execute(kept.returning(Robots.status, Robots.rules)).one()
    return stored.status, stored.rules


def forget_robots(most: int = 1000) -> None:
    """Drop what has been stale for a month."""
    old = select(Robots.origin).where(Robots.stale_at < func.now() - _KEPT).limit(most)
    with statements() as db:
        db.execute(delete(Robots).where(Robots.origin.in_(old)))
