"""A draft carried with what only a draft has: texts that wait for a choice, rows that the form counts."""

import json
from datetime import datetime

from forms.answers import Now
from forms.schema import Form
from service.flow.carrying import carried
from service.flow.merging import Value
from service.words import ZONE
from tests.forms.make import ask, form, group, repeat

AT = Now(datetime(2025, 8, 20, 9, 0, tzinfo=ZONE))
WHO = ["link:1#a", "2025-08-20T09:00:00+07:00"]


def _kept(value: Value) -> list[str]:
    return [json.dumps(value, ensure_ascii=False), *WHO]


def _counted(count: str | None, bind: str | None = None) -> Form:
    return form(ask("n", "integer", bind=bind), repeat("r", ask("m"), count=count))


def test_a_blank_that_waits_for_a_choice_moves_with_its_question() -> None:
    raw: dict[str, Value] = {"q": "chữ", "!q": _kept("")}
    found = carried(form(ask("q")), form(group("g", ask("q"))), raw, (), AT, {})
    assert (found.raw, found.left) == ({"g/q": "chữ", "!g/q": _kept("")}, ())


def test_both_texts_of_a_row_that_is_none_any_more_are_told() -> None:
    raw: dict[str, Value] = {"n": "1", "r": ["a", "b"], "r/a/m": "một", "r/b/m": "hai", "!r/b/m": _kept("ba")}
    found = carried(_counted(None), _counted("${n}"), raw, (), AT, {})
    assert found.raw == {"n": "1", "r": ["a", "b"], "r/a/m": "một"}
    assert [(one.value, one.code) for one in found.left] == [("hai", "rows_fewer"), ("ba", "rival")]


def test_the_number_of_rows_may_come_from_what_is_known_of_the_unit() -> None:
    raw: dict[str, Value] = {"r": ["a", "b"], "r/b/m": "hai"}
    old, new = _counted(None), _counted("${n}", bind="unit.code")
    assert carried(old, new, raw, (), AT, {"unit.code": "1"}).left[0].code == "rows_fewer"
    assert carried(old, new, raw, (), AT, {}).raw == raw, "not known: the rows wait"
