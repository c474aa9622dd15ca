"""Unicode's normal forms, in a time that grows with the text and no faster."""

import re
import unicodedata
from typing import Literal

MOST_MARKS = 30  # on one letter, as in UAX #15, "Stream-Safe Text Format": no script has so many
_FEW = 2000  # bytes beyond one a character; so few marks are sorted in a millisecond, and English has fewer
# Neither letter, digit nor space and beyond Latin: all combining marks, and dashes and the like, of which there are
# seldom so many in a row. The two of half-width katakana become marks.
_STACK = re.compile(rf"(?:[^\x00-\u02ff\w\s]|[\uff9e\uff9f]){{{MOST_MARKS + 1},}}")


def normal(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """`text` in this normal form. Of more than MOST_MARKS marks in a row the first may be kept alone.

    Python sorts them in a time that is quadratic in their number: half a million would take hours.
    """
    if len(text.encode("utf-8", "replace")) - len(text) > _FEW:
        text = _STACK.sub(lambda run: run[0][:MOST_MARKS], text)
    return unicodedata.normalize(form, text)
