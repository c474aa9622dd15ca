"""Records of an export as Parquet, made as they are read: a row group a page, and nothing on disk."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_TIME = pa.timestamp("us", tz="UTC")


def _struct(**fields: pa.DataType) -> pa.StructType:
    return pa.struct(list(fields.items()))


_SENTENCE = _struct(start=pa.int32(), end=pa.int32(), text=pa.string(), score=pa.float64())
_MENTION = _struct(start=pa.int32(), end=pa.int32(), score=pa.float64())
SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "version": pa.int32(),
        "title": pa.string(),
        "source": pa.string(),
        "url": pa.string(),
        "author": pa.string(),
        "attribution": pa.string(),
        "published_at": _TIME,
        "created_at": _TIME,
        "updated_at": _TIME,
        "at": _TIME,
        "language": pa.string(),
        "state": pa.string(),
        "text": pa.string(),
        "summary": _struct(version=pa.int32(), kind=pa.string(), reason=pa.string(), sentences=pa.list_(_SENTENCE)),
        "entities": pa.list_(_struct(id=pa.int64(), type=pa.string(), name=pa.string(), mentions=pa.list_(_MENTION))),
        "neighbours": pa.list_(
            _struct(
                article_id=pa.int64(),
                score=pa.float32(),
                cosine=pa.float32(),
                hours_apart=pa.float32(),
                rule=pa.string(),
            )
        ),
        "story": pa.int64(),
        "stages": pa.list_(
            _struct(
                name=pa.string(),
                state=pa.string(),
                version=pa.int32(),
                lineage=pa.string(),
                reason=pa.string(),
                finished_at=_TIME,
            )
        ),
    }
)


class _Written:
    """A file that hands on what is written to it. Parquet is written from start to end: its index comes last."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def parquet(pages: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    """The file in parts; one that is cut off has no index, and is refused by whoever reads it."""
    written = _Written()
    with pq.ParquetWriter(pa.PythonFile(written, mode="w"), SCHEMA, compression="zstd") as writer:
        for page in pages:
            writer.write_table(pa.Table.from_pylist(page, schema=SCHEMA))
            yield written.take()
    yield written.take()
