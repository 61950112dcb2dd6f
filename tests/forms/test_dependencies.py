"""What hangs on what, told by name."""

import pytest

from forms.answers import Now, evaluate
from forms.plan import hanging
from forms.schema import Form
from tests.forms.make import ask, choices, form, group, repeat

MADE = form(
    group(
        "g",
        ask("a", "integer"),
        ask("b", "integer", relevant="${a} > 1"),
        ask("c", "calculate", calculation="${b} + 1"),
        ask("d", "integer", constraint=". < ${c}"),
        ask("e", label="Trong ${c}"),
        ask("f", required="${a} = 1"),
        ask("still"),
    ),
    group("later", ask("inner"), ask("deep", constraint=". != 'x'"), relevant="${c} > 3"),
    ask("chosen", "select_one", choices="l", choice_filter="name != ${still}"),
    repeat("r", ask("m", "integer"), ask("nth", "calculate", calculation="position(..)"), count="${d}"),
    ask("sum", "calculate", calculation="sum(${m})"),
    ask("rows", "calculate", calculation="count(${r})"),
    ask("whole", "calculate", calculation="string-length(${r})"),
    ask("pulled", calculation="'x'", trigger=("still",)),
    lists={"l": choices("x", "y")},
)


@pytest.mark.parametrize(
    ("name", "hangs"),
    [
        ("a", {"b", "c", "d", "e", "f", "later", "inner", "deep"}),
        ("c", {"d", "e", "later", "inner", "deep"}),
        ("e", set()),
        ("still", {"chosen", "pulled"}),
        ("d", {"r", "m", "nth", "sum", "rows", "whole"}),
        ("m", {"sum", "whole"}),
        ("r", {"m", "nth", "sum", "rows", "whole"}),
        ("deep", set()),
    ],
)
def test_a_change_touches_what_hangs_on_it(name: str, hangs: set[str]) -> None:
    assert hanging(MADE, {name}) == {name, *hangs}


def test_an_expression_that_walks_about_hangs_on_everything(now: Now) -> None:
    made = form(
        group("g", ask("a"), ask("b", "calculate", calculation="string-length(string(..))")),
        ask("far"),
        ask("near", "calculate", calculation="string-length(string(.))"),
    )
    assert hanging(made, {"far"}) == {"far", "b"}
    assert hanging(made, {"a"}) == {"a", "b"}
    raw = {"g/a": "dài", "far": "xa"}
    whole, part = evaluate(made, raw, now), evaluate(made, raw, now, focus=frozenset({"b"}))
    assert (seen := part.field("g/b"))
    assert (known := whole.field("g/b"))
    assert seen.shown == known.shown == "3"


def test_a_section_that_asks_for_what_stands_in_it_hangs_on_it() -> None:
    made = form(group("g", ask("a"), relevant="string-length(.) >= 0"), ask("b", relevant="string-length(${g}) > 1"))
    assert hanging(made, {"a"}) == {"a", "g", "b"}


@pytest.mark.parametrize("name", ["a", "m", "sum", "whole"])
def test_a_focus_works_out_only_what_it_needs(now: Now, name: str) -> None:
    part = evaluate(MADE, {"g/a": "2"}, now, focus=frozenset({name}))
    assert [found.question.name for found in part.fields()] in ([name], [])
    for attribute in ("answers", "progress", "instance_name"):
        with pytest.raises(KeyError):
            getattr(part, attribute)
    with pytest.raises(KeyError):
        part.page_problems("g")
    with pytest.raises(KeyError):
        part.field("g/still")


def test_a_focused_page_holds_the_focus_and_the_rows_around_it(now: Now) -> None:
    raw = {"g/a": "2", "g/b": "9", "g/d": "2", "r/r2/m": "5"}
    part = evaluate(MADE, raw, now, focus=frozenset({"m", "c", "later"}))
    assert part.page("g") == (), "a calculation is not drawn"
    assert part.page("later") == ()
    (rows,) = part.page("chosen")
    assert (rows.key, [[field.key for field in row.items] for row in rows.rows]) == ("r", [["r/r1/m"], ["r/r2/m"]])


def test_what_the_draft_keeps_is_drawn_whatever_the_focus(now: Now) -> None:
    made = form(
        ask("a"), ask("id", "calculate", calculation="once(uuid())"), ask("p", calculation="'x'", trigger=("a",))
    )
    whole = evaluate(made, {"a": "1"}, now)
    assert set(whole.drawn) == {"id", "p", "^p"}
    assert evaluate(made, {"a": "1"}, now, focus=frozenset({"a"})).drawn == whole.drawn


@pytest.fixture(scope="module")
def long() -> Form:
    """A chain of 200 figures, each the sum of the one before."""
    first = ask("q0", "integer")
    rest = [ask(f"q{n}", "calculate", calculation=f"${{q{n - 1}}} + 1") for n in range(1, 200)]
    return form(first, *rest)


def test_a_long_chain_is_followed(long: Form, now: Now) -> None:
    assert len(hanging(long, {"q0"})) == 200
    assert hanging(long, {"q198"}) == {"q198", "q199"}
    (found,) = evaluate(long, {"q0": "1"}, now, focus=frozenset({"q199"})).fields()
    assert found.typed == 200
