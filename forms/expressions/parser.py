"""Tokens to a tree: XPath 1.0 with `${name}`.

One stack frame serves a whole run of operators, so the depth of the recursion
follows the brackets alone; both are bounded by DEEPEST.
"""

from __future__ import annotations

from forms.expressions.errors import ExpressionError
from forms.expressions.lexer import Token, reference, tokens
from forms.expressions.syntax import (
    Call,
    Chain,
    Compare,
    Filter,
    Logic,
    Negate,
    Number,
    Part,
    Path,
    Reference,
    Root,
    Step,
    Text,
    Union,
    walk,
)

DEEPEST = 100

AXES = frozenset(
    {
        "ancestor",
        "ancestor-or-self",
        "attribute",
        "child",
        "descendant",
        "descendant-or-self",
        "following",
        "following-sibling",
        "namespace",
        "parent",
        "preceding",
        "preceding-sibling",
        "self",
    }
)
_NODE_TYPES = frozenset({"node", "text", "comment", "processing-instruction"})
_STRENGTH = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "div", "mod"), 6),
}


def parse(source: str) -> Part:
    """The tree of an expression. Raises ExpressionError with the position of what is wrong."""
    parser = _Parser(tokens(source))
    part = parser.expression()
    parser.expect_end()
    if any(depth > DEEPEST for _, depth in walk(part)):
        raise ExpressionError("too_deep", limit=DEEPEST)
    return part


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _met(self, text: str, kind: str = "sign") -> bool:
        token = self._token
        if token.kind == kind and token.text == text:
            self._next += 1
            return True
        return False

    def _wrong(self) -> ExpressionError:
        return ExpressionError("syntax", self._token.at, found=self._token.text)

    def _expect(self, text: str) -> None:
        if not self._met(text):
            raise self._wrong()

    def expect_end(self) -> None:
        if self._token.kind != "end":
            raise self._wrong()

    def expression(self) -> Part:
        """Operators by precedence climbing turned into a loop with its own stack."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError("too_deep", self._token.at, limit=DEEPEST)
        operands = [self._operand()]
        waiting: list[Token] = []
        while self._token.kind == "operator" and self._token.text in _STRENGTH:
            operator = self._take()
            while waiting and _STRENGTH[waiting[-1].text] >= _STRENGTH[operator.text]:
                _reduce(operands, waiting.pop())
            waiting.append(operator)
            operands.append(self._operand())
        while waiting:
            _reduce(operands, waiting.pop())
        self._depth -= 1
        return operands[0]

    def _operand(self) -> Part:
        """Any number of minus signs, then paths joined by `|`."""
        at = self._token.at
        signs = 0
        while self._met("-", "operator"):
            signs += 1
        terms = [self._path()]
        while self._met("|", "operator"):
            terms.append(self._path())
        part: Part = terms[0] if len(terms) == 1 else Union(tuple(terms), at)
        if signs:
            # An even number of signs still makes a number of what follows.
            part = Negate(part, at) if signs % 2 else Negate(Negate(part, at), at)
        return part

    def _path(self) -> Part:
        token = self._token
        if token.kind == "sign" and token.text in ("/", "//"):
            return self._absolute(token)
        if not self._begins_primary():
            return Path(None, tuple(self._steps()), token.at)
        part = self._primary()
        predicates = self._predicates()
        if predicates:
            part = Filter(part, predicates, token.at)
        if self._token.kind == "sign" and self._token.text in ("/", "//"):
            return Path(part, tuple(self._more_steps()), token.at)
        return part

    def _absolute(self, token: Token) -> Part:
        root = Root(token.at)
        if token.text == "/":
            self._take()
            steps = self._steps() if self._begins_step() else []
        else:
            steps = self._more_steps()
        return Path(root, tuple(steps), token.at)

    def _begins_step(self) -> bool:
        token = self._token
        return token.kind == "name" or (token.kind == "sign" and token.text in (".", "..", "@", "*"))

    def _begins_primary(self) -> bool:
        token = self._token
        if token.kind in ("number", "string", "reference", "variable"):
            return True
        if token.kind == "sign" and token.text == "(":
            return True
        after = self._tokens[self._next + 1] if token.kind == "name" else None
        return after is not None and after.kind == "sign" and after.text == "(" and token.text not in _NODE_TYPES

    def _primary(self) -> Part:
        token = self._take()
        match token.kind:
            case "number":
                return Number(float(token.text), token.at)
            case "string":
                return Text(token.text[1:-1], token.at)
            case "reference":
                name, saved = reference(token)
                return Reference(name, saved, token.at)
            case "variable":
                raise ExpressionError("unsupported_variable", token.at, name=token.text[1:])
            case "name":
                return self._call(token)
            case _:
                part = self.expression()
                self._expect(")")
                return part

    def _call(self, name: Token) -> Part:
        self._expect("(")
        arguments: list[Part] = []
        if not self._met(")"):
            arguments.append(self.expression())
            while self._met(","):
                arguments.append(self.expression())
            self._expect(")")
        return Call(name.text, tuple(arguments), name.at)

    def _predicates(self) -> tuple[Part, ...]:
        found: list[Part] = []
        while self._met("["):
            found.append(self.expression())
            self._expect("]")
        return tuple(found)

    def _steps(self) -> list[Step]:
        return [self._step(), *self._more_steps()]

    def _more_steps(self) -> list[Step]:
        steps: list[Step] = []
        while self._token.kind == "sign" and self._token.text in ("/", "//"):
            separator = self._take()
            if separator.text == "//":
                steps.append(Step("descendant-or-self", "node()", (), separator.at))
            steps.append(self._step())
        return steps

    def _step(self) -> Step:
        at = self._token.at
        if self._met("."):
            return Step("self", "node()", self._predicates(), at)
        if self._met(".."):
            return Step("parent", "node()", self._predicates(), at)
        axis = "attribute" if self._met("@") else self._axis()
        test = self._test()
        return Step(axis, test, self._predicates(), at)

    def _axis(self) -> str:
        token, after = self._token, self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        if token.kind != "name" or after.kind != "sign" or after.text != "::":
            return "child"
        if token.text not in AXES:
            raise ExpressionError("unknown_axis", token.at, name=token.text)
        self._next += 2
        return token.text

    def _test(self) -> str:
        if self._met("*"):
            return "*"
        if self._token.kind != "name":
            raise self._wrong()
        name = self._take().text
        if name in _NODE_TYPES and self._met("("):
            if name == "processing-instruction" and self._token.kind == "string":
                self._take()
            self._expect(")")
            return name + "()"
        # Trees carry local names only (forms.tree), so a prefix decides nothing.
        return name.rpartition(":")[2]


def _reduce(operands: list[Part], operator: Token) -> None:
    right = operands.pop()
    left = operands.pop()
    name = operator.text
    if name in ("and", "or"):
        terms = left.terms if isinstance(left, Logic) and left.operator == name else (left,)
        operands.append(Logic(name, (*terms, right), left.at))
    elif _STRENGTH[name] <= 4:
        operands.append(Compare(name, left, right, operator.at))
    else:
        operands.append(_chain(left, name, right))


def _chain(left: Part, operator: str, right: Part) -> Part:
    if isinstance(left, Chain) and _STRENGTH[left.rest[0][0]] == _STRENGTH[operator]:
        return Chain(left.first, (*left.rest, (operator, right)), left.at)
    return Chain(left, ((operator, right),), left.at)
