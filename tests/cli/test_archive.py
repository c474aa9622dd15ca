"""`copydesk backup` and `copydesk restore`, as typed."""

import io
import sys
import zipfile

import pytest

from nlp.formats import Document
from tasks.receive import receive


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    monkeypatch.setattr("tasks.archive_restore.app.control.ping", lambda **_: [])


def test_a_backup_is_private_and_never_written_over_another(copydesk, tmp_path):
    receive([Document("text", "They left at noon.")])
    file = tmp_path / "desk.zip"
    assert copydesk("backup", file).status == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    again = copydesk("backup", file)
    assert (again.status, "exists: choose another name" in again.err) == (2, True)
    assert copydesk("restore", file, "--check").status == 0


def test_a_backup_goes_to_standard_output(copydesk, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    copydesk("backup", "-")
    assert "tables/articles" in zipfile.ZipFile(out.buffer).namelist()


def test_restoring_over_a_desk_takes_the_option_and_a_typed_yes(copydesk, tmp_path):
    receive([Document("text", "They left at noon.")])
    file = tmp_path / "desk.zip"
    copydesk("backup", file)
    refused = copydesk("restore", file)
    assert (refused.status, "--replace" in refused.err) == (2, True)
    assert "Nothing was changed" in copydesk("restore", file, "--replace", stdin=b"y\n").err
    done = copydesk("restore", file, "--replace", stdin=b"yes\n")
    assert (done.status, "Restored" in done.err) == (0, True)
    assert copydesk("show", 1, "--json").json["state"] == "in progress"


def test_what_is_no_archive_is_refused_in_a_line(copydesk, tmp_path):
    file = tmp_path / "desk.zip"
    file.write_text("nothing of the kind")
    said = copydesk("restore", file)
    assert (said.status, said.err.count("\n")) == (2, 1)
    assert copydesk("restore", tmp_path / "absent.zip").status == 2
