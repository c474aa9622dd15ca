"""How long what is stored may be: an index entry holds 2,704 bytes, and no name is a page long."""

LONGEST_URL = 2000  # bytes
LONGEST_NAME = 500  # characters; of four bytes each they still fit


def name(text: str) -> str:
    """A title, author, source or other name, cut where it is too long."""
    return text[:LONGEST_NAME]


def fits(url: str) -> bool:
    """Whether an address is short enough to be stored."""
    return len(url.encode("utf-8", "replace")) <= LONGEST_URL
