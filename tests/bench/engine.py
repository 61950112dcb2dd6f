"""The form engine's part of `make bench`: CPU of checking, of a live change, of an import.

What runs in this process is measured by its own CPU clock; an import by what the operating system charged its child
processes, start of Python included. Each figure is the median of several rounds; where one is compared with another,
their rounds alternate.
"""

import asyncio
import io
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from openpyxl import Workbook

from forms import xlsform
from forms.answers import Now, evaluate, flatten
from forms.dependencies import hanging
from forms.schema import Form
from service.flow import forms
from tests.service import build

ROUNDS = 5
NOW = Now(datetime(2025, 8, 18, 9, tzinfo=UTC))
KNOWN = {"unit.kind": "xa", "unit.code": build.AN_LAO, "unit.name": "Ủy ban nhân dân xã An Lão"}
CHANGED = "e_recv"  # a figure that both sums and the three rates of nd132 hang on


def figures() -> dict[str, float]:
    """Milliseconds of CPU by name."""
    first = xlsform.build(xlsform.examine(build.ND132.read_bytes()))
    large_book = thousand()
    large = xlsform.build(xlsform.examine(large_book))
    answers = flatten(first, build.AN_LAO_ANSWERS)[0]
    many = {f"g{n // 50}/q{n}": str(n % 90 + 1) for n in range(1000) if n % 10 < 7}
    calls: dict[str, tuple[Callable[[], object], int]] = {
        "nd132 checked whole": (lambda: _whole(first, answers), 200),
        "nd132 live change, the form's part": (lambda: _change(first, answers, "e", CHANGED), 200),
        "1,000 questions checked whole": (lambda: _whole(large, many), 10),
        "1,000 questions live change, the form's part": (lambda: _change(large, many, "g3", "q150"), 20),
    }
    found = {f"{name}, CPU ms": value for name, value in _in_turn(calls).items()}
    imports: dict[str, tuple[Callable[[], object], int]] = {
        "import of nd132": (lambda: _import(build.ND132.read_bytes()), 1),
        "pyxform alone on nd132": (lambda: _pyxform(build.ND132.read_bytes()), 1),
        "import of 1,000 questions": (lambda: _import(large_book), 1),
        "pyxform alone on 1,000 questions": (lambda: _pyxform(large_book), 1),
    }
    return found | {f"{name}, CPU ms": value for name, value in _in_turn(imports).items()}


def _whole(form: Form, answers: Mapping[str, str | list[str]]) -> None:
    """What a submission asks of the form: its problems and the answers to store."""
    picture = evaluate(form, answers, NOW, KNOWN)
    assert picture.answers is not None
    assert not [problem for problem in picture.problems if problem.code == "cannot_evaluate"]


def _change(form: Form, answers: Mapping[str, str | list[str]], page: str, name: str) -> None:
    """What one changed answer asks of the form: the fields of its page that hang on it."""
    touched = hanging(form, {name})
    picture = evaluate(form, answers, NOW, KNOWN, focus=touched)
    assert any(item.key.endswith(name) for item in picture.page(page))


def _import(data: bytes) -> None:
    asyncio.run(forms.check(data))


def _pyxform(data: bytes) -> None:
    from pyxform.xls2xform import convert

    convert(io.BytesIO(data), file_type=".xlsx")


def _in_turn(calls: Mapping[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    for call, _count in calls.values():
        call()
    values: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, (call, count) in calls.items():
            before = _cpu()
            for _ in range(count):
                call()
            values[name].append((_cpu() - before) * 1000 / count)
    return {name: statistics.median(found) for name, found in values.items()}


def _cpu() -> float:
    """Seconds of CPU of this process and of the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def thousand() -> bytes:
    """A workbook of 1,000 questions in 20 sections: figures, sums of them, skip logic and checks."""
    book = Workbook()
    survey = book.worksheets[0]
    survey.title = "survey"
    survey.append(["type", "name", "label", "relevant", "constraint", "constraint_message", "calculation"])
    for n in range(1000):
        if n % 50 == 0:
            survey.append(["begin group", f"g{n // 50}", f"Phần {n // 50 + 1}"])
        if n % 10 >= 7:
            survey.append(["calculate", f"q{n}", "", "", "", "", f"${{q{n - 5}}} + ${{q{n - 7}}} * 2"])
        else:
            relevant = f"${{q{n - 1}}} > 0" if n % 10 == 4 else ""
            survey.append(
                ["integer", f"q{n}", f"Chỉ tiêu số {n}", relevant, ". >= 0", "Vui lòng nhập số không âm.", ""]
            )
        if n % 50 == 49:
            survey.append(["end group"])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version"])
    settings.append(["Một nghìn chỉ tiêu", "nghin", "1"])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


if __name__ == "__main__":
    for name, value in figures().items():
        print(f"{name:60}{value:10.2f}")
