"""Conformance with the public suite of OpenRosa XPath, and with a set of our own that is always here.

Both files have the same shape: documents, and cases with an expression, where it
is evaluated, and what it must give. `./conformance_own.json` adds "why" where a
case needs a word.
"""

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from forms.expressions import EvaluationError, ExpressionError, evaluate

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "conformance" / "openrosa_xpath.json"
OWN = HERE / "conformance_own.json"

# The day on which the shared suite was recorded: it expects today() to be this one.
TODAY = (2026, 11, 23, 20, 0)

INVALID_DATE = (
    'ODK writes the English words "Invalid Date" as the value of a date that is none. We give blank: '
    "English words must not reach the report of an office, and a blank can be caught by `required`."
)
CHOSEN = {
    ("date-time('nonsense')", "string"): INVALID_DATE,
    ("date('nonsense')", "string"): INVALID_DATE,
    ("date(number('invalid'))", "string"): INVALID_DATE,
}


def load(path: Path) -> dict[str, Any]:
    suite: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return suite


def children(element: ElementTree.Element) -> Iterator[ElementTree.Element | str]:
    """All child nodes, text included, as the paths of the suite count them."""
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail


def find(document: ElementTree.Element, path: str) -> ElementTree.Element | None:
    """`/node()[1]/node()[4]`: the first step is the root element, "/" the document above it."""
    element: ElementTree.Element | str = document
    steps = [int(number) for number in re.findall(r"\[(\d+)\]", path)]
    if not steps:
        return None
    for step in steps[1:]:
        assert isinstance(element, ElementTree.Element)
        element = list(children(element))[step - 1]
    assert isinstance(element, ElementTree.Element)
    return element


def text_of(value: object) -> str:
    """What string() gives, computed here and not by the engine."""
    if isinstance(value, list):
        if not value:
            return ""
        return value[0] if isinstance(value[0], str) else "".join(value[0].itertext())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    return str(value)


def outcome(case: dict[str, Any], document: ElementTree.Element, now: datetime) -> object:
    context = find(document, case["context"])
    if case["check"].startswith("number"):
        # Text that is a date counts as a number: only the engine can tell.
        value = evaluate(f"number({case['expr']})", document, context, now=now)
        assert isinstance(value, float)
        if case["check"] == "number":
            return value
        return math.floor(value * case["factor"] + 0.5) / case["factor"]
    value = evaluate(case["expr"], document, context, now=now)
    if case["check"] == "boolean":
        return bool(value) and value == value  # NaN is false
    return text_of(value)


def passes(case: dict[str, Any], document: ElementTree.Element, now: datetime) -> bool:
    try:
        value = outcome(case, document, now)
    except (EvaluationError, ExpressionError):
        return bool(case["check"] == "error")
    if case["check"] == "error":
        return False
    if not isinstance(value, float):
        return bool(value == (str(case["expected"]) if case["check"] == "string" else case["expected"]))
    expected = float(case["expected"])
    return value == expected or (math.isnan(value) and math.isnan(expected))


def failures(suite: dict[str, Any]) -> set[tuple[str, str]]:
    now = datetime(*TODAY, tzinfo=ZoneInfo(suite["zone"]))
    documents = [ElementTree.fromstring(text) for text in suite["documents"]]
    return {
        (case["expr"], case["check"]) for case in suite["cases"] if not passes(case, documents[case["document"]], now)
    }


@pytest.mark.skipif(not SHARED.exists(), reason="the recorded suite lies beside the checkout, in ../shared")
def test_the_recorded_suite_passes_but_for_what_we_chose_otherwise() -> None:
    suite = load(SHARED)
    assert len(suite["cases"]) == 971
    assert failures(suite) == set(CHOSEN)


def test_our_own_suite_passes() -> None:
    suite = load(OWN)
    assert len(suite["cases"]) >= 700
    assert failures(suite) == set()


def test_our_own_suite_reaches_every_function() -> None:
    from forms.expressions.functions import FUNCTIONS

    written = " ".join(case["expr"] for case in load(OWN)["cases"])
    missing = {name for name in FUNCTIONS if f"{name}(" not in written}
    # These need an environment that a document does not bring: test_expressions*.py has them.
    assert missing == {"jr:choice-name", "random", "uuid"}


def test_our_own_suite_reaches_every_axis_and_operator() -> None:
    from forms.expressions.parser import AXES

    written = [re.sub(r"'[^']*'|\"[^\"]*\"", "''", case["expr"]) for case in load(OWN)["cases"]]
    short = {"child": "/", "attribute": "@", "parent": "..", "self": ".", "descendant-or-self": "//"}
    for axis in AXES:
        assert sum(f"{axis}::" in text or short.get(axis, "\0") in text for text in written) >= 2, axis
    for sign in ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"):
        found = re.compile(rf"(?<![<>!=\w]){re.escape(sign)}(?![=\w])" if sign.isalpha() else rf" {re.escape(sign)} ")
        assert sum(bool(found.search(text)) for text in written) >= 6, sign
    assert sum(" | " in text for text in written) >= 3


@pytest.mark.skipif(not SHARED.exists(), reason="the recorded suite lies beside the checkout, in ../shared")
def test_our_own_suite_asks_for_all_that_the_recorded_one_asks_for() -> None:
    def called(path: Path) -> set[str]:
        texts = [re.sub(r"'[^']*'|\"[^\"]*\"", "''", case["expr"]) for case in load(path)["cases"]]
        return {name for text in texts for name in re.findall(r"[a-z][\w:.-]*(?=\()", text)}

    from forms.expressions.functions import FUNCTIONS

    assert (called(SHARED) & FUNCTIONS.keys()) - called(OWN) == set()
