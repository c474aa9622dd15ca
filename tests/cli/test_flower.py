"""Flower's password: made once, for its owner's eyes only, unless a setting gives it."""

import os
import stat

import pytest

from cli.flower import flower_password
from config.settings import SettingsError


@pytest.fixture
def folder(setting, tmp_path, monkeypatch):
    monkeypatch.delenv("COPYDESK_FLOWER_PASSWORD", raising=False)
    setting(data=tmp_path / "new" / "data")
    return tmp_path / "new" / "data"


def test_a_password_is_made_once_and_reused(folder):
    password = flower_password()
    assert len(password) >= 16
    assert flower_password() == password
    assert (folder / "flower-password").read_text() == password


def test_its_file_is_closed_to_others_whatever_the_umask(folder):
    before = os.umask(0)
    try:
        flower_password()
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "flower-password").stat().st_mode) == 0o600


def test_two_desks_have_two_passwords(folder, setting, tmp_path):
    one = flower_password()
    setting(data=tmp_path / "other")
    assert flower_password() != one


def test_the_setting_goes_before_the_file(folder, setting):
    flower_password()
    setting(flower_password="chosen-by-hand")
    assert flower_password() == "chosen-by-hand"


def test_an_empty_file_is_no_password(folder):
    folder.mkdir(parents=True)
    (folder / "flower-password").touch()
    with pytest.raises(SettingsError, match="flower-password is empty"):
        flower_password()
