"""What an expression may read, found by looking at it: so that a form knows what hangs on what."""

from __future__ import annotations

from dataclasses import dataclass, field

from forms.expressions.functions.choices import question_named
from forms.expressions.syntax import Call, Filter, Part, Path, Reference, Root, Step, inner

_UPWARD = frozenset(
    {"parent", "ancestor", "ancestor-or-self", "following", "following-sibling", "preceding", "preceding-sibling"}
)
_OF_CONTEXT = frozenset({"current", "once"})
_OF_CONTEXT_ALONE = frozenset({"string", "number", "string-length", "normalize-space", "name", "local-name"})


@dataclass(frozen=True, slots=True)
class Reach:
    """`names` are the questions referred to as `${name}`, `saved` those as `${last-saved#name}`,
    `functions` what is called. Of the names in `counted` only how many there are is read, never what
    they hold. `reads_context`: it reads the node it is evaluated on. `wanders`: it may read any
    node of its document, by `..`, an absolute path or the like."""

    names: frozenset[str]
    saved: frozenset[str]
    functions: frozenset[str]
    counted: frozenset[str]
    reads_context: bool
    wanders: bool


def reach_of(part: Part) -> Reach:
    found = _Found()
    found.visit(part)
    return Reach(
        frozenset(found.read | found.counted),
        frozenset(found.saved),
        frozenset(found.functions),
        frozenset(found.counted - found.read),
        found.reads_context,
        found.wanders,
    )


@dataclass(slots=True)
class _Found:
    read: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    saved: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    reads_context: bool = False
    wanders: bool = False

    def visit(self, whole: Part) -> None:
        """Every part, each with whether it is evaluated on nodes of a list rather than of the answers."""
        waiting = [(whole, False)]
        while waiting:
            part, listed = waiting.pop()
            match part:
                case Reference():
                    (self.saved if part.saved else self.read).add(part.name)
                case Call():
                    self._call(part)
                case Path():
                    self._path(part, listed)
                case Root():
                    self.wanders = True
                case _:
                    pass
            start = part.start if isinstance(part, Path) else part.subject if isinstance(part, Filter) else None
            within = listed or (start is not None and _of_list(start))
            for below in inner(part):
                if not self._only_counts(part, below):
                    waiting.append((below, listed if below is start else within))

    def _call(self, call: Call) -> None:
        self.functions.add(call.name)
        if call.name in _OF_CONTEXT or (call.name in _OF_CONTEXT_ALONE and not call.arguments):
            self.reads_context = True
        if call.name == "jr:choice-name" and len(call.arguments) == 2:
            question = question_named(call.arguments[1])
            self.read.update(() if question is None else (question,))

    def _path(self, path: Path, listed: bool) -> None:
        if path.start is None and not listed:
            self.reads_context = True
        upward = any(step.axis in _UPWARD for step in path.steps)
        if upward and not (listed and path.start is None) and not _of_list(path):
            self.wanders = True

    def _only_counts(self, part: Part, below: Part) -> bool:
        """Whether `below` is an argument of which only the number or the place of its nodes is read;
        notes the name when it is one."""
        if not isinstance(part, Call) or part.name not in ("count", "position", "indexed-repeat"):
            return False
        if part.name == "indexed-repeat" and not any(below is rows for rows in part.arguments[1::2]):
            return False
        if isinstance(below, Reference) and not below.saved:
            self.counted.add(below.name)
            return True
        return part.name == "position" and below == Path(None, (Step("parent", "node()", (), below.at),), below.at)


def _of_list(part: Part) -> bool:
    """Whether its nodes are those of a list, or of what was sent last time."""
    while isinstance(part, Path | Filter):
        start = part.start if isinstance(part, Path) else part.subject
        if start is None:
            return False
        part = start
    return (isinstance(part, Call) and part.name == "instance") or (isinstance(part, Reference) and part.saved)
