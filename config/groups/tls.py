"""TLS of the queue: its options stand in its address, and who answers there is verified unless they say otherwise."""

import difflib
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
# Celery verifies nobody by default, which is no use against those whom TLS is for.
VERIFIED = {"ssl_cert_reqs": "required", "ssl_check_hostname": "true"}
CHOICES = {"ssl_cert_reqs": ("required", "optional", "none"), "ssl_check_hostname": ("true", "false")}


def verified(url: str) -> str:
    """A queue's address with all its TLS options named. Raises ValueError for one that is misspelt or unusable."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name, value in given.items():
        _check(name, value)
    if parts.scheme != "rediss":
        return url
    if given.get("ssl_cert_reqs") == "none":
        given = {"ssl_check_hostname": "false"} | given
    return urlunsplit(parts._replace(query=urlencode(VERIFIED | given)))


def options(url: str) -> dict[str, str | bool]:
    """The TLS options in a queue's address, as redis-py takes them; none where it is not reached by TLS."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query)) if parts.scheme == "rediss" else {}
    return {
        name: value == "true" if name == "ssl_check_hostname" else value
        for name, value in given.items()
        if name.startswith("ssl_")
    }


def _check(name: str, value: str) -> None:
    """Values are paths and words, and may be shown."""
    if not name.startswith("ssl"):
        return
    if name not in (*FILES, *CHOICES):
        nearest = difflib.get_close_matches(name, (*FILES, *CHOICES), n=1, cutoff=0)[0]
        raise ValueError(f"it has no TLS option {name}; did you mean {nearest}?")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} must be {' or '.join(CHOICES[name])}")
    if name in FILES and not Path(value).is_file():
        raise ValueError(f"{name}: there is no file {value}")
