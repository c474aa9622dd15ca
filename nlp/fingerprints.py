"""Keys by which the same article is known again: of its text, its headline, its address."""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from nlp.forms import normal

_NOT_WORD = re.compile(r"[\W_]+")
_DASH = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_QUOTE = re.compile("[\u2018-\u201f\u2032\u2033\u00ab\u00bb\u2039\u203a\"`\u00b4']")
_LONGEST_SITE = 200  # characters; what is longer names no site
_ENDS = " \t\n.-|:"
_PORTS = {"http": "80", "https": "443"}
# Parameters that say how a reader came, not what he reads.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|hsa|mc|oly|vero)_\w+|_{1,2}hs\w+|at_(?:medium|campaign|custom\d|link\w*)"
    r"|(?:fb|g|dc|msc|tw|yc|tt|li_fat_|ir|sc)c?lid|gbraid|wbraid|igsh(?:id)?|gad_source|gclsrc|mkt_tok|ncid|cmpid"
    r"|ocid|smid|smtyp"
    r"|ref_src|ref_url|s_cid|wt\.mc_id|xtor|spm|ftag|cmp|__twitter_impression",
    re.IGNORECASE,
)


def text_hash(text: str) -> bytes:
    """32 bytes, the same for texts that differ only in letter case, punctuation, spaces and Unicode form."""
    words = _NOT_WORD.sub(" ", normal("NFKC", text).casefold())
    return sha256(words.strip().encode("utf-8", "replace")).digest()


def title_key(title: str, site: str = "") -> str:
    """A headline made comparable: letter case, spaces, quotes and dashes levelled, the site's name taken off.

    " | Site" or " - Site" is taken off only when `site` names it: other tails may be part of the headline.
    """
    return _levelled(without_site(title, site)).strip(_ENDS)


def without_site(title: str, site: str) -> str:
    """`title` without " | Site", " - Site" or the like at its end, if there is a headline before it."""
    name = site.strip()
    if not name or len(name) > _LONGEST_SITE:
        return title
    found = re.search(rf"\s+[|:·\u2010-\u2015«»-]\s+{re.escape(name)}\s*\Z", title, re.IGNORECASE)
    return title[: found.start()] if found and title[: found.start()].strip() else title


def _levelled(text: str) -> str:
    plain = _QUOTE.sub("", _DASH.sub("-", normal("NFKC", text).casefold()))
    return " ".join(plain.split())


def url_key(url: str) -> str:
    """An address made comparable, or "" if it is no http address.

    Lower-case scheme and host, no user, default port or fragment, no tracking parameters, no last slash.
    The order of the other parameters stays: some sites read it.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        return ""
    place = f"[{host}]" if ":" in host else host
    if port and str(port) != _PORTS[scheme]:
        place += f":{port}"
    path = parts.path.rstrip("/") or "/"
    return urlunsplit((scheme, place, path, _untracked(parts.query), ""))


def _untracked(query: str) -> str:
    """The query without tracking parameters; the others exactly as they were written."""
    pairs = (part for part in query.split("&") if part)
    return "&".join(part for part in pairs if not _TRACKING.fullmatch(_name(part)))


def _name(part: str) -> str:
    read = parse_qsl(part, keep_blank_values=True)
    return read[0][0] if read else part
