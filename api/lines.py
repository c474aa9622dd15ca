"""A stream of bytes, cut into lines and these into batches; never more than a batch and a line are kept."""

import codecs
from collections.abc import AsyncIterator, Iterator

Line = tuple[int, bytes | None]  # its number from 1, and what it says; None: it is over the limit


async def batches(chunks: AsyncIterator[bytes], lines: int, limit: int) -> AsyncIterator[list[Line]]:
    """The lines that are not blank, up to `lines` together, fewer where these have more than `limit` bytes."""
    cutter = Cutter(limit)
    batch: list[Line] = []
    weight = 0
    async for chunk in chunks:
        for line in cutter.feed(chunk):
            batch.append(line)
            weight += len(line[1] or b"")
            if len(batch) >= lines or weight > limit:
                yield batch
                batch, weight = [], 0
    batch += cutter.end()
    if batch:
        yield batch


class Cutter:
    """Cuts where line feeds are; JSON has none inside. Of a line over the limit nothing is kept."""

    def __init__(self, limit: int) -> None:
        """`limit`: bytes of a line."""
        self.limit = limit
        self.number = 0
        self.begun = bytearray()
        self.too_long = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that end in the chunk."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._keep(chunk[start:end])
            yield from self.end()
            start = end + 1
        self._keep(chunk[start:])

    def end(self) -> list[Line]:
        """The line that ends here, unless it is blank."""
        self.number += 1
        begun = self.begun.removeprefix(codecs.BOM_UTF8) if self.number == 1 else self.begun
        line = None if self.too_long else bytes(begun.strip(b" \t\r"))
        self.begun, self.too_long = bytearray(), False
        return [] if line == b"" else [(self.number, line)]

    def _keep(self, part: bytes) -> None:
        self.too_long = self.too_long or len(self.begun) + len(part) > self.limit
        if self.too_long:
            self.begun = bytearray()
        else:
            self.begun += part
