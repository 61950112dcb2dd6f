"""Which row of a report says what in the ledger, whatever office made the form."""

import pytest

from forms import ledger, xlsform
from forms.schema import Repeat
from tests.forms.conftest import OWN_CHOICES, make_cells

BEGIN, END = {"type": "begin repeat", "name": "r", "label": "R", "x_consolidate": "ledger"}, {"type": "end repeat"}


def asked(kind: str, name: str, **other: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": name.upper(), **other}


def long(name: str) -> dict[str, str]:
    return asked("text", name, appearance="multiline")


def choice(name: str) -> dict[str, str]:
    return asked("select_one way", name)


@pytest.mark.parametrize(
    ("questions", "said", "others"),
    [
        # The first survey's: field, cause, matter, legal basis, proposal, authority.
        (
            [choice("f"), choice("cause"), long("what"), asked("text", "basis"), long("wish"), choice("to")],
            ["what", "wish", "f", "to"],
            ["cause", "basis"],
        ),
        ([choice("f"), long("what")], ["what", "", "f", ""], []),
        ([asked("text", "what"), choice("x"), choice("to")], ["what", "", "", "to"], ["x"]),
        (
            [asked("text", "place"), long("what"), long("wish"), long("more")],
            ["what", "wish", "", ""],
            ["place", "more"],
        ),
        ([choice("f"), asked("integer", "n"), asked("note", "read")], ["", "", "", ""], ["f", "n"]),
        (
            [choice("f"), {"type": "begin group", "name": "g", "label": "G"}, long("what"), {"type": "end group"}],
            ["what", "", "f", ""],
            [],
        ),
    ],
)
def test_what_a_question_says_follows_from_its_type_and_place(
    questions: list[dict[str, str]], said: list[str], others: list[str]
) -> None:
    form = xlsform.build(make_cells([BEGIN, *questions, END], OWN_CHOICES))
    repeat = form.item("r")
    assert isinstance(repeat, Repeat)
    found = ledger.roles(repeat)
    named = (found.matter, found.proposal, found.field, found.authority)
    assert [one.name if one else "" for one in named] == said
    assert [one.name for one in found.others] == others


def test_rows_are_known_by_their_ids_also_inside_other_repeats() -> None:
    survey = [
        {"type": "begin repeat", "name": "village", "label": "V"},
        asked("text", "name"),
        {"type": "begin group", "name": "g", "label": "G"},
        BEGIN,
        long("what"),
        END,
        {"type": "end group"},
        END,
    ]
    form = xlsform.build(make_cells(survey))
    rows = [{"_id": "x", "what": "Một"}, {"what": "Hai"}, "no row"]
    answers = {"village": [{"_id": "a", "g": {"r": rows}}, {"_id": "b", "g": {"r": "no list"}}, {"_id": "c", "g": []}]}
    found = [(row.repeat.name, row.id, row.answers["what"]) for row in ledger.rows(form, answers)]
    assert found == [("r", "a/x", "Một"), ("r", "a/#2", "Hai")]
