"""A request's gzip body, unpacked piece by piece: a small request may not become a large one."""

import zlib

from starlette.types import Message, Receive

from nlp.errors import Unreadable

STEP = 1 << 16  # bytes of a piece
RATIO, FREE = 200, 8 << 20  # news shrinks 3 to 10 times, a repetitive log 50; below 8 MB the ratio does not matter


class Gunzip:
    """A `receive` whose body is unpacked, in pieces of at most STEP bytes. Raises Unreadable of damage and of bombs."""

    def __init__(self, receive: Receive) -> None:
        """`receive` gives the packed body."""
        self.receive = receive
        self.member = zlib.decompressobj(wbits=31)
        self.rest = b""
        self.more = True  # packed bytes may follow
        self.broken = False
        self.packed = self.unpacked = 0

    async def __call__(self) -> Message:
        """The next piece; it may be empty. Once it has been refused: what else comes, as it is."""
        if self.broken:
            return await self.receive() if self.more else {"type": "http.disconnect"}
        try:
            return await self._next()
        except Unreadable:
            self.broken = True
            raise

    async def _next(self) -> Message:
        if not self.rest and self.more:
            message = await self.receive()
            if message["type"] != "http.request":
                return message
            self.rest, self.more = message.get("body", b""), message.get("more_body", False)
            self.packed += len(self.rest)
        piece = self._unpack()
        self.unpacked += len(piece)
        if self.unpacked > max(FREE, RATIO * self.packed):
            raise Unreadable("The body grows to more than 200 times its size; send it in parts, or uncompressed")
        if self.rest or self.more or (piece and not self.member.eof):  # all taken in need not be all given out
            return {"type": "http.request", "body": piece, "more_body": True}
        if self.packed and not self.member.eof:
            raise Unreadable("The gzip data ends too early; send all of it")
        return {"type": "http.request", "body": piece, "more_body": False}

    def _unpack(self) -> bytes:
        if self.member.eof and self.rest:  # files packed one behind the other are one
            self.member = zlib.decompressobj(wbits=31)
        try:
            piece = self.member.decompress(self.rest, STEP)
        except zlib.error as error:
            raise Unreadable(f"The gzip data is damaged ({error}); send it again") from None
        self.rest = self.member.unused_data if self.member.eof else self.member.unconsumed_tail
        return piece
