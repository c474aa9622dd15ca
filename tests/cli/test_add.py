"""`copydesk add`: what it takes, what it refuses, and what it says."""

import gzip
import json

import pytest
from sqlalchemy import select

from models.article import Article, Payload
from models.session import session
from models.stage import StageRow
from tasks.receive import BATCH
from workers.app import app

STORY = "Dockers in Hamburg left work at noon. They want their nights back, says the union."


def bodies():
    with session() as db:
        return db.scalars(select(Payload.body).order_by(Payload.article_id)).all()


def queued(queue="ingest"):
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen(queue))


def test_a_file_is_queued_and_its_id_told(copydesk, tmp_path):
    (tmp_path / "story.md").write_text(f"# Dockers walk out\n\n{STORY}")
    said = copydesk("add", tmp_path / "story.md")
    assert (said.status, said.out.split()[:2]) == (0, ["queued", "1"])
    assert queued() == 1


def test_the_same_file_again_is_known(copydesk, tmp_path):
    (tmp_path / "story.txt").write_text(STORY)
    copydesk("add", tmp_path / "story.txt")
    said = copydesk("add", tmp_path / "story.txt")
    assert (said.status, said.out.split()[:2]) == (0, ["known", "1"])
    assert queued() == 1


def test_the_good_file_is_queued_and_the_bad_one_named(copydesk, tmp_path):
    (tmp_path / "good.txt").write_text(STORY)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 ...")
    said = copydesk("add", tmp_path / "bad.pdf", tmp_path / "good.txt")
    assert said.status == 1
    assert bodies() == [STORY]
    assert queued() == 1
    assert f"refused {tmp_path}/bad.pdf: this is a PDF; convert it to text or HTML first" in said.out


@pytest.mark.parametrize("command", ["add", "run"])
@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("nowhere.txt", None, "there is no such file or folder"),
        ("binary.dat", bytes(range(32)) * 40, "binary data"),
        ("picture.png", b"\x89PNG\r\n\x1a\n", "picture"),
        ("empty.txt", b"", "empty"),
        ("broken.json", b'{"text": ', "broken JSON"),
        ("bomb.gz", gzip.compress(bytes(400_000_000)), "gzip"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(copydesk, tmp_path, command, name, content, what):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    said = copydesk(command, file)
    assert said.status == 1
    assert said.err == ""
    assert said.out.count("\n") == 1
    assert said.out.startswith(f"refused {file}: ")
    assert what in said.out


@pytest.mark.parametrize("command", ["add", "run"])
def test_a_folder_without_articles_is_an_error_in_one_line(copydesk, tmp_path, command):
    (tmp_path / "empty").mkdir()
    said = copydesk(command, tmp_path / "empty")
    assert said == type(said)(2, "", f"copydesk: There is no article in {tmp_path}/empty.\n")


def test_a_file_that_may_not_be_read_is_refused(copydesk, tmp_path, monkeypatch):
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "closed.txt").write_text(STORY)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    said = copydesk("add", tmp_path / "closed.txt", tmp_path / "loop.txt")
    assert said.status == 1
    assert "closed.txt: cannot be read: Permission denied" in said.out
    assert "loop.txt: there is no such file or folder" in said.out


def test_a_folder_is_taken_with_all_below_it_and_hidden_files_are_not(copydesk, tmp_path):
    for name in ("b.txt", "a/deep/c.txt", ".hidden.txt", ".git/config", "a/.cache/d.txt"):
        file = tmp_path / "desk" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{STORY} {name}")
    assert copydesk("add", tmp_path / "desk").status == 0
    assert sorted(body.split()[-1] for body in bodies()) == ["a/deep/c.txt", "b.txt"]


def test_a_hidden_file_is_taken_when_it_is_named(copydesk, tmp_path):
    (tmp_path / ".story.txt").write_text(STORY)
    assert copydesk("add", tmp_path / ".story.txt").status == 0
    assert bodies() == [STORY]


def test_standard_input_is_read_for_a_dash(copydesk):
    assert copydesk("add", "-", stdin=STORY.encode()).status == 0
    assert bodies() == [STORY]


def test_what_is_wrong_with_standard_input_is_said(copydesk):
    said = copydesk("add", "-")
    assert (said.status, said.out) == (1, "refused standard input: the file is empty; there is nothing to read\n")


def test_compressed_json_lines_are_taken_line_by_line(copydesk, tmp_path):
    lines = [{"text": f"{STORY} {number}", "url": f"https://a.example/{number}"} for number in range(3)]
    content = "\n".join([*map(json.dumps, lines), '{"broken', '{"title": "No text"}'])
    (tmp_path / "wire.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    said = copydesk("add", tmp_path / "wire.jsonl.gz")
    assert said.status == 1
    assert sorted(bodies()) == [line["text"] for line in lines]
    assert f"refused {tmp_path}/wire.jsonl.gz, line 4: broken JSON" in said.out
    assert f"refused {tmp_path}/wire.jsonl.gz, line 5: neither text nor a link" in said.out


def test_an_address_is_queued_to_be_fetched(copydesk):
    assert copydesk("add", "https://news.example/story").status == 0
    with session() as db:
        assert db.scalars(select(Article.url)).all() == ["https://news.example/story"]
    assert bodies() == [""]


def test_an_address_that_cannot_be_fetched_is_refused(copydesk):
    said = copydesk("add", "http://news.example:port/")
    assert (said.status, bodies()) == (1, [])
    assert "refused http://news.example:port/: The URL must begin with" in said.out


def test_a_backfill_waits_behind_live_articles(copydesk, tmp_path):
    (tmp_path / "story.txt").write_text(STORY)
    copydesk("add", "--backfill", tmp_path / "story.txt")
    assert (queued(), queued("ingest.backfill")) == (0, 1)
    with session() as db:
        assert db.scalars(select(StageRow.lane)).all() == ["backfill"]


def test_json_names_ids_and_refusals(copydesk, tmp_path):
    (tmp_path / "story.txt").write_text(STORY)
    said = copydesk("add", "--json", tmp_path / "story.txt", tmp_path / "[bold]nowhere.txt")
    assert said.status == 1
    nowhere = {"where": f"{tmp_path}/[bold]nowhere.txt", "reason": "there is no such file or folder"}
    assert said.json == {"articles": [{"id": 1, "queued": True}], "refused": [nowhere]}


@pytest.mark.parametrize("markup", ["[red]Dockers[/red] walk out", "[/nonsense] [link=x]", "[bold", "a\\[b]"])
def test_what_looks_like_markup_is_printed_as_it_is(copydesk, tmp_path, markup):
    (tmp_path / "story.json").write_text(json.dumps({"text": STORY, "title": markup}))
    assert markup in copydesk("add", tmp_path / "story.json").out
    assert markup in copydesk("show", 1).out
    assert f"refused [red]{tmp_path}" not in copydesk("add", tmp_path / "[red]x").out
    assert f"{tmp_path}/[red]x: there is no such" in copydesk("add", tmp_path / "[red]x").out


def test_a_file_name_that_is_no_text_is_told_all_the_same(copydesk, tmp_path):
    name = (bytes(tmp_path) + b"/\xff.txt").decode("utf-8", "surrogateescape")
    said = copydesk("add", name)
    assert (said.status, said.out) == (1, f"refused {tmp_path}/?.txt: there is no such file or folder\n")


def test_long_lines_are_not_broken(copydesk, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert copydesk("add", tmp_path / ("x" * 200)).out.count("\n") == 1


def test_while_the_lane_is_full_it_waits_and_says_so_once(copydesk, tmp_path, setting, monkeypatch):
    setting(max_backlog=1)
    monkeypatch.setattr("tasks.backlog.LOOK_SECONDS", 0.0)
    (tmp_path / "one.txt").write_text(STORY)
    (tmp_path / "two.txt").write_text(f"{STORY} Again.")
    copydesk("add", tmp_path / "one.txt")
    waits = []

    def sleep(seconds):
        waits.append(queued())
        if len(waits) == 3:
            with app.connection_for_write() as connection:
                connection.default_channel.client.flushall()

    monkeypatch.setattr("cli.add.time.sleep", sleep)
    said = copydesk("add", tmp_path / "two.txt")
    assert (said.status, waits, queued()) == (0, [1, 1, 1], 1)
    assert said.err.count("COPYDESK_MAX_BACKLOG") == said.err.count("\n") == 1
    assert copydesk("add", "--backfill", tmp_path / "one.txt").err == ""


def test_stopped_it_tells_what_is_in_and_the_same_again_goes_on(copydesk, tmp_path, monkeypatch):
    lines = [
        json.dumps({"text": f"{STORY} {number}", "url": f"https://a.example/{number}"})
        for number in range(2 * BATCH + 50)
    ]
    (tmp_path / "wire.jsonl").write_text("\n".join(lines))
    batches = []

    def interrupt(lane):
        batches.append(lane)
        if len(batches) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tasks.backlog.admit", interrupt)
        said = copydesk("add", "--json", tmp_path / "wire.jsonl")
    assert (said.status, len(bodies())) == (130, 2 * BATCH)
    assert f"{2 * BATCH:,} of {len(lines):,}" in said.err
    again = copydesk("add", "--json", tmp_path / "wire.jsonl")
    assert (again.status, len(bodies())) == (0, len(lines))
    assert sum(article["queued"] for article in again.json["articles"]) == 50
