"""Why a question of a settled draft is asked or hidden, taken or refused, and what it is computed from.

For the form's author: each rule as it was written, what it comes to now, which of the terms that `and` or `or` join
made it so, and the values of the questions that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms.expressions import EvaluationError, Expression
from forms.expressions import compile as compile_expression
from forms.expressions.lexer import Token, tokens
from forms.grow import Branch, Cell
from forms.judge import Judge
from forms.problems import Problem
from forms.schema import METADATA, Group, Question, Repeat
from forms.settle import Run
from forms.tree import Node

MOST_ROWS = 10  # of one repeat; more would say the same again, and take longer than the page itself

_OPEN, _CLOSE = frozenset("(["), frozenset(")]")


@dataclass(frozen=True, slots=True)
class Term:
    """One of the terms that `and` or `or` joins. `holds` is None when it cannot be evaluated on the values given."""

    source: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A question that a rule names, and its value now: "" when it is blank or not asked, one value a row in repeats."""

    question: Question
    shown: tuple[str, ...]
    asked: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule of an item. `rule` is the column it stands in: relevant, required, constraint, calculation, default,
    choice_filter or repeat_count.

    `holds` is the truth of a rule that has one. `terms` are () where nothing is joined. `own` tells that the rule
    speaks of the question's own value, which is then in `seen` too.
    """

    rule: str
    source: str
    holds: bool | None = None
    operator: str = ""
    terms: tuple[Term, ...] = ()
    seen: tuple[Seen, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One question, group or repeat. `hidden_by` is the nearest hidden group or repeat around it. `offered` counts the
    choices that a filter leaves, of `listed`; `rows` those of a repeat."""

    key: str
    item: Question | Group | Repeat
    label: str
    relevant: bool
    hidden_by: Group | Repeat | None = None
    required: bool = False
    shown: str = ""
    problem: Problem | None = None
    findings: tuple[Finding, ...] = ()
    offered: int = 0
    listed: int = 0
    rows: int = 0


def explain(run: Run, judge: Judge, parts: Iterable[Cell | Branch]) -> Iterator[Explanation]:
    """Everything on a page in form order, what is computed unseen included; of a repeat its first MOST_ROWS rows."""
    explainer = _Explainer(run, judge)
    parts = list(parts)
    if parts and (around := _around(parts[0])).item is not None:
        yield explainer.branch(around)
    yield from explainer.all(parts)


def _around(part: Cell | Branch) -> Branch:
    outer = part.branch if isinstance(part, Cell) else part.outer
    assert outer is not None
    return outer


class _Explainer:
    def __init__(self, run: Run, judge: Judge) -> None:
        self.run = run
        self.judge = judge
        self.owners = {cell.node: cell for cell in run.cells}

    def all(self, parts: Iterable[Cell | Branch]) -> Iterator[Explanation]:
        for part in parts:
            if isinstance(part, Branch):
                yield self.branch(part)
                rows = (row.parts for row in part.parts[:MOST_ROWS] if isinstance(row, Branch))
                inside = rows if isinstance(part.item, Repeat) else (part.parts,)
                for inner in inside:
                    yield from self.all(inner)
            elif part.question.kind not in METADATA:
                yield self.cell(part)

    def branch(self, branch: Branch) -> Explanation:
        item = branch.item
        assert item is not None
        findings = [self.finding("relevant", item.relevant, branch.node, True)] if item.relevant else []
        if isinstance(item, Repeat) and item.count is not None:
            findings.append(self.finding("repeat_count", item.count, branch.node))
        rows = len(branch.parts) if isinstance(item, Repeat) else 0
        label = self.judge.filled(item.label, branch.node)
        hidden = _hidden_by(branch.outer)
        return Explanation(branch.key, item, label, branch.relevant, hidden, findings=tuple(findings), rows=rows)

    def cell(self, cell: Cell) -> Explanation:
        question = cell.question
        return Explanation(
            key=cell.key,
            item=question,
            label=self.judge.filled(question.label, cell.node),
            relevant=cell.relevant,
            hidden_by=_hidden_by(cell.branch),
            required=self.judge.required(cell),
            shown=self.judge.shown(cell) if cell.relevant else "",
            problem=self.judge.problem(cell),
            findings=tuple(self.findings(cell)),
            offered=len(self.judge.choices(cell)) if question.choices else 0,
            listed=len(self.run.form.choices(question)),
        )

    def findings(self, cell: Cell) -> Iterator[Finding]:
        question, node = cell.question, cell.node
        if question.relevant is not None:
            yield self.finding("relevant", question.relevant, node, True)
        if not cell.relevant:
            return
        if isinstance(question.required, Expression):
            yield self.finding("required", question.required, node, True)
        if question.constraint is not None and cell.value.text:
            yield self.finding("constraint", question.constraint, node, True)
        if question.calculation is not None:
            yield self.finding("calculation", question.calculation, node)
        elif isinstance(question.default, Expression):
            yield self.finding("default", question.default, node)
        if question.choice_filter is not None:
            yield self.finding("choice_filter", question.choice_filter, node)

    def finding(self, rule: str, expression: Expression, node: Node, truth: bool = False) -> Finding:
        operator, parts = terms(expression.source) if truth else ("", ())
        own = _speaks_of_itself(expression.source) and rule != "choice_filter" and node in self.owners
        names = sorted(expression.names, key=expression.source.find)
        seen = [self.seen(name, node) for name in names]
        if own:
            seen.insert(0, self.values(self.owners[node].question, [node]))
        return Finding(
            rule=rule,
            source=expression.source,
            holds=self.truth(expression, node) if truth else None,
            operator=operator,
            terms=tuple(Term(part, self.truth(compile_expression(part), node)) for part in parts),
            seen=tuple(one for one in seen if one is not None),
            own=own,
        )

    def truth(self, expression: Expression, node: Node) -> bool | None:
        try:
            return expression.boolean(node, self.run.env)
        except EvaluationError:
            return None

    def seen(self, name: str, node: Node) -> Seen | None:
        question = self.run.form.question(name)
        if question is None or node.scope is None:
            return None
        return self.values(question, node.scope.find(name))

    def values(self, question: Question, nodes: Iterable[Node]) -> Seen:
        cells = [cell for node in nodes if (cell := self.owners.get(node)) and cell.relevant]
        return Seen(question, tuple(self.judge.shown(cell) for cell in cells), bool(cells))


def _hidden_by(branch: Branch | None) -> Group | Repeat | None:
    while branch is not None:
        if not branch.relevant and branch.item is not None:
            return branch.item
        branch = branch.outer
    return None


def _speaks_of_itself(source: str) -> bool:
    return any(token.kind == "sign" and token.text == "." for token in tokens(source))


def terms(source: str) -> tuple[str, tuple[str, ...]]:
    """ "${a} = 1 and (${b} or ${c})" -> "and", ("${a} = 1", "(${b} or ${c})"); "", () when nothing is joined.

    Of both operators `or` binds less, so its terms come first. Raises ExpressionError for what does not parse.
    """
    found = tokens(source)
    while _wrapped(found):
        found = [*found[1:-2], Token("end", "", found[-2].at)]
    joints: dict[str, list[Token]] = {"or": [], "and": []}
    depth = 0
    for token in found:
        if token.kind == "sign":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
        elif token.kind == "operator" and depth == 0 and token.text in joints:
            joints[token.text].append(token)
    operator = next((name for name, at in joints.items() if at), "")
    if not operator:
        return "", ()
    begins = [found[0].at, *(token.at + len(operator) for token in joints[operator])]
    ends = [*(token.at for token in joints[operator]), found[-1].at]
    return operator, tuple(source[begin:end].strip() for begin, end in zip(begins, ends, strict=True))


def _wrapped(found: list[Token]) -> bool:
    """Whether one pair of brackets holds all of it."""
    if len(found) < 4 or found[0].text != "(" or found[-2].text != ")":
        return False
    depth = 0
    for token in found[:-2]:
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return False
    return True
