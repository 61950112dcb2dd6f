"""Rows of a repeat as lines of a table, and when they stay cards."""

from datetime import datetime
from typing import Any

import pytest

from forms.answers import Now, evaluate
from forms.schema import Form, Item
from service.pages.controls import Sheet
from service.pages.layout import Cards, arrange
from service.words import ZONE
from tests.forms.make import ask, choices, form, group, repeat


@pytest.fixture
def now() -> Now:
    return Now(datetime(2026, 7, 20, 9, tzinfo=ZONE))


NAMES = ("a", "b", "c", "d", "e", "f", "g")


def drawn(now: Now, *items: Item, **lists: Any) -> Cards:
    made: Form = form(group("p", repeat("r", *items)), lists=lists)
    picture = evaluate(made, {"p/r": ["r1", "r2"], "p/r/r1/a": "1"}, now)
    (found,) = arrange(picture.page("p"), Sheet(made))
    assert isinstance(found, Cards)
    return found


def test_few_short_questions_are_columns_that_a_hidden_one_does_not_shift(now: Now) -> None:
    hides = ask("b", "decimal", relevant="${a} > 0")
    found = drawn(now, ask("a", "integer"), hides, ask("n", "note"), ask("c", "select_one", choices="l"), l=choices())
    assert found.heads == (), "radios take room"
    found = drawn(now, ask("a", "integer"), hides, ask("n", "note"), ask("c", "date"))
    assert [head.label for head in found.heads] == ["a", "b", "c"]
    for card in found.cards:
        assert [item.column for item in card.items if hasattr(item, "column")] == [1, 2, 0, 3]


@pytest.mark.parametrize(
    "items",
    [
        [ask("a")],
        [ask(name) for name in NAMES],
        [ask("a"), ask("b", appearance=frozenset({"multiline"}))],
        [ask("a"), ask("b", "text", "Tuổi của ${a}")],
        [ask("a"), ask("b", hint="Một lời gợi ý dài hơn một ô của bảng có thể chứa được")],
        [ask("a"), ask("b", guidance="Xem công văn")],
        [ask("a"), ask("b", "file")],
        [ask("a"), group("in", ask("b"))],
        [ask("a"), repeat("rr", ask("b"))],
    ],
)
def test_what_does_not_fit_in_a_line_stays_a_card(items: list[Item], now: Now) -> None:
    assert drawn(now, *items).heads == ()


def test_rows_in_rows_are_cards(now: Now) -> None:
    found = drawn(now, ask("a"), repeat("rr", ask("b"), ask("c")))
    (inner,) = (item for item in found.cards[0].items if isinstance(item, Cards))
    assert inner.heads == ()


def test_without_rows_there_is_no_head(now: Now) -> None:
    made = form(group("p", repeat("r", ask("a"), ask("b"))))
    (found,) = arrange(evaluate(made, {"p/r": []}, now).page("p"), Sheet(made))
    assert isinstance(found, Cards)
    assert found.heads == ()
