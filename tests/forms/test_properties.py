"""What must hold for every form and every draft: tried on random ones."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.answers import Field, Heading, Now, Picture, RowGroup, evaluate, flatten, nest
from forms.plan import hanging
from forms.schema import Form
from tests.forms.drawn import drafts, drawn_forms, keys_of, value_of

OF_SHAPE = frozenset({"not_integer", "not_number", "not_choice", "not_date", "not_geopoint", "incomplete_rank",
                      "ambiguous_number", "out_of_range", "wrong_shape", "cannot_evaluate"})  # fmt: skip
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


FIELD = [name for name in dir(Field) if not name.startswith("_")]


def looked(field: Field) -> list[object]:
    """All that a page may see of a question."""
    return [getattr(field, name) for name in FIELD]


def drawn_parts(picture: Picture) -> dict[str, object]:
    """All that pages show, by key."""
    return dict(_parts(part for page in picture.form.pages for part in picture.page(page.key)))


def _parts(parts: Iterable[Field | Heading | RowGroup]) -> Iterator[tuple[str, object]]:
    for part in parts:
        if isinstance(part, RowGroup):
            yield part.key, (part.repeat, part.label, part.relevant, tuple(row.id for row in part.rows), part.fixed)
            for row in part.rows:
                yield from _parts(row.items)
        else:
            yield part.key, looked(part) if isinstance(part, Field) else part


def name_of(key: str) -> str:
    return key.rpartition("/")[2]


@SLOW
@given(drawn_forms(), st.data())
def test_a_focus_sees_what_the_whole_evaluation_sees(now: Now, made: Form, data: st.DataObject) -> None:
    raw = data.draw(drafts(made))
    names = sorted(item.name for item in made.walk())
    focus = frozenset(data.draw(st.lists(st.sampled_from(names), unique=True, max_size=4)))
    if data.draw(st.booleans()):
        focus = hanging(made, focus)
    whole, part = evaluate(made, raw, now), evaluate(made, raw, now, focus=focus)
    assert [looked(found) for found in part.fields()] == [
        looked(found) for found in whole.fields() if found.question.name in focus
    ]
    assert part.drawn == whole.drawn
    seen = {key: found for key, found in drawn_parts(part).items() if name_of(key) in focus}
    assert seen == {key: found for key, found in drawn_parts(whole).items() if name_of(key) in focus}
    assert part.problems == tuple(found for found in whole.problems if name_of(found.key) in focus)
    for name in set(names) - focus:
        with pytest.raises(KeyError):
            part.field(name)


@SLOW
@given(drawn_forms(), st.data())
def test_nothing_changes_but_what_hangs_on_the_change(now: Now, made: Form, data: st.DataObject) -> None:
    before = data.draw(drafts(made))
    keys = keys_of(made.items)
    key = data.draw(st.sampled_from(sorted(keys)))
    after = {**before, key: data.draw(value_of(keys[key]))}
    hangs = hanging(made, {name_of(key)})
    old, new = everything(evaluate(made, before, now)), everything(evaluate(made, after, now))
    changed = {found for found in old.keys() | new.keys() if old.get(found) != new.get(found)}
    assert {name_of(found) for found in changed} <= hangs


def everything(picture: Picture) -> dict[str, object]:
    return drawn_parts(picture) | {found.key: looked(found) for found in picture.fields()}


@SLOW
@given(drawn_forms(), st.data())
def test_the_order_of_typing_changes_nothing(now: Now, made: Form, data: st.DataObject) -> None:
    raw = list(data.draw(drafts(made)).items())
    first = evaluate(made, dict(raw), now)
    random.Random(data.draw(st.integers())).shuffle(raw)
    second = evaluate(made, dict(raw), now)
    assert first.problems == second.problems
    assert first.answers == second.answers
    assert first.drawn == second.drawn


@SLOW
@given(drawn_forms(), st.data())
def test_what_the_draft_keeps_settles_it(now: Now, made: Form, data: st.DataObject) -> None:
    raw: dict[str, Any] = data.draw(drafts(made))
    first = evaluate(made, raw, now)
    second = evaluate(made, raw | first.drawn, now)
    assert second.drawn == {}
    assert second.answers == first.answers


@SLOW
@given(drawn_forms(), st.data())
def test_answers_become_a_draft_and_the_same_answers_again(now: Now, made: Form, data: st.DataObject) -> None:
    first = evaluate(made, data.draw(drafts(made)), now)
    flat, problems = flatten(made, first.answers)
    assert problems == ()
    assert flatten(made, nest(made, flat)) == (flat, ())
    again = evaluate(made, flat, now)
    assert again.answers == evaluate(made, flatten(made, again.answers)[0], now).answers
    if not any(problem.code in OF_SHAPE for problem in first.problems):
        assert again.answers == first.answers
