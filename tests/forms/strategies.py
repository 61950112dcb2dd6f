"""Hypothesis strategies for whole forms, and two forms compared by what they mean.

Forms are made from the schema's values and not from cells, so that nothing the importer leaves out is left out of the
expectation too. What is drawn is what an author could have written: every expression refers to questions above it,
and every column has its meaning for the kind it stands at.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from forms.expressions import Expression
from forms.expressions import compile as compile_expression
from forms.schema import (
    BINDS,
    FILES,
    LISTED,
    METADATA,
    NUMBERS,
    SELECTS,
    Choice,
    Consolidate,
    Form,
    Group,
    Item,
    Kind,
    Previous,
    Question,
    Range,
    Repeat,
    Shuffle,
    Text,
    walk,
)
from forms.xlsform.media import is_file

KINDS = tuple(Kind)
LANGUAGES = ((), ("Tiếng Việt (vi)",), ("Tiếng Việt (vi)", "English (en)"), ("English (en)", "Tiếng Việt (vi)", "Tày"))
TYPED = (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.BARCODE)
_LOOKS = {
    Kind.TEXT: ("multiline", "numbers", "w1", "w12"),
    Kind.INTEGER: ("thousands-sep",),
    Kind.DECIMAL: ("thousands-sep",),
    Kind.SELECT_ONE: ("minimal", "autocomplete", "horizontal", "likert", "columns-3"),
    Kind.SELECT_MULTIPLE: ("minimal", "autocomplete", "horizontal-compact", "columns", "w4"),
}
_DEFAULTS = {
    Kind.TEXT: ("Không", "001", "=1+1"),
    Kind.INTEGER: ("0", "1142"),
    Kind.DECIMAL: ("2.5",),
    Kind.DATE: ("2025-07-20", "today()"),
    Kind.TIME: ("07:30",),
    Kind.HIDDEN: ("x", "once(uuid())"),
}

# words

_LETTERS = st.sampled_from(" abcđêôơưAĐỊẠ019,.;:!?()%/=+-'\"<>&*_\n–“”")
_NAMES = st.from_regex(r"[a-z][a-zA-Z0-9_]{0,6}", fullmatch=True)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


plain = st.text(_LETTERS, min_size=1, max_size=24).map(_clean).filter(bool)


@st.composite
def texts(draw: st.DrawFn, names: tuple[str, ...], languages: tuple[str, ...]) -> Text:
    """Words with `${x}` of the given names in them, in every language (now and then a translation is missing)."""
    parts = _parts(draw, names)
    others = {language: _parts(draw, names) for language in languages[1:] if draw(st.integers(0, 4))}
    return Text(parts, others)


def _parts(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[str | Expression, ...]:
    source = draw(plain)
    if names and draw(st.booleans()):
        source = f"{source} ${{{draw(st.sampled_from(names))}}} {draw(plain)}"
    found: list[str | Expression] = []
    for piece in re.split(r"(\$\{[^{}]*\})", source):
        if piece:
            found.append(compile_expression(piece) if piece.startswith("${") else piece)
    return tuple(found)


# expressions

_ABOUT = (
    "${%s} = 'co'", "${%s} != ''", "${%s} > 1", "not(selected(${%s}, 'x'))", "string-length(${%s}) < 20",
    "count-selected(${%s}) >= 2 and true()", "coalesce(${%s}, 'a') = 'b' or ${%s} < 3.5", "regex(${%s}, '^[0-9]+$')",
)  # fmt: skip
_ITSELF = (
    ". >= 0",
    "string-length(.) <= 200",
    ". != 'a' and . != \"b\"",
    "regex(., '^[^<>]*$')",
    "count-selected(.) < 9",
)
_WORTH = (
    "${%s} + 1",
    "if(${%s} > 3, 'nhiều', 'ít')",
    "round(${%s} * 100 div 7, 2)",
    "concat(${%s}, ' – ', ${%s})",
    "sum(${%s})",
)
_BARE = ("1 + 1", "concat('a', 'b')", "format-date(today(), '%%d/%%m/%%Y')")


def _about(draw: st.DrawFn, patterns: tuple[str, ...], names: tuple[str, ...]) -> Expression:
    pattern = draw(st.sampled_from(patterns))
    chosen = tuple(draw(st.sampled_from(names)) for _ in range(pattern.replace("%%", "").count("%s")))
    return compile_expression(pattern % chosen)


@dataclasses.dataclass
class _Drawing:
    """What has been drawn so far. `names` may be referred to; notes may not."""

    draw: st.DrawFn
    languages: tuple[str, ...]
    lists: Mapping[str, tuple[Choice, ...]]
    kinds: tuple[Kind, ...]
    names: tuple[str, ...] = ()
    taken: set[str] = dataclasses.field(default_factory=set)

    def name(self) -> str:
        found = self.draw(_NAMES.filter(lambda name: name not in self.taken and name.lower() not in ("meta", "_id")))
        self.taken.add(found)
        return found

    def maybe(self) -> bool:
        return self.draw(st.booleans())

    def text(self) -> Text:
        return self.draw(texts(self.names, self.languages))

    def rule(self) -> Expression | None:
        return _about(self.draw, _ABOUT, self.names) if self.names and self.maybe() else None

    def items(self, prefix: str, depth: int) -> tuple[Item, ...]:
        found: list[Item] = []
        for _ in range(self.draw(st.integers(1, 4 if depth else 6))):
            what = self.draw(st.sampled_from(("question", "question", "question", "group", "repeat")))
            if what == "question" or depth == 3:
                found.append(self.question(prefix))
            else:
                found.append(self.block(what, prefix, depth))
        return tuple(found)

    def block(self, what: str, prefix: str, depth: int) -> Group | Repeat:
        name, label, relevant = self.name(), self.text(), self.rule()
        looks = frozenset({"field-list"}) if self.maybe() else frozenset()
        if what == "group":
            inside = self.items(f"{prefix}{name}/", depth + 1)
            return Group(name, prefix + name, label, inside, relevant, looks)
        count = _about(self.draw, ("${%s}", "${%s} + 1"), self.names) if self.names and self.maybe() else None
        how = self.draw(st.sampled_from((None, "ledger", "count", "list")))
        inside = self.items(f"{prefix}{name}/", depth + 1)
        return Repeat(name, prefix + name, label, inside, relevant, looks, Consolidate(how) if how else None, count)

    def question(self, prefix: str) -> Question:
        kind, name = self.draw(st.sampled_from(self.kinds)), self.name()
        values: dict[str, Any] = {"name": name, "path": prefix + name, "kind": kind}
        if kind not in METADATA:
            values |= {"label": self.text(), "relevant": self.rule()}
        if kind in LISTED:
            fitting = [name for name in self.lists if kind is not Kind.RANK or not is_file(name)]
            values["choices"] = self.draw(st.sampled_from(sorted(fitting)))
        if kind is Kind.CALCULATE:
            values["calculation"] = self.worth()
        elif kind is Kind.NOTE:
            values |= self.words_of_a_note()
        elif kind is Kind.HIDDEN:
            values |= self.default(kind)
        elif kind not in METADATA:
            values |= self.answered(kind, values.get("choices"))
        values |= self.ours(kind, values)
        made = Question(**values)
        if kind is not Kind.NOTE:
            self.names = (*self.names, name)
        return made

    def worth(self) -> Expression:
        return _about(self.draw, _WORTH if self.names else _BARE, self.names)

    def words_of_a_note(self) -> dict[str, Any]:
        return {"hint": self.text()} if self.maybe() else {}

    def answered(self, kind: Kind, choices: str | None) -> dict[str, Any]:
        """What a question that people answer may have."""
        found: dict[str, Any] = {}
        for key in ("hint", "guidance", "required_message"):
            if self.maybe():
                found[key] = self.text()
        required = self.draw(st.sampled_from((False, True, None)))
        found["required"] = required if required is not None else self.rule() or False
        if self.maybe():
            found["constraint"] = compile_expression(self.draw(st.sampled_from(_ITSELF)))
            found["constraint_message"] = self.text()
        looks = self.draw(st.lists(st.sampled_from(_LOOKS[kind]), unique=True)) if kind in _LOOKS else []
        found["appearance"] = frozenset(looks)
        if kind in SELECTS and self.names and self.maybe():
            found["choice_filter"] = _about(self.draw, ("tinh = ${%s}", "name != ${%s} and co_lon > 3"), self.names)
        if kind in LISTED and self.maybe():
            seed = self.draw(st.sampled_from((None, "7", *(f"${{{name}}}" for name in self.names))))
            found["shuffle"] = Shuffle(compile_expression(seed) if seed and "$" in seed else seed)
        if kind is Kind.RANGE:
            start, step = Decimal(self.draw(st.integers(-5, 5))), Decimal(self.draw(st.sampled_from(("1", "0.5", "2"))))
            found["range"] = Range(start, start + step * self.draw(st.integers(1, 9)), step)
        if kind is Kind.TEXT and "multiline" in looks and self.maybe():
            found["rows"] = self.draw(st.integers(2, 20))
        return found | self.filled(kind)

    def filled(self, kind: Kind) -> dict[str, Any]:
        """At most one of a default, a calculation with or without a trigger, or nothing."""
        if kind in FILES or kind is Kind.ACKNOWLEDGE:
            return {}
        how = self.draw(st.sampled_from(("", "", "default", "calculation", "trigger", "read_only")))
        if how in ("calculation", "trigger") and kind in TYPED and self.names:
            found: dict[str, Any] = {"calculation": self.worth()}
            if how == "trigger":
                found["trigger"] = tuple(
                    self.draw(st.lists(st.sampled_from(self.names), min_size=1, max_size=2, unique=True))
                )
            return found
        if how == "default":
            return self.default(kind)
        return {"read_only": True, **self.default(kind)} if how == "read_only" else {}

    def default(self, kind: Kind) -> dict[str, Any]:
        if kind not in _DEFAULTS:
            return {}
        found = self.draw(st.sampled_from(_DEFAULTS[kind]))
        return {"default": compile_expression(found) if found.endswith(")") else found}

    def ours(self, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
        """The extra columns, each where it has a meaning."""
        found: dict[str, Any] = {}
        if kind in METADATA or kind is Kind.NOTE:
            return found
        if kind in (Kind.TEXT, Kind.HIDDEN) and "calculation" not in values and self.maybe():
            found["bind"] = self.draw(st.sampled_from(BINDS))
        if kind in NUMBERS or kind is Kind.CALCULATE:
            found["consolidate"] = self.draw(
                st.sampled_from((None, *map(Consolidate, ("sum", "mean", "count", "list"))))
            )
            found["previous"] = self.draw(st.sampled_from((None, Previous("explain", Decimal(30)), Previous("show"))))
        elif kind in (Kind.TEXT, Kind.DATE):
            found["consolidate"] = self.draw(st.sampled_from((None, Consolidate("list"), Consolidate("count"))))
            found["previous"] = self.draw(st.sampled_from((None, Previous("prefill"), Previous("show"))))
        return found


@st.composite
def choice_lists(draw: st.DrawFn, languages: tuple[str, ...]) -> dict[str, tuple[Choice, ...]]:
    """One to three lists and a CSV file; each has the columns `tinh` and `co_lon` filled in at least once."""
    found: dict[str, tuple[Choice, ...]] = {}
    for name in draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True)):
        names = draw(st.lists(st.from_regex(r"[a-z0-9_.-]{1,5}", fullmatch=True), min_size=1, max_size=5, unique=True))
        listed = []
        for place, choice in enumerate(names):
            extra = {"tinh": draw(st.sampled_from(("01", "02", "hp"))), "co_lon": "5"} if not place else {}
            labels = {language: draw(plain) for language in languages[1:]}
            listed.append(Choice(choice, draw(plain), extra, labels))
        found[name] = tuple(listed)
    codes = draw(st.lists(st.from_regex(r"[a-z0-9_.-]{1,5}", fullmatch=True), min_size=1, max_size=4, unique=True))
    tinh = st.sampled_from(("01", ""))
    rows = [{"ma": code, "ten": draw(plain), "tinh": draw(tinh), "co_lon": "5"} for code in codes]
    found["xa.csv"] = tuple(Choice(row["ma"], row["ten"], row) for row in rows)
    return found


@st.composite
def forms(draw: st.DrawFn, kinds: tuple[Kind, ...] = KINDS, languages: tuple[tuple[str, ...], ...] = LANGUAGES) -> Form:
    """A whole form of these kinds, in one of these sets of languages."""
    spoken = draw(st.sampled_from(languages))
    lists = draw(choice_lists(spoken))
    drawing = _Drawing(draw, spoken, lists, kinds)
    items = drawing.items("", 0)
    name = draw(st.sampled_from((None, *drawing.names)))
    used = {item.choices for item in walk(items) if isinstance(item, Question)}
    lists = {name: listed for name, listed in lists.items() if name in used or not is_file(name)}
    return Form(
        id=draw(_NAMES),
        version=draw(st.sampled_from(("", "1", "2025.07", "001"))),
        title=draw(plain),
        items=items,
        lists=lists,
        instance_name=compile_expression(f"concat(${{{name}}}, ' x')") if name else None,
        languages=spoken,
    )


# meaning


def meaning(value: object) -> object:
    """A form, or a part of one, as plain values that are equal when two forms mean the same.

    Expressions are their source; warnings and what is worked out from the rest are left out, as are the questions that
    the importer adds for x_previous.
    """
    if isinstance(value, Expression):
        return ("expression", value.source)
    if isinstance(value, Form):
        told = ("id", "version", "title", "items", "lists", "instance_name", "languages")
        return {name: meaning(getattr(value, name)) for name in told}
    if dataclasses.is_dataclass(value):
        return {found.name: meaning(getattr(value, found.name)) for found in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: meaning(found) for key, found in value.items()}
    if isinstance(value, tuple):
        return [meaning(found) for found in value if not (isinstance(found, Question) and found.explains)]
    return sorted(value) if isinstance(value, frozenset) else value


def names_of(form: Form) -> list[str]:
    return [item.name for item in walk(form.items)]
