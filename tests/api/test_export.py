"""Exports over HTTP."""

import io
import json

import pyarrow.parquet as pq
import pytest
from marked import tell

import api.export
from tasks.listing import Filters


@pytest.fixture
def stored(client):
    return [tell(f"Article {n}.", source=f"Paper {n % 2}") for n in range(3)][::-1]


def test_json_lines_are_an_article_a_line(client, stored):
    answer = client.get("/v1/export", params={"source": "Paper 0"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="copydesk.jsonl"'
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [stored[0], stored[2]]


def test_parquet_is_a_file(client, stored):
    answer = client.get("/v1/export", params={"format": "parquet"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert pq.read_table(io.BytesIO(answer.content))["id"].to_pylist() == stored


def test_only_so_many_exports_run_at_once_and_each_gives_its_place_back(client, stored, monkeypatch):
    for _ in range(api.export.MOST + 1):
        assert client.get("/v1/export").status_code == 200
    held = [api.export._PLACES.acquire(blocking=False) for _ in range(api.export.MOST)]
    answer = client.get("/v1/export")
    for _ in held:
        api.export._PLACES.release()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


def test_an_export_that_breaks_off_gives_its_place_back(client, stored, monkeypatch):
    def broken(filters: Filters):
        yield [{"id": 1}]
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(api.export, "records", broken)
    broken_off = [client.get("/v1/export") for _ in range(api.export.MOST + 1)]
    assert [(answer.status_code, answer.text) for answer in broken_off] == [(200, '{"id": 1}\n')] * len(broken_off)
