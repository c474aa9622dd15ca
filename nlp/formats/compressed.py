"""Gzip, opened within bounds: a small file may not become a large one."""

import zlib

from nlp.errors import Unreadable

LIMIT = 256 << 20  # bytes after decompression
_RATIO = 200  # news text shrinks 3 to 10 times, a repetitive log 50; deflate's most is about 1,030
_FREE = 8 << 20  # below this size the ratio does not matter
_STEP = 1 << 20
_MAGIC = b"\x1f\x8b"


def gunzip(data: bytes, limit: int = LIMIT) -> bytes:
    """`data` as it was before gzip, which may have been applied twice; other bytes come back as they are.

    Raises Unreadable if the result would pass `limit` bytes or 200 times the packed size, or is damaged.
    """
    for _ in range(2):
        if not data.startswith(_MAGIC):
            return data
        data = _open(data, limit)
    if data.startswith(_MAGIC):
        raise Unreadable("gzip inside gzip inside gzip; compress the file once")
    return data


def _open(data: bytes, limit: int) -> bytes:
    """All members of one gzip file; what follows the last one is ignored, as gzip itself does."""
    parts: list[bytes] = []
    size, rest = 0, data
    allowed = min(limit, max(_FREE, _RATIO * len(data)))
    while rest.startswith(_MAGIC):
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            part = _step(member, rest)
            size += len(part)
            if size > allowed:
                raise Unreadable(
                    f"the gzip data grows beyond {allowed >> 20} MB; split the file, or send it uncompressed"
                )
            parts.append(part)
            rest = member.unconsumed_tail
            if not part and not rest and not member.eof:
                raise Unreadable("the gzip data ends too early; send the whole file")
        rest = member.unused_data
    return b"".join(parts)


def _step(member: "zlib._Decompress", rest: bytes) -> bytes:
    try:
        return member.decompress(rest, _STEP)
    except zlib.error as error:
        raise Unreadable(f"the gzip data is damaged ({error}); send the file again") from None
