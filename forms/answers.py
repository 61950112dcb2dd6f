"""Judging a draft: what is asked, what is computed, what is wrong, and the answers to store.

`evaluate` settles relevance and calculations of a flat draft and gives a Picture, which works out
the rest (constraints, labels, choices) only for what is looked at. One evaluator serves the live
page, the check before sending, the API and consolidation alike.

Irrelevant values stay in the draft, are blank to every expression and are left out of `answers`.
A default applies where the draft has no key, never to a key that holds "". A repeat without a key
starts with one row, `r1`; one whose key is [] has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms.explain import Explanation, explain
from forms.flat import Raw, flatten, nest
from forms.grow import FIRST_ROW, Branch, Cell, Now, cells_of
from forms.judge import Judge
from forms.plan import earlier_node, saved_names
from forms.problems import Problem
from forms.schema import MANY, ROW_ID, Form, Group, Kind, Repeat, Text
from forms.settle import Given, Run
from forms.tree import Node
from forms.values import as_json
from forms.views import Field, Heading, Progress, Row, RowGroup, Sum

__all__ = [
    "FIRST_ROW",
    "Field",
    "Heading",
    "Now",
    "Picture",
    "Problem",
    "Progress",
    "Raw",
    "Row",
    "RowGroup",
    "Sum",
    "evaluate",
    "flatten",
    "nest",
    "uses_earlier",
]


def evaluate(
    form: Form,
    raw: Raw,
    now: Now,
    bound: Mapping[str, str] | None = None,
    *,
    language: str = "",
    earlier: Mapping[str, object] | Node | None = None,
    focus: frozenset[str] | None = None,
) -> Picture:
    """Everything known about a draft at one moment.

    `bound` gives what is known outside the form, by schema.BINDS. A question bound to unit.* or
    period.* is filled with it and locked; one bound to contact.* is locked when the value passes
    the question's own checks, else the value only prefills. Never raises on bad answers.

    Words are in that `language` of the form, in its default one where they were not translated; so
    is what jr:choice-name() gives, hence answers to be stored are judged without a language.
    `earlier` are nested answers for `${last-saved#…}` (see `uses_earlier`), or the tree that forms.plan.earlier_node
    made of them for this form.

    With `focus`, only what is needed to look at the items of those names is worked out (see
    forms.plan.hanging), and what is looked at is the same. Looking at anything else raises KeyError.
    A change of one figure and its page cost, in ms of CPU, whole and in focus: 0.81 and 0.32 on
    nd132, where 12 items hang on the figure (0.04 where none does); 6.2 and 0.06 on a form of 1,000
    questions, 300 of them computed.
    """
    saved = earlier if earlier is None or isinstance(earlier, Node) else earlier_node(form, earlier)
    return Picture(Run(form, raw, now, Given(bound or {}, language, saved, focus)))


def uses_earlier(form: Form) -> bool:
    """Whether an expression refers to what was sent last time."""
    return bool(saved_names(form))


class Picture:
    """A settled draft; read-only."""

    __slots__ = ("_judge", "_looked", "_run", "form")

    def __init__(self, run: Run) -> None:
        self._run = run
        self.form = run.form
        self._looked = run.plan.looked
        self._judge = Judge(run)

    def _sees(self, name: str) -> bool:
        return self._looked is None or name in self._looked

    def _require_all(self, what: str) -> None:
        if self._looked is not None:
            raise KeyError(f"{what} needs the whole form, not a focus")

    @property
    def language(self) -> str:
        """The name of the form's language that its words are in, "" where the form names none."""
        languages = self.form.languages
        return self._run.language if self._run.language in languages else next(iter(languages), "")

    # what a page draws

    def page(self, key: str) -> tuple[Field | Heading | RowGroup, ...]:
        """A page in form order, irrelevant parts included (relevant=False), so that the page can
        reveal them live; of a focus only what is in it, and the rows that hold it. Raises KeyError
        for a page the form does not have."""
        return tuple(self._draw(self._parts(key)))

    def fields(self) -> Iterable[Field]:
        """Every question (of the focus) in form order, row by row, computed and metadata included."""
        return (Field(cell, self._judge) for cell in self._run.cells if self._sees(cell.question.name))

    def field(self, key: str) -> Field | None:
        """The field of one flat key. Raises KeyError for one outside the focus."""
        if not self._sees(key.rpartition("/")[2]):
            raise KeyError(key)
        return next((Field(cell, self._judge) for cell in self._run.cells if cell.key == key), None)

    # what is wrong

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All at once, in form order, of relevant questions only (of the focus). Codes: required,
        constraint, cannot_evaluate, not_offered, incomplete_rank, too_many_rows (which come first,
        with question None), and those of forms.values.parse."""
        crowded = (problem for name, told in self._run.overflow.items() if self._sees(name) for problem in told)
        return (*crowded, *self._problems(self._run.cells))

    def page_problems(self, key: str) -> tuple[Problem, ...]:
        """Those of one page."""
        parts = self._parts(key)
        repeats = {part.key for part in _branches(parts)}
        crowded = (problem for told in self._run.overflow.values() for problem in told if problem.key in repeats)
        self._require_all("page_problems")
        return (*crowded, *self._problems(cells_of(parts)))

    @property
    def progress(self) -> tuple[Progress, ...]:
        """One entry for each page, in form order."""
        self._require_all("progress")
        return tuple(self._progress(page.key) for page in self.form.pages)

    # what is stored

    @property
    def answers(self) -> dict[str, object]:
        """Nested, typed JSON values of relevant questions, computed ones and metadata included.

        A question that was asked and left blank is null ([] for select_multiple and rank), one that
        was not asked is absent. Numbers are ints, or floats of at most 15 digits; dates are ISO strings.
        A value with a problem of shape (not of constraint) is null.
        """
        self._require_all("answers")
        return self._answers(self._run.top)

    @property
    def drawn(self) -> dict[str, str | list[str]]:
        """What the draft has to keep and does not hold yet: values of once() calculations, and those
        of questions with a trigger, each with its mark (`^` and the flat key)."""
        found: dict[str, str | list[str]] = {}
        for cell in self._run.cells:
            if cell.draws:
                found |= cell.draws
            elif cell.spec.remembers and cell.relevant and cell.value.text and not self._run.raw.get(cell.key):
                found[cell.key] = cell.value.text
        return found

    def explain(self, key: str) -> tuple[Explanation, ...]:
        """Why each question of a page is asked or hidden, taken or refused: for the form's author."""
        return tuple(explain(self._run, self._judge, self._parts(key)))

    def fill(self, text: Text) -> str:
        """A text of the form with the values of this draft filled in (outside any repeat)."""
        self._require_all("fill")
        return self._judge.filled(text, self._run.top.node)

    @property
    def instance_name(self) -> str:
        """The author's name for this answer, "" when the form gives none."""
        self._require_all("instance_name")
        return self._judge.string(self.form.instance_name, self._run.top.node)

    def _parts(self, key: str) -> list[Cell | Branch]:
        page = self.form.page(key)
        if page is None:
            raise KeyError(key)
        if page.group is not None:
            found = (part for part in self._run.top.parts if _name(part) == page.key)
            return [inner for part in found if isinstance(part, Branch) for inner in part.parts]
        names = {item.name for item in page.items}
        return [part for part in self._run.top.parts if _name(part) in names]

    def _draw(self, parts: list[Cell | Branch]) -> Iterator[Field | Heading | RowGroup]:
        for part in parts:
            if isinstance(part, Cell):
                if part.question.seen and self._sees(part.question.name):
                    yield Field(part, self._judge)
            elif isinstance(part.item, Group):
                if self._sees(part.item.name):
                    yield Heading(part.key, part.item, self._judge.filled(part.item.label, part.node), part.relevant)
                yield from self._draw(part.parts)
            elif isinstance(part.item, Repeat):
                drawn = self._row_group(part, part.item)
                if self._sees(part.item.name) or any(row.items for row in drawn.rows):
                    yield drawn

    def _row_group(self, branch: Branch, repeat: Repeat) -> RowGroup:
        rows = [row for row in branch.parts if isinstance(row, Branch)]
        drawn = tuple(
            Row(row.row or "", row.key, number, tuple(self._draw(row.parts))) for number, row in enumerate(rows, 1)
        )
        label = self._judge.filled(repeat.label, branch.node) if self._sees(repeat.name) else ""
        return RowGroup(branch.key, repeat, label, branch.relevant, drawn, repeat.count is not None)

    def _problems(self, cells: Iterable[Cell]) -> Iterator[Problem]:
        judge, looked = self._judge, self._looked
        for cell in cells:
            if (looked is None or cell.question.name in looked) and (problem := judge.problem(cell)) is not None:
                yield problem

    def _progress(self, key: str) -> Progress:
        cells = [cell for cell in cells_of(self._parts(key)) if cell.relevant]
        asked = [cell for cell in cells if cell.question.asked]
        required = [cell for cell in asked if self._judge.required(cell)]
        return Progress(
            key=key,
            relevant=_shows(self._parts(key)),
            asked=len(asked),
            answered=sum(1 for cell in asked if cell.value.text),
            typed=sum(1 for cell in asked if self._typed(cell)),
            required=len(required),
            required_answered=sum(1 for cell in required if cell.value.text),
            problems=sum(1 for _ in self._problems(cells)),
        )

    def _typed(self, cell: Cell) -> bool:
        return not cell.locked and cell.question.calculation is None and bool(self._run.raw.get(cell.key))

    def _answers(self, branch: Branch) -> dict[str, object]:
        found: dict[str, object] = {}
        for part in branch.parts:
            if not part.relevant:
                continue
            if isinstance(part, Cell):
                if part.question.kind not in (Kind.NOTE, Kind.DEVICEID):
                    blank: list[str] | None = [] if part.question.kind in MANY else None
                    typed = part.value.typed
                    found[part.question.name] = blank if typed is None else as_json(typed)
            elif isinstance(part.item, Group):
                found[part.item.name] = self._answers(part)
            elif part.item is not None:
                rows = (row for row in part.parts if isinstance(row, Branch))
                found[part.item.name] = [{ROW_ID: row.row, **self._answers(row)} for row in rows]
        return found


def _name(part: Cell | Branch) -> str:
    if isinstance(part, Cell):
        return part.question.name
    return part.item.name if part.item else ""


def _branches(parts: Iterable[Cell | Branch]) -> Iterator[Branch]:
    for part in parts:
        if isinstance(part, Branch):
            yield part
            yield from _branches(part.parts)


def _shows(parts: Iterable[Cell | Branch]) -> bool:
    """Whether there is anything to see: a relevant question, or a repeat that may get rows."""
    for part in parts:
        if isinstance(part, Cell):
            if part.relevant and part.question.seen:
                return True
        elif part.relevant and (isinstance(part.item, Repeat) or _shows(part.parts)):
            return True
    return False
