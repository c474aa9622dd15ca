"""`copydesk entity`: what it prints, and how it ends."""

import pytest
from marked import tell

WFP = "The {ORG World Food Programme} ({ORG WFP}) met in {LOC Rome}."


@pytest.mark.parametrize("name", ["WFP", "world food programme", "1", "2"])
def test_a_thing_is_printed_with_its_names_their_evidence_and_its_timeline(copydesk, name):
    tell(WFP)
    tell(WFP)
    said = copydesk("entity", name)
    assert said.status == 0
    assert "World Food Programme, organisations" in said.out
    assert "WFP = World Food Programme, defined in brackets, 2 articles, first 1 [4-30]; holds everywhere" in said.out
    assert "Mentions a day" in said.out and "█" * 40 in said.out
    assert "Rome, places, 2 articles" in said.out


def test_an_id_of_an_alias_is_said_to_be_merged(copydesk):
    tell(WFP)
    both = [copydesk("entity", number).out for number in (1, 2)]
    assert sum("is merged into" in out for out in both) == 1


def test_as_json_a_thing_is_what_the_api_gives(copydesk):
    tell(WFP)
    [view] = copydesk("entity", "WFP", "--json").json["entities"]
    assert view["name"] == "World Food Programme"
    assert view["aliases"][0]["merges"][0]["evidence"][0]["article_id"] == 1
    assert view["timeline"]["bars"][0]["start"].count("-") == 2


def test_a_name_of_things_of_two_types_prints_both(copydesk):
    tell("{LOC Washington} has {PER Washington}.")
    assert len(copydesk("entity", "Washington", "--json").json["entities"]) == 2


def test_a_thing_named_like_a_command_is_shown_by_show(copydesk):
    tell("{ORG Undo} met.")
    assert "Undo, organisations" in copydesk("entity", "show", "undo").out


def test_a_merge_is_undone_and_redone_by_its_number(copydesk):
    tell(WFP)
    [alias] = copydesk("entity", "WFP", "--json").json["entities"][0]["aliases"]
    number = alias["merges"][0]["id"]
    assert "; undone: another one" in copydesk("entity", "undo", number, "--why", "another one").out
    assert copydesk("entity", "WFP", "--json").json["entities"][0]["name"] == "WFP"
    assert "undone: another one" in copydesk("entity", "WFP").out
    assert copydesk("entity", "redo", number, "--json").json["holds"] == "everywhere"


def test_two_are_kept_apart_by_their_ids(copydesk):
    tell(WFP)
    said = copydesk("entity", "distinct", 1, 2)
    assert said.status == 0 and len(said.out.splitlines()) == 2
    assert len(copydesk("entity", "distinct", 1, 2, "--take-back", "--json").json["entities"]) == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["Nobody"], "There is no entity Nobody."),
        (["7"], "There is no entity 7."),
        (["9" * 30], f"There is no entity {'9' * 30}."),
        (["undo", "7"], "There is no merge 7."),
        (["redo", "7"], "There is no merge 7."),
        (["distinct", "7", "8"], "There is no entity 7."),
        (["distinct", "1", "1"], "An entity is the same as itself; give two ids."),
    ],
)
def test_what_is_not_there_is_an_error_in_one_line(copydesk, arguments, error):
    said = copydesk("entity", *arguments)
    assert (said.status, said.out, said.err) == (2, "", f"copydesk: {error}\n")


@pytest.mark.parametrize("arguments", [["undo", "0"], ["undo", "one"], ["distinct", "1"], [], ["WFP", "more"]])
def test_wrong_usage_is_said_without_a_traceback(copydesk, arguments):
    said = copydesk("entity", *arguments)
    assert said.status == 2
    assert "Traceback" not in said.err
