"""Lists besides the answers: what was sent last time, CSV files, choices in an order of their own."""

from typing import Any

from forms.answers import Now, evaluate, uses_earlier
from forms.expressions import Environment, compile
from forms.plan import list_node
from forms.schema import Choice, Form, Shuffle
from forms.tree import Node
from tests.forms.make import ask, choices, form, group, repeat

AGAIN = form(
    group("g", ask("phone", default="=${last-saved#phone}"), ask("n", "decimal")),
    ask("before", "calculate", calculation="${last-saved#n} + 1"),
    repeat("r", ask("m", "integer"), count="count(${last-saved#m})"),
    ask("ways", "select_multiple", default="=${last-saved#ways}", choices="l"),
    lists={"l": choices("x", "y", "z")},
)


def test_what_was_sent_last_time_is_there(now: Now) -> None:
    earlier: dict[str, Any] = {
        "g": {"phone": "0912", "n": 1.5},
        "r": [{"_id": "r1", "m": 3}, {"_id": "r2", "m": None}],
        "ways": ["x", "z"],
        "confirm": True,
    }
    found = evaluate(AGAIN, {}, now, earlier=earlier).answers
    assert found["g"] == {"phone": "0912", "n": None}
    assert (found["before"], found["ways"]) == (2.5, ["x", "z"])
    assert found["r"] == [{"_id": "r1", "m": None}, {"_id": "r2", "m": None}]
    assert evaluate(AGAIN, {"g/phone": "", "ways": []}, now, earlier=earlier).answers["ways"] == []


def test_without_an_earlier_sending_it_is_blank(now: Now) -> None:
    found = evaluate(AGAIN, {}, now).answers
    assert (found["g"], found["before"], found["r"], found["ways"]) == ({"phone": None, "n": None}, None, [], [])


def test_only_forms_that_ask_for_it_use_it() -> None:
    assert uses_earlier(AGAIN)
    assert not uses_earlier(form(ask("a", relevant="${b} = 1"), ask("b")))
    assert uses_earlier(form(ask("a"), instance_name=compile("concat(${last-saved#a}, '')")))


COMMUNES = [
    Choice("10888", "Cẩm Giang", {"ma": "10888", "ten": "Cẩm Giang", "dan": "12000"}),
    Choice("10903", "Cẩm Giàng", {"ma": "10903", "ten": "Cẩm Giàng", "dan": "15000"}),
]


def test_a_csv_file_is_looked_up_by_its_name(now: Now) -> None:
    made = form(
        ask("u", "select_one", choices="xa.csv"),
        ask("dan", "calculate", calculation="pulldata('xa', 'dan', 'ma', ${u})"),
        ask("ten", "calculate", calculation="instance('xa')/root/item[ma = ${u}]/ten"),
        lists={"xa.csv": COMMUNES},
    )
    found = evaluate(made, {"u": "10903"}, now)
    assert found.problems == ()
    assert found.answers == {"u": "10903", "dan": "15000", "ten": "Cẩm Giàng"}


def shuffled(seed: Any, **more: Any) -> Form:
    listed = [Choice(name, name.upper(), {"kind": "x" if name < "e" else "y"}) for name in "abcdefgh"]
    return form(
        ask("k", "integer"), ask("q", "select_one", choices="l", shuffle=Shuffle(seed), **more), lists={"l": listed}
    )


def order(made: Form, raw: dict[str, str], now: Now) -> str:
    (_, field) = evaluate(made, raw, now).fields()
    return "".join(choice.name for choice in field.choices)


def test_choices_are_shuffled_by_the_seed_as_openrosa_does(now: Now) -> None:
    by_answer = shuffled(compile("${k}"))
    assert order(by_answer, {"k": "42"}, now) == order(shuffled("42"), {}, now)
    document = Node("")
    document.children.append(list_node(by_answer, "l"))
    env = Environment(now.now, {"l": document})
    nodes = compile("randomize(instance('l')/root/item, 42)").evaluate(Node(""), env)
    assert isinstance(nodes, list)
    assert order(by_answer, {"k": "42"}, now) == "".join(node.children[0].text() for node in nodes)
    assert order(by_answer, {"k": "42"}, now) != order(by_answer, {"k": "43"}, now)


def test_without_a_seed_each_draft_has_its_own_order(now: Now) -> None:
    made = shuffled(None)
    first = order(made, {}, Now(now.now, 1))
    assert first == order(made, {"q": "b"}, Now(now.now, 1))
    assert len({order(made, {}, Now(now.now, seed)) for seed in range(5)}) > 1


def test_a_filter_comes_before_the_shuffle(now: Now) -> None:
    made = shuffled("7", choice_filter="kind = 'y'")
    assert sorted(order(made, {}, now)) == list("efgh")
    assert evaluate(made, {"q": "e"}, now).problems == ()
