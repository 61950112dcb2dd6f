"""Problems as values: codes with parameters, which the service puts into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms.schema import Question

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Something about a workbook: where it stands (row counts from 1 as Excel shows it, `column`
    is the header's text, `letter` the column's letter), what it is, how bad it is."""

    sheet: str
    row: int | None
    column: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"
    letter: str | None = None


class FormErrors(ValueError):
    """A workbook that cannot be published; `problems` lists all that was found, warnings too."""

    def __init__(self, problems: tuple[FormProblem, ...]) -> None:
        super().__init__("; ".join(f"{p.sheet}:{p.row}:{p.column}: {p.code} {dict(p.params)}" for p in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[FormErrors], tuple[tuple[FormProblem, ...]]]:
        return FormErrors, (self.problems,)  # so that it crosses a process boundary whole


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an answer. `key` is the flat key (see forms.flat); `row` the id of the
    repeat row it stands in; `message` the form author's own words, filled, which win over the
    code's, and `language` which of the form's languages they are in. `question` is None when the key names nothing in
    the form."""

    key: str
    question: Question | None
    row: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    message: str | None = None
    language: str = ""
