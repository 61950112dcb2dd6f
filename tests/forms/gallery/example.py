"""What an example is: a workbook as tables of text, steps of filling it in, and what must come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | list[str] | bool
Answer = object  # JSON as it is stored


class Some:
    """Stands in expected answers for a text that is drawn anew each time: equal to any that is not blank."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other != ""

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "SOME"


SOME = Some()


@dataclass(frozen=True, slots=True)
class Step:
    """One answer, as a person gives it: `value` as typed, names of choices, True for a box to tick, a file's name.

    `key` is a draft's; behind a repeat's name stands the row: "r1" for the one that is there at first, or the name
    an Add gave. `wrong`: the answer is refused with this code, and a later step corrects it.
    """

    key: str
    value: Value
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Add:
    """A row more in the repeat of that key; later steps call it `row`."""

    key: str
    row: str


@dataclass(frozen=True, slots=True)
class Example:
    """`survey` and `choices` are tables of text with cells parted by "|"; `files` are CSV files beside them.

    `open`: what is wrong before anything is answered, problem codes by key. `warnings`: the codes an import gives,
    pyxform's included. `answers`: what is stored in the end. `unseen`: why the browser does not fill this one in.
    """

    name: str
    title: str
    survey: str
    steps: Sequence[Step | Add]
    answers: Mapping[str, Answer]
    choices: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    def cells(self) -> dict[str, list[list[str]]]:
        """The sheets of the workbook."""
        settings = {"form_title": self.title, "form_id": self.name, "version": "1", **self.settings}
        sheets = {
            "survey": table(self.survey),
            "choices": table(self.choices),
            "settings": [list(settings), list(settings.values())],
        }
        return {name: rows for name, rows in sheets.items() if rows}

    def media(self) -> dict[str, bytes]:
        return {name: text.encode() for name, text in self.files.items()}


def table(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    for row in rows:
        while row and not row[-1]:
            row.pop()
        assert len(row) <= len(rows[0]), row
    return rows


def steps(text: str) -> list[Step]:
    """A step a line: key = value; a list of names is written [a, b], a tick as yes, a refusal behind "!"."""
    found = []
    for line in text.strip().splitlines():
        key, _, rest = line.strip().partition(" = ")
        value, _, wrong = rest.partition(" !")
        given: Value = value
        if value == "yes":
            given = True
        elif value.startswith("["):
            given = [name.strip() for name in value[1:-1].split(",") if name.strip()]
        found.append(Step(key.strip(), given, wrong))
    return found
