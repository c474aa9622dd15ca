"""What fuzzing starts from: our samples, cut to size, and the signs that the formats are made of."""

import gzip
from functools import cache
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"
LONGEST = 3000  # bytes of a seed
_MARKUP = b"""
<p> </p> <div_class='next'> <a_rel=prev_href=/x> <html> <!-- --> <![CDATA[ ]]> <rss><channel><item> <title>
&#0; &#xD800; &amp; <!DOCTYPE_x_[<!ENTITY_a_'b'>]> &a; <meta_charset="utf-7"> <base_href= <table><tr><td>
<script_type='application/ld+json'>
"""
_RECORDS = rb"""
{"text":" "} \ud800 \u0000 [ { {"articles":[ 1e999 NaN "url":"http://[" WARC/1.0 HTTP/1.1 Content-Length: --- title: #
** ](http:// http://[
"""
_PROSE = """
Next_story:_ Previous_Article By_ U.S._ March_12,_2026 9999-12-31 0000-00-00 “No!” ...
。 \u0085 \u2028 \u200b \u202e 😀 \u0300
"""
_ODD = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1f\x8b",
    b"\xed\xa0\x80",
    b"\xff",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\x0b",
    b" ",
]
_WRITTEN = [
    *_MARKUP.split(),
    *_RECORDS.split(),
    *(sign.encode() for sign in _PROSE.replace("\n", " ").strip().split(" ")),
]
SIGNS = [sign.replace(b"_", b" ") for sign in _WRITTEN] + _ODD


@cache
def seeds() -> list[bytes]:
    """The beginning of each sample, unpacked where it is packed, and its end."""
    found = []
    for path in sorted(SAMPLES.iterdir()):
        data = path.read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        found += [data[:LONGEST], data[-LONGEST:]]
    return found
