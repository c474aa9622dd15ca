"""`copydesk search` and `copydesk export`."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from marked import tell


@pytest.fixture
def stored(desk: Path) -> list[int]:
    return [tell(f"Dockers of {{LOC Hamburg}} left, part {n}.", source=f"Paper {n % 2}") for n in range(3)][::-1]


def test_search_prints_what_it_finds(copydesk, stored):
    said = copydesk("search", "docker", "--how", "words", "--source", "Paper 1")
    assert said.status == 0
    assert f"{stored[1]}  Dockers of Hamburg" in said.out and f"{stored[0]}  " not in said.out
    assert copydesk("search", "docker", "--json").json["articles"][0]["snippet"]["matches"]


def test_search_that_finds_nothing_says_so_in_its_status(copydesk, stored):
    said = copydesk("search", "zeppelin", "--how", "words")
    assert (said.status, said.out.startswith("Nothing found")) == (1, True)
    assert copydesk("search", "", "--json").status == 2


def test_export_writes_lines_and_parquet_with_filters(copydesk, stored, tmp_path):
    lines, parquet = tmp_path / "a.jsonl", tmp_path / "a.parquet"
    assert copydesk("export", "--output", lines, "--until", "2200-01-01").status == 0
    assert [json.loads(line)["id"] for line in lines.read_text().splitlines()] == stored
    assert copydesk("export", "--format", "parquet", "--output", parquet, "--source", "Paper 1").status == 0
    assert pq.read_table(parquet)["id"].to_pylist() == stored[1:2]
    assert sorted(tmp_path.iterdir()) == [lines, parquet]


def test_export_that_cannot_be_written_says_so_and_leaves_nothing(copydesk, stored, tmp_path):
    said = copydesk("export", "--output", tmp_path / "no" / "such" / "folder")
    assert said.status == 2
    assert "cannot be written" in said.err and "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_export_goes_to_standard_output_and_stops_when_nobody_reads(process, stored):
    whole = process("export")
    assert len(whole.communicate()[0].splitlines()) == len(stored)
    cut = process("export")
    cut.stdout.close()
    assert b"Traceback" not in cut.stderr.read()
    cut.wait()
