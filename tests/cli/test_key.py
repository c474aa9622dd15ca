"""`copydesk key`: a key is shown once, listed without being shown, and refused once revoked."""

import pytest
from sqlalchemy import text, update

from models.key import ApiKey
from models.session import transaction
from tasks.keys import any_good


def test_a_name_has_one_key_until_it_is_revoked(copydesk):
    first = copydesk("key", "create", "Wire", "--scope", "write", "--json").json
    assert (first["name"], first["scope"]) == ("Wire", "write")
    assert copydesk("key", "create", "Wire").status == 2
    assert copydesk("key", "revoke", "Wire").status == 0
    again = copydesk("key", "revoke", "Wire")
    assert (again.status, again.err.count("\n")) == (2, 1)
    second = copydesk("key", "create", "Wire")
    assert second.out.startswith("cdk_")
    assert second.out.strip() != first["key"]
    assert first["key"] not in copydesk("key", "list", "--json").out


def test_the_list_says_how_each_key_is_and_never_what_it_is(copydesk):
    keys = [copydesk("key", "create", name, "--expires", 7).out.strip() for name in ("Wire", "[red]Lost", "Old")]
    copydesk("key", "revoke", "[red]Lost")
    with transaction() as db:
        db.execute(update(ApiKey).where(ApiKey.name == "Old").values(expires_at=text("now()")))
        assert any_good(db)
    listed = copydesk("key", "list").out
    for line in ("Old │ read │ expired", "[red]Lost │ read │ revoked", "Wire │ read │ good"):
        assert line in " ".join(listed.replace("│", " │ ").split())
    assert not any(key in listed or key[4:] in listed for key in keys)


@pytest.mark.parametrize(
    "arguments", [("",), ("x" * 101,), ("a\nb",), ("Wire", "--scope", "root"), ("Wire", "--expires", 0)]
)
def test_a_key_that_cannot_be_is_refused_in_one_message(copydesk, arguments):
    said = copydesk("key", "create", *arguments)
    assert (said.status, said.out) == (2, "")
    assert "Traceback" not in said.err
