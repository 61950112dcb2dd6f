"""Running sums beside the question whose constraint asks that they come out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from forms.answers import Now, Sum, evaluate
from forms.schema import Form
from service import answerwords
from tests.forms.make import ask, form, repeat

FIGURES = form(
    ask("all", "decimal"),
    ask("a", "decimal"),
    ask("b", "decimal", constraint=". >= 0 and . + ${a} + ${c} = ${all}"),
    ask("c", "calculate", calculation="if(${a} > 5, 1, 0)"),
    ask("d", "decimal", constraint=". <= ${all}"),
    repeat("r", ask("x", "integer"), ask("y", "integer", constraint="${x} + . = ${z}"), ask("z", "integer")),
)


def sums(made: Form, raw: Mapping[str, Any], key: str, now: Now) -> tuple[Sum, ...]:
    found = evaluate(made, raw, now).field(key)
    assert found is not None
    return found.sums


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"all": "1142", "a": "1048", "b": "93"}, "1.048 + 93 + 1 = 1.142 ✓"),
        ({"all": "1142", "a": "1048", "b": "90"}, "1.048 + 90 + 1 = 1.139, còn thiếu 3 so với 1.142"),
        ({"all": "1142", "a": "1048", "b": "94"}, "1.048 + 94 + 1 = 1.143, thừa 1 so với 1.142"),
        ({"all": "0,3", "a": "0,1", "b": "0,2"}, "0,1 + 0,2 + 0 = 0,3 ✓"),
        ({"all": "5", "a": "2"}, ""),
        ({"all": "5", "a": "2", "b": "hai"}, ""),
        ({"a": "2", "b": "3"}, ""),
        ({"all": "năm", "a": "2"}, ""),
    ],
)
def test_a_sum_is_told_once_all_its_figures_are_there(raw: Mapping[str, str], words: str, now: Now) -> None:
    assert answerwords.running(sums(FIGURES, raw, "b", now)) == words
    assert sums(FIGURES, raw, "d", now) == (), "only equations come out"


def test_a_row_adds_up_its_own_figures(now: Now) -> None:
    raw = {"r": ["r1", "r2"], "r/r1/x": "1", "r/r1/y": "2", "r/r1/z": "3", "r/r2/x": "5", "r/r2/z": "9"}
    assert sums(FIGURES, raw, "r/r1/y", now) == (Sum((Decimal(1), Decimal(2)), Decimal(3)),)
    assert sums(FIGURES, raw, "r/r2/y", now) == (), "one part is still empty"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"e_ontime": "abc", "e_late": "-1"}, ""),
        ({"e_ontime": "abc", "e_late": "-1", "e_withdrawn": "3", "e_proc": "4"}, ""),
        ({"e_ontime": "200", "e_withdrawn": "3", "e_proc": "4"}, ""),
        (
            {"e_ontime": "200", "e_late": "0", "e_withdrawn": "60", "e_proc": "41"},
            "200 + 60 + 41 = 301, thừa 1 so với 300",
        ),
    ],
)
def test_a_computed_part_counts_once_what_it_is_computed_from_does(
    nd132: Form, raw: Mapping[str, str], words: str, now: Now
) -> None:
    given = {f"e/{name}": text for name, text in ({"e_recv": "300"} | dict(raw)).items()}
    assert answerwords.running(sums(nd132, given, "e/e_proc", now)) == words


def test_a_change_of_one_figure_tells_the_sum_in_focus(nd132: Form, now: Now) -> None:
    from forms.dependencies import hanging

    raw = {"e/e_recv": "1142", "e/e_online": "1048", "e/e_direct": "94"}
    picture = evaluate(nd132, raw, now, focus=hanging(nd132, ["e_online"]))
    found = picture.field("e/e_direct")
    assert found is not None
    assert answerwords.running(found.sums) == "1.048 + 94 = 1.142 ✓"
