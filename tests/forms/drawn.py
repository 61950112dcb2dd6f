"""Random forms and drafts: every kind of question, rule and repeat, each rule on names that came before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from forms.schema import Choice, Form, Group, Item, Question, Range, Repeat, Shuffle
from tests.forms.make import ask, form, group, repeat, words

Draw = Callable[[st.SearchStrategy[Any]], Any]

LISTED = [Choice(name, name.upper(), {"kind": "x" if name in "ab" else "y"}) for name in "abcd"]
VALUES = (
    "${x} + ${y}", "${x} * 0.1", "sum(${x})", "string-length(${x})", "if(${x} > 2, ${y}, 'z')", "join(' ', ${x})",
    "concat(${x}, '-', ${y})", "jr:choice-name(${x}, '${x}')", "instance('l')/root/item[name = ${x}]/kind",
    "pulldata('l', 'kind', 'name', ${x})", "position(..)", "random()", "once(uuid())", "count-selected(${x})",
    "coalesce(${x}, ${y})", "today()", "string(.)", "max(${x}, 3)", "string-length(string(..))",
)  # fmt: skip
OF_REPEATS = ("count(${r})", "indexed-repeat(${x}, ${r}, 1)", "count(${r}) + ${x}", "string-length(${r})")
TRUTHS = ("${x} > 2", "${x} = 'a'", "selected(${x}, 'b')", "string-length(${x}) > 0", "not(${x} = ${y})", "${x} != ''")
CHECKS = (". > ${x}", "string-length(.) < 3", ". != 'b'", ". <= ${x} or ${y} = 'a'", "regex(., '^[0-9a-c]*$')")
FILTERS = ("kind = 'x'", "name != ${x}", "kind = if(${x} > 1, 'x', 'y')")
KINDS = (
    "text", "integer", "decimal", "select_one", "select_multiple", "rank", "range", "calculate", "note", "date",
    "geopoint", "hidden", "today",
)  # fmt: skip
RAW = st.sampled_from(
    ["", "0", "1", "2", "3", "7", "2,5", "a", "b", "c", "a b", "d c b a", "2025-07-01", "20,8 106,6", "rác"]
) | st.lists(st.sampled_from("abcd"), max_size=4)


@dataclass
class _Made:
    """What was made so far; names of questions, and of repeats."""

    draw: Draw
    names: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    count: int = 0

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def rule(self, *templates: str) -> str | None:
        """One of the templates with names put in; None when there are none yet."""
        if not self.names:
            return None
        text = str(self.draw(st.sampled_from(templates)))
        for letter in ("${x}", "${y}"):
            text = text.replace(letter, f"${{{self.draw(st.sampled_from(self.names))}}}")
        if "${r}" in text:
            if not self.repeats:
                return None
            text = text.replace("${r}", f"${{{self.draw(st.sampled_from(self.repeats))}}}")
        return text

    def sometimes(self, *templates: str) -> str | None:
        return self.rule(*templates) if self.draw(st.integers(0, 2)) == 0 else None


def _question(made: _Made) -> Question:
    kind = made.draw(st.sampled_from(KINDS))
    more: dict[str, Any] = {"relevant": made.sometimes(*TRUTHS), "constraint": made.sometimes(*CHECKS)}
    if kind in ("select_one", "select_multiple", "rank"):
        more |= {"choices": "l", "choice_filter": made.sometimes(*FILTERS)}
        more["shuffle"] = made.draw(st.sampled_from([None, None, Shuffle(), Shuffle("7")]))
    if kind == "range":
        more["range"] = Range(Decimal(0), Decimal(9), Decimal(1))
    computed = made.rule(*VALUES, *OF_REPEATS) if kind == "calculate" else made.sometimes(*VALUES)
    if kind not in ("note", "today", "range") and computed:
        place = made.draw(st.sampled_from(["calculation", "calculation", "trigger", "default"]))
        if place == "default" and kind != "calculate":
            more["default"] = "=" + computed
        else:
            more["calculation"] = computed
        if place == "trigger":
            more["trigger"] = (made.draw(st.sampled_from(made.names)),)
    elif made.draw(st.booleans()):
        more["default"] = made.draw(st.sampled_from(["2", "a"]))
    if kind not in ("calculate", "note", "hidden", "today"):
        more["required"] = made.sometimes(*TRUTHS) or made.draw(st.booleans())
        more["read_only"] = made.draw(st.integers(0, 6)) == 0
    label = f"Câu {made.sometimes('${x}', 'và ${x}, ${y}') or ''}"
    more["hint"] = made.sometimes("Xem ${x}") or ""
    more["constraint_message"] = made.sometimes("Khác ${x}") or ""
    name = made.fresh("q")
    asked = ask(name, kind, words(label), **{key: value for key, value in more.items() if value is not None})
    if kind != "note":
        made.names.append(name)
    return asked


def _items(made: _Made, depth: int) -> list[Item]:
    found: list[Item] = []
    for _ in range(made.draw(st.integers(1, 5 if depth == 0 else 3))):
        what = made.draw(st.sampled_from(["question", "question", "question", "group", "repeat"]))
        if what == "question" or depth > 2:
            found.append(_question(made))
            continue
        name, relevant = made.fresh("g" if what == "group" else "r"), made.sometimes(*TRUTHS)
        if what == "group":
            label = f"Mục {made.sometimes('${x}') or ''}"
            found.append(group(name, *_items(made, depth + 1), label=label, relevant=relevant))
        else:
            count = made.sometimes("${x}", "count-selected(${x}) + 1", "2")
            found.append(repeat(name, *_items(made, depth + 1), relevant=relevant, count=count))
            made.repeats.append(name)
    return found


@st.composite
def drawn_forms(draw: Draw) -> Form:
    return form(*_items(_Made(draw), 0), lists={"l": LISTED})


def keys_of(items: tuple[Item, ...], prefix: str = "") -> Mapping[str, Item]:
    """Flat keys of the form's questions and repeats, the rows of a repeat being r1, r2 and x."""
    found: dict[str, Item] = {}
    for item in items:
        key = prefix + item.name
        if isinstance(item, Group):
            found |= keys_of(item.items, f"{key}/")
            continue
        found[key] = item
        if isinstance(item, Repeat):
            for row in ("r1", "r2", "x"):
                found |= keys_of(item.items, f"{key}/{row}/")
    return found


def value_of(item: Item) -> st.SearchStrategy[Any]:
    if isinstance(item, Repeat):
        return st.lists(st.sampled_from(["r1", "r2", "x"]), unique=True, max_size=3)
    return RAW


def drafts(made: Form) -> st.SearchStrategy[dict[str, Any]]:
    keys = keys_of(made.items)
    return st.fixed_dictionaries({}, optional={key: value_of(item) for key, item in keys.items()})
