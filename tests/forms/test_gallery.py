"""Every example of the gallery is imported without an error and evaluated to what must come out.

That people can fill it in is told in tests/journeys/test_gallery.py.
"""

from collections.abc import Mapping
from datetime import datetime

import pytest

from forms import xlsform
from forms.answers import Now, Picture, evaluate
from forms.xlsform import second_opinion
from tests.forms.conftest import ZONE
from tests.forms.gallery import EXAMPLES, Add, Example, Step
from tests.forms.make_workbooks import FOLDER

NOW = Now(datetime(2026, 10, 5, 9, 0, tzinfo=ZONE))
KNOWN = {"unit.name": "Xã An Lão", "unit.code": "11629", "unit.kind": "xa",
         "period.from": "2025-07-01", "period.to": "2025-08-18"}  # fmt: skip

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])


def data_of(example: Example) -> bytes:
    return (FOLDER / f"{example.name}.xlsx").read_bytes()


def media_of(example: Example) -> dict[str, bytes]:
    return {name: (FOLDER / f"{example.name}.{name}").read_bytes() for name in example.files}


def test_there_is_a_workbook_for_each_example_and_no_other() -> None:
    assert len(EXAMPLES) >= 28
    assert {path.stem.partition(".")[0] for path in FOLDER.iterdir()} == {example.name for example in EXAMPLES}


@each_example
def test_a_workbook_says_what_its_source_says(example: Example) -> None:
    """After a change of the source: python -m tests.forms.make_workbooks"""
    read = xlsform.read(data_of(example), media_of(example))
    assert {name: read[name] for name in example.cells()} == example.cells()
    assert media_of(example) == example.media()


@each_example
def test_it_is_imported_and_pyxform_is_content(example: Example) -> None:
    cells = xlsform.read(data_of(example), media_of(example))
    form = xlsform.build(cells)
    doubts = second_opinion(cells)
    assert [problem.code for problem in (*form.warnings, *doubts)] == list(example.warnings), doubts


@each_example
def test_it_is_evaluated_step_by_step(example: Example) -> None:
    form = xlsform.build(xlsform.read(data_of(example), media_of(example)))
    raw: dict[str, str | list[str]] = {}

    def judged() -> Picture:
        picture = evaluate(form, raw, NOW, KNOWN)
        raw.update(picture.drawn)
        return picture

    assert {problem.key: problem.code for problem in judged().problems} == dict(example.open)
    for step in example.steps:
        take(raw, step)
        picture = judged()
        if isinstance(step, Step) and step.wrong:
            assert (step.key, step.wrong) in {(problem.key, problem.code) for problem in picture.problems}
    picture = judged()
    assert picture.problems == ()
    assert without_ids(picture.answers) == example.answers


def take(raw: dict[str, str | list[str]], step: Step | Add) -> None:
    """What a page would put into the draft."""
    if isinstance(step, Add):
        before = raw.get(step.key, ["r1"])
        assert isinstance(before, list)
        raw[step.key] = [*before, step.row]
    else:
        raw[step.key] = "OK" if step.value is True else "1" if str(step.value).endswith(".png") else step.value  # type: ignore[assignment]


def without_ids(answers: object) -> object:
    """Answers without the ids of rows, which are drawn."""
    if isinstance(answers, Mapping):
        return {name: without_ids(value) for name, value in answers.items() if name != "_id"}
    if isinstance(answers, list):
        return [without_ids(value) for value in answers]
    return answers
