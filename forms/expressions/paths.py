"""Location paths compiled to functions from nodes to nodes (XPath 1.0, 2)."""

from __future__ import annotations

from collections.abc import Callable

from forms.expressions.axes import AXES, REVERSE
from forms.expressions.environment import Run
from forms.expressions.errors import EvaluationError
from forms.expressions.functions.registry import Code, Maker
from forms.expressions.syntax import Call, Filter, Part, Path, Reference, Step, walk
from forms.expressions.values import truth_of
from forms.tree import TEXT, Node

Move = Callable[[list[Node], Run], list[Node]]
Keep = Callable[[list[Node], Run], list[Node]]


# From nodes in document order, none inside another, these lead to nodes in document order again.
_ORDERLY = frozenset({"child", "attribute", "self"})


def build(make: Maker, path: Path) -> Code[list[Node]]:
    """The nodes a path leads to, each once, in document order."""
    steps = _shortened(path.steps)
    moves = [_move(make, step) for step in steps]
    start = None if path.start is None else make.nodes(path.start)
    if start is None and is_context(path):
        return lambda node, run: [node]
    if start is None and len(moves) == 1:
        (only,) = moves
        return lambda node, run: only([node], run)

    def follow(node: Node, run: Run) -> list[Node]:
        nodes = [node] if start is None else start(node, run)
        for move in moves:
            nodes = move(nodes, run)
        return nodes

    return follow


def is_context(part: Part) -> bool:
    """Whether a part is `.` alone."""
    if not isinstance(part, Path) or part.start is not None or len(part.steps) != 1:
        return False
    (step,) = part.steps
    return step.axis == "self" and step.test == "node()" and not step.predicates


def _shortened(steps: tuple[Step, ...]) -> list[Step]:
    """`//name` as one step where no predicate counts positions: the same nodes, far fewer visits."""
    short: list[Step] = []
    for step in steps:
        before = short[-1] if short else None
        if (
            before is not None
            and (before.axis, before.test, before.predicates) == ("descendant-or-self", "node()", ())
            and step.axis == "child"
            and not step.predicates
        ):
            short[-1] = Step("descendant", step.test, (), step.at)
        else:
            short.append(step)
    return short


def _move(make: Maker, step: Step) -> Move:
    axis = AXES[step.axis]
    fits = _test(step)
    keeps = [predicate(make, part) for part in step.predicates]
    if step.axis == "child" and not keeps and step.test.isidentifier():
        name = step.test
        return lambda nodes, run: (
            [child for child in nodes[0].children if child.name == name]
            if len(nodes) == 1
            else in_order([child for node in nodes for child in node.children if child.name == name], True)
        )
    backwards = step.axis in REVERSE
    orderly = step.axis in _ORDERLY

    def move(nodes: list[Node], run: Run) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            reached = axis(node)
            run.spend(len(reached) + 1)
            some = [other for other in reached if fits(other)]
            for keep in keeps:
                some = keep(some, run)
            found.extend(reversed(some) if backwards else some)
        return in_order(found, len(nodes) > 1, nested=not orderly)

    return move


def _test(step: Step) -> Callable[[Node], bool]:
    test = step.test
    match test:
        case "node()":
            return lambda node: True
        case "text()":
            return lambda node: node.name == TEXT
        case "comment()" | "processing-instruction()":
            return lambda node: False
        case "*" if step.axis == "attribute":
            return lambda node: True
        case "*":
            return lambda node: node.name != "" and node.name[0] not in "#@"
        case _:
            wanted = "@" + test if step.axis == "attribute" else test
            return lambda node: node.name == wanted


def in_order(nodes: list[Node], several: bool, *, nested: bool = False) -> list[Node]:
    """Without repetitions and in document order, where more than one start could have upset that."""
    if not several or len(nodes) < 2:
        return nodes
    if not nested and _flat(nodes):
        return nodes
    unique = list(dict.fromkeys(nodes))
    places: dict[Node, int] = {}
    for root in dict.fromkeys(node.root() for node in unique):
        for node in root.walk():
            places[node] = len(places)
            for attribute in node.attributes:
                places[attribute] = len(places)
    return sorted(unique, key=places.__getitem__)


def _flat(nodes: list[Node]) -> bool:
    """Whether all parents are at the same depth, so that none lies inside another."""
    return len({_depth(node) for node in nodes}) == 1


def _depth(node: Node) -> int:
    depth = 0
    while node.parent is not None:
        depth += 1
        node = node.parent
    return depth


def filtered(make: Maker, part: Filter) -> Code[list[Node]]:
    """A node-set in document order, then its predicates."""
    subject = make.nodes(part.subject)
    keeps = [predicate(make, each) for each in part.predicates]

    def kept(node: Node, run: Run) -> list[Node]:
        nodes = subject(node, run)
        for keep in keeps:
            nodes = keep(nodes, run)
        return nodes

    return kept


def predicate(make: Maker, part: Part) -> Keep:
    """A number keeps the node at that place, anything else those for which it is true."""
    constant = make.constant(part)
    if isinstance(constant, float):
        return lambda nodes, run: _at(nodes, constant)
    kind = make.kind(part)
    if kind == "number":
        number = make.number(part)
        return _each(lambda node, run: number(node, run) == run.position)
    if kind == "any":
        value = make.value(part)

        def holds(node: Node, run: Run) -> bool:
            found = value(node, run)
            return found == run.position if isinstance(found, float) else truth_of(found)

        return _each(holds)
    truth = make.boolean(part)
    if _counts(part):
        return _each(truth)
    return lambda nodes, run: [node for node in nodes if truth(node, run)]


def _at(nodes: list[Node], place: float) -> list[Node]:
    whole = int(place) if 1 <= place <= len(nodes) else 0
    return [nodes[whole - 1]] if whole and whole == place else []


def _counts(part: Part) -> bool:
    """Whether `position()` or `last()` occurs."""
    return any(
        isinstance(inside, Call) and inside.name in ("position", "last") and not inside.arguments
        for inside, _ in walk(part)
    )


def _each(truth: Code[bool]) -> Keep:
    """Tries every node with its position and the size of the set, and restores both."""

    def keep(nodes: list[Node], run: Run) -> list[Node]:
        position, size = run.position, run.size
        run.size = len(nodes)
        kept = []
        try:
            for run.position, node in enumerate(nodes, 1):
                if truth(node, run):
                    kept.append(node)
        finally:
            run.position, run.size = position, size
        return kept

    return keep


def reference(part: Reference) -> Code[list[Node]]:
    """`${name}` in the scope where the evaluation began; `${last-saved#name}` in what was sent last time."""
    name = part.name
    if not part.saved:

        def look_up(node: Node, run: Run) -> list[Node]:
            found = run.scope.nodes.get(name)
            return run.scope.find(name) if found is None else found

        return look_up

    def look_back(node: Node, run: Run) -> list[Node]:
        saved = run.env.instances.get("__last-saved")
        return [] if saved is None else [found for found in saved.walk() if found.name == name]

    return look_back


def required(value: object) -> list[Node]:
    """The value as a node-set; raises EvaluationError when it is none."""
    if isinstance(value, list):
        return value
    raise EvaluationError("a node-set is needed here")
