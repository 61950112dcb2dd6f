"""Forms for tests of the evaluator, built without a workbook: one line a question."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from forms.expressions import Expression, compile
from forms.schema import EMPTY, Choice, Form, Group, Item, Kind, Question, Repeat, Text

_EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter", "count")


def words(text: str | Text, **others: str) -> Text:
    """`${x}` in the text is filled in; `others` are its translations."""
    if isinstance(text, Text):
        return text
    return Text(_parts(text), {language: _parts(said) for language, said in others.items()})


def _parts(text: str) -> tuple[str | Expression, ...]:
    found: list[str | Expression] = []
    while "${" in text:
        before, _, rest = text.partition("${")
        name, _, text = rest.partition("}")
        found += [part for part in (before, compile("${" + name + "}")) if part]
    return tuple([*found, text] if text else found)


def _compiled(more: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        key: compile(value) if key in _EXPRESSIONS and isinstance(value, str) else value for key, value in more.items()
    }
    texts = ("hint", "guidance", "constraint_message", "required_message")
    made |= {key: words(made[key]) for key in texts if key in made}
    if isinstance(made.get("required"), str):
        made["required"] = compile(made["required"])
    return made


def ask(name: str, kind: str = "text", label: str | Text = "", **more: Any) -> Question:
    """A question; expressions as text, `default` an expression where it begins with "="."""
    default = more.get("default")
    if isinstance(default, str) and default.startswith("="):
        more["default"] = compile(default[1:])
    return Question(name, name, Kind(kind), words(label or name), **_compiled(more))


def group(name: str, *items: Item, label: str = "", **more: Any) -> Group:
    return Group(name, name, words(label or name), items, **_compiled(more))


def repeat(name: str, *items: Item, label: str = "", **more: Any) -> Repeat:
    return Repeat(name, name, words(label or name), items, **_compiled(more))


def choices(*names: str, **labels: str) -> tuple[Choice, ...]:
    """Choices labelled by their names in capitals, or as told."""
    return tuple(Choice(name, labels.get(name, name.upper())) for name in (*names, *(set(labels) - set(names))))


def form(
    *items: Item, lists: Mapping[str, Iterable[Choice]] | None = None, languages: tuple[str, ...] = (), **more: Any
) -> Form:
    listed = {name: tuple(found) for name, found in (lists or {}).items()}
    return Form("f", "1", "F", _placed(items, ""), listed, languages=languages, **more)


def _placed(items: tuple[Item, ...], prefix: str) -> tuple[Item, ...]:
    """With their paths."""
    return tuple(
        replace(item, path=prefix + item.name)
        if isinstance(item, Question)
        else replace(item, path=prefix + item.name, items=_placed(item.items, f"{prefix}{item.name}/"))
        for item in items
    )


__all__ = ["EMPTY", "ask", "choices", "form", "group", "repeat", "words"]
