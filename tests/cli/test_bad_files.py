"""A folder with every kind of bad file in it: each is refused with a reason or read, and the good ones are queued."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

from bounded import within

PROSE = "The minister said that talks would go on in Geneva on Monday after a long night of argument. "
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ITEM = f"<item><title>&l9;</title><link>https://a.example/1</link><description>{PROSE}</description></item>"
EXTERNAL = '<!DOCTYPE r [<!ENTITY s SYSTEM "file:///etc/hostname">]>'

REFUSED = {  # by what the reason says
    "empty.txt": (b"", "empty"),
    "spaces.txt": (b" \r\n\t", "empty"),
    "bomb.gz": (gzip.compress(bytes(9 << 20), 9), "grows beyond"),
    "nested.gz": (gzip.compress(gzip.compress(gzip.compress(b"x"))), "compress the file once"),
    "cut.gz": (gzip.compress(PROSE.encode())[:-9], "ends too early"),
    "deflated.bin": (zlib.compress(bytes(range(256)) * 40), "binary data"),
    "deep.json": (b"[" * 100_000, "nested too deeply"),
    "deep-object.json": (b'{"a":' * 100_000, "nested too deeply"),
    "huge-number.json": (b'{"text": "x", "date": ' + b"9" * 10_000 + b"}", "too many digits"),
    "broken.xml": (b"<rss><channel><item", "broken feed"),
    "no-article.json": (b'{"note": 3}', "neither text nor a link"),
    "cut.warc": (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", ""),
}
READ = {  # how many articles
    "long-line.jsonl": (json.dumps({"text": PROSE * 110_000}).encode() + b'\n{"text": "Two."}', 2),
    "duplicate-keys.json": (b'{"text": "One.", "text": "Two.", "url": "file:///x", "url": "https://a.example/2"}', 1),
    "numbers.json": (b'{"text": "x", "date": 1e999, "published": -1e308, "title": 12}', 1),
    "years.jsonl": (b"\n".join(b'{"text": "x%d", "date": "%04d-01-01"}' % (y, y) for y in (0, 1, 1969, 9999)), 4),
    "surrogates.json": (b'{"text": "a\\ud800b\\u0000c \\ud83d\\ude00"}', 1),
    "mark.json": ("\ufeff" + '{"text": "Marked."}').encode(),
    "wide.txt": ("Zürich — 😀. " + PROSE).encode("utf-16"),
    "nul.txt": (PROSE.encode() + b"\0\0" + PROSE.encode()),
    "mixed.txt": (PROSE.encode() + "café".encode("latin-1") + "café".encode() + b"\xff\xfe"),
    "ends.txt": ("One.\rTwo.\u2028Three.\u0085Four.\x0bFive.\x0cSix.\u2029Seven. " + PROSE).encode(),
    "laughs.xml": (f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><rss><channel>{ITEM}</channel></rss>'.encode(), 1),
    "external.xml": (f"{EXTERNAL}<rss><channel>{ITEM.replace('l9', 's')}</channel></rss>".encode(), 1),
    "external.html": (f"{EXTERNAL}<html><p>&s;</p><p>{PROSE}</p></html>".encode(), 1),
    "nested.html": (b"<html>" + b"<div>" * 100_000 + PROSE.encode(), 1),
}


def test_each_bad_file_is_refused_with_a_reason_and_the_others_are_queued(
    copydesk: Callable[..., object], tmp_path: Path
) -> None:
    for name, (data, _) in REFUSED.items():
        (tmp_path / name).write_bytes(data)
    wanted = 0
    for name, held in READ.items():
        data, count = held if isinstance(held, tuple) else (held, 1)
        (tmp_path / name).write_bytes(data)
        wanted += count
    with within(60):
        said = copydesk("add", tmp_path, "--json")
    assert said.status == 1 and "Traceback" not in said.err  # type: ignore[attr-defined]
    answer = said.json  # type: ignore[attr-defined]
    reasons = {Path(one["where"].split(",")[0]).name: one["reason"] for one in answer["refused"]}
    assert {name for name in reasons if name not in REFUSED} == set()
    assert {name: why for name, (_, why) in REFUSED.items() if why not in reasons.get(name, "nothing")} == {}
    assert len(answer["articles"]) == wanted
