"""Calculations with a trigger: computed when it changes, kept and typed over until then."""

from typing import Any

from forms.answers import Field, Now, Picture, evaluate, flatten, nest
from forms.flat import Raw
from forms.schema import Form
from tests.forms.make import ask, choices, form, repeat

RATE = form(
    ask("a", "integer"),
    ask("b", "integer", default="10"),
    ask("r", "decimal", calculation="${a} div ${b}", trigger=("a",)),
)


def kept(made: Form, raw: Raw, now: Now, **changes: str) -> dict[str, Any]:
    """The draft after somebody typed: as a save keeps it."""
    typed = {**raw, **changes}
    return typed | evaluate(made, typed, now).drawn


def field(picture: Picture, key: str) -> Field:
    found = picture.field(key)
    assert found is not None
    return found


def test_it_is_computed_when_the_trigger_changes_and_only_then(now: Now) -> None:
    raw = kept(RATE, {}, now, a="25")
    assert raw["r"] == "2,5"
    assert evaluate(RATE, raw, now).answers == {"a": 25, "b": 10, "r": 2.5}
    raw = kept(RATE, raw, now, b="5")
    assert evaluate(RATE, raw, now).answers["r"] == 2.5, "b is no trigger"
    raw = kept(RATE, raw, now, a="30")
    assert evaluate(RATE, raw, now).answers["r"] == 6
    assert evaluate(RATE, raw, now).drawn == {}, "what is kept is not drawn again"


def test_it_may_be_typed_over_until_the_trigger_changes(now: Now) -> None:
    raw = kept(RATE, kept(RATE, {}, now, a="25"), now, r="9,75")
    found = evaluate(RATE, raw, now)
    assert (found.answers["r"], field(found, "r").raw, field(found, "r").locked) == (9.75, "9,75", False)
    assert evaluate(RATE, kept(RATE, raw, now, r=""), now).answers["r"] is None
    assert evaluate(RATE, kept(RATE, raw, now, a="26"), now).answers["r"] == 2.6


def test_before_the_first_change_nothing_is_computed(now: Now) -> None:
    found = evaluate(RATE, {}, now)
    assert (found.answers["r"], found.drawn) == (None, {})
    made = form(ask("a", "integer"), ask("r", calculation="'có'", trigger=("a",), default="chưa"))
    assert evaluate(made, {}, now).answers["r"] == "chưa"
    assert evaluate(made, {"a": "1"}, now).answers["r"] == "có"


def test_the_page_shows_what_was_just_computed(now: Now) -> None:
    found = evaluate(RATE, {"a": "25", "r": ""}, now)
    assert (field(found, "r").raw, field(found, "r").shown) == ("2,5", "2,5")


def test_a_trigger_that_becomes_blank_has_changed_too(now: Now) -> None:
    raw = kept(RATE, kept(RATE, {}, now, a="25"), now, a="")
    assert evaluate(RATE, raw, now).answers["r"] is None


def test_what_was_sent_is_not_computed_again_when_it_is_corrected(now: Now) -> None:
    raw, problems = flatten(RATE, {"a": 25, "b": 10, "r": 7})
    assert problems == ()
    raw = kept(RATE, raw, now)
    assert evaluate(RATE, raw, now).answers["r"] == 7
    assert evaluate(RATE, kept(RATE, raw, now, a="30"), now).answers["r"] == 3
    assert nest(RATE, raw) == {"a": "25", "b": "10", "r": "7"}, "marks are the draft's own"


def test_nobody_types_over_a_read_only_one(now: Now) -> None:
    made = form(ask("a"), ask("r", "dateTime", calculation="now()", trigger=("a",), read_only=True))
    raw = kept(made, {}, now, a="x")
    later = Now(now.now.replace(hour=15))
    assert field(evaluate(made, raw, later), "r").locked
    assert evaluate(made, raw, later).answers["r"] == "2025-08-20T09:00:00+07:00", "the time of the change"
    assert evaluate(made, kept(made, raw, later, a="y"), later).answers["r"] == "2025-08-20T15:00:00+07:00"


def test_a_calculate_keeps_its_kind(now: Now) -> None:
    made = form(ask("a"), ask("n", "calculate", calculation="string-length(${a})", trigger=("a",)),
                ask("t", "calculate", calculation="concat('0', ${a})", trigger=("a",)))  # fmt: skip
    raw = kept(made, {}, now, a="12")
    for found in (evaluate(made, {"a": "12"}, now), evaluate(made, raw, now)):
        assert found.answers == {"a": "12", "n": 2, "t": "012"}
    raw["n"] = "rác"
    assert evaluate(made, raw, now).answers["n"] == "rác", "a draft that was tampered with never raises"


def test_several_triggers_and_lists(now: Now) -> None:
    made = form(
        ask("a"),
        ask("b", "select_multiple", choices="l"),
        ask("c", "select_multiple", calculation="${b}", trigger=("a", "b"), choices="l"),
        lists={"l": choices("x", "y")},
    )
    raw = kept(made, {"b": ["y", "x"]}, now)
    assert raw["c"] == ["x", "y"]
    raw = kept(made, {**raw, "c": ["y"]}, now)
    assert evaluate(made, raw, now).answers["c"] == ["y"]
    assert evaluate(made, kept(made, raw, now, a="1"), now).answers["c"] == ["x", "y"]


def test_each_row_has_its_own(now: Now) -> None:
    made = form(
        ask("rate", "integer"),
        repeat("r", ask("n", "integer"), ask("cost", "integer", calculation="${n} * ${rate}", trigger=("n",))),
        ask("sum", "calculate", calculation="sum(${cost})"),
    )
    raw = kept(made, {"r": ["x", "y"], "rate": "2"}, now, **{"r/x/n": "3", "r/y/n": "4"})
    assert evaluate(made, raw, now).answers["sum"] == 14
    raw = kept(made, raw, now, rate="10", **{"r/x/n": "1"})
    assert (evaluate(made, raw, now).answers["sum"], raw["r/x/cost"], raw["r/y/cost"]) == (18, "10", "8")


def test_one_that_was_not_asked_is_computed_when_it_is(now: Now) -> None:
    made = form(ask("a"), ask("on"), ask("r", calculation="concat(${a}, '!')", trigger=("a",), relevant="${on} = '1'"))
    raw = kept(made, {}, now, a="x")
    assert "r" not in evaluate(made, raw, now).answers
    assert evaluate(made, kept(made, raw, now, on="1"), now).answers["r"] == "x!"


def test_the_same_draft_gives_the_same_whatever_the_order_of_its_keys(now: Now) -> None:
    raw = kept(RATE, {"b": "4"}, now, a="25")
    turned = dict(reversed(raw.items()))
    assert evaluate(RATE, raw, now).answers == evaluate(RATE, turned, now).answers


def test_a_wrong_result_stays_wrong(now: Now) -> None:
    made = form(ask("a", "integer"), ask("r", "integer", calculation="${a} div 2", trigger=("a",)))
    for raw in ({"a": "5"}, kept(made, {}, now, a="5")):
        assert [(problem.key, problem.code) for problem in evaluate(made, raw, now).problems] == [("r", "not_integer")]
