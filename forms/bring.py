"""What was sent in one version of a form, in the shape of another, so that both add up together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from forms.carry import Left, carry, left_of
from forms.flat import RawValue, flatten, row_ids
from forms.keys import locate, moved_key
from forms.schema import MANY, ROW_ID, Form, Group, Item, Kind, Question, Repeat
from forms.values import as_json, parse


@dataclass(frozen=True, slots=True)
class Brought:
    """Sent answers in the other version's shape; `left` as in Carried."""

    answers: dict[str, object] = field(default_factory=dict)
    left: tuple[Left, ...] = ()


def bring(old: Form, new: Form, answers: Mapping[str, object]) -> Brought:
    """Nested typed answers of `old` (forms.answers) in the shape of `new`, nothing worked out anew.

    A question that was not asked then is absent, so that it does not count as asked; so is one whose answer cannot be
    read as what is asked now, which is told as left. A figure that was typed then and is worked out now stands as it
    was typed.
    """
    raw, _problems = flatten(old, answers)
    carried = carry(old, new, raw)
    typed = dict(_leaves(old.items, answers, ""))
    given: dict[str, object] = {}
    stated: set[str] = set()
    unread: list[Left] = []
    numbers: dict[str, dict[str, int]] = {}
    for key, value in raw.items():
        place, target = locate(old, key), moved_key(old, new, key)
        now = new.item(place[0].name) if place else None
        if place is None or target is None or now is None:
            continue
        if not isinstance(now, Question) or not isinstance(place[0], Question):
            given[target] = carried.raw[target]
        elif target in carried.raw:
            kept = carried.raw[target]
            same = now.kind is place[0].kind and kept == value
            given[target] = typed.get(key) if same else _typed(new, now, kept)
            if kept and not same and given[target] is None:
                del given[target]
                unread.append(left_of(old, raw, key, place[0], place[1], value, "kind", numbers))
        elif now.calculation is not None and now.kind in (Kind.CALCULATE, place[0].kind):
            given[target] = typed.get(key)
            stated.add(key)
    left = (*(one for one in carried.left if one.key not in stated), *unread)
    return Brought(_nested(new.items, given, ""), left)


def _leaves(items: tuple[Item, ...], answers: Mapping[str, object], prefix: str) -> Iterable[tuple[str, object]]:
    for item in items:
        value, key = answers.get(item.name), prefix + item.name
        if isinstance(item, Question):
            if item.name in answers:
                yield key, value
        elif isinstance(item, Repeat):
            for row in value if isinstance(value, list) else ():
                if isinstance(row, Mapping):
                    yield from _leaves(item.items, row, f"{key}/{row.get(ROW_ID)}/")
        elif isinstance(value, Mapping):
            yield from _leaves(item.items, value, f"{key}/")


def _typed(new: Form, now: Question, value: RawValue) -> object:
    names = {choice.name: choice for choice in new.choices(now)}
    typed = parse(now.kind, value, names, None, now.range).typed
    if typed is None:
        return [] if now.kind in MANY else None
    return as_json(typed)


def _nested(items: tuple[Item, ...], given: Mapping[str, object], prefix: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in items:
        key = prefix + item.name
        if isinstance(item, Question):
            if key in given:
                found[item.name] = given[key]
        elif isinstance(item, Repeat):
            if key in given:
                rows = row_ids(given[key])
                found[item.name] = [{ROW_ID: row, **_nested(item.items, given, f"{key}/{row}/")} for row in rows]
        elif isinstance(item, Group) and (inner := _nested(item.items, given, f"{key}/")):
            found[item.name] = inner
    return found
