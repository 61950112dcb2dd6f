"""What changed between two versions of a form, question by question, as codes with both texts. Pure.

A question is the one of the same name. One that is gone, and one that came under another name with the same words and
kind, are told as `renamed`: a guess, and answers are not carried by it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from forms.expressions import Expression
from forms.keys import repeats_around
from forms.schema import Choice, Consolidate, Form, Item, Previous, Question, Range, Shuffle, Text


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `item` is the question, group or repeat as it is now (as it was, when it is removed), None for the
    form as a whole; `old` and `new` are texts of the author, "" where there is or was none.

    Codes: title, languages, instance_name (the form); added, removed, renamed (`old`, `new`: names), moved (labels of
    what it stands in), rows (into or out of a repeat: names of the repeats), reordered, type, label, hint, guidance,
    required_message, constraint_message (these six with `params` language), required, relevant, constraint,
    calculation, trigger, default, read_only, choice_filter, shuffle, range, lines, appearance, bind, consolidate,
    previous, count, choices_added, choices_removed (`params` choices), choices_relabelled (`params` pairs),
    choices_reordered, choices_data.
    """

    code: str
    item: Item | None = None
    old: str = ""
    new: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.item.name if self.item else ""


def difference(old: Form, new: Form) -> tuple[Change, ...]:
    """Every change, in the order of the new form; what is removed stands where it stood."""
    found = list(_whole(old, new))
    before = {item.name: item for item in old.walk()}
    after = {item.name: item for item in new.walk()}
    renamed = _renamed(old, new)
    shifted = _shifted(old, new)
    for name in _order(list(before), list(after)):
        was, now = before.get(name), after.get(name)
        if now is None or type(was) is not type(now):
            if was is not None and name not in renamed.values():
                found.append(Change("removed", was, was.label.plain))
            if now is None:
                continue
            was = before.get(renamed.get(name, ""))
            if was is None:
                found.append(Change("added", now, "", now.label.plain))
                continue
            found.append(Change("renamed", now, was.name, now.name))
        if was is not None:
            found += _item(old, new, was, now)
            if name in shifted:
                found.append(Change("reordered", now))
    return tuple(found)


def _whole(old: Form, new: Form) -> Iterator[Change]:
    if old.title != new.title:
        yield Change("title", None, old.title, new.title)
    if old.languages != new.languages:
        yield Change("languages", None, ", ".join(old.languages), ", ".join(new.languages))
    if _source(old.instance_name) != _source(new.instance_name):
        yield Change("instance_name", None, _source(old.instance_name), _source(new.instance_name))


def _order(before: list[str], after: list[str]) -> list[str]:
    """The new order, with what is gone after what stood before it."""
    known = set(after)
    gone = {(before[place - 1] if place else ""): name for place, name in enumerate(before) if name not in known}
    ordered: list[str] = []
    for name in ("", *after):
        if name:
            ordered.append(name)
        while name := gone.get(name, ""):
            ordered.append(name)
    return ordered


def _renamed(old: Form, new: Form) -> dict[str, str]:
    """New name -> old name, where exactly one that went and one that came have the same words and kind."""

    def lone(form: Form, other: Form) -> dict[tuple[str, object], list[str]]:
        found: dict[tuple[str, object], list[str]] = {}
        for item in form.walk():
            words = " ".join(item.label.plain.split()).casefold()
            if words and other.item(item.name) is None:
                kind = item.kind if isinstance(item, Question) else type(item)
                found.setdefault((words, kind), []).append(item.name)
        return found

    came, went = lone(new, old), lone(old, new)
    return {names[0]: went[key][0] for key, names in came.items() if len(names) == 1 and len(went.get(key, ())) == 1}


def _shifted(old: Form, new: Form) -> set[str]:
    """The fewest items that changed places among those that stand together in both versions."""
    found: set[str] = set()
    before = {item.name: place for place, item in enumerate(old.walk())}
    for items in (new.items, *(item.items for item in new.walk() if not isinstance(item, Question))):
        stayed = [item.name for item in items if item.name in before and _around(old, item) == _around(new, item)]
        found |= set(stayed) - set(_rising(stayed, before))
    return found


def _rising(names: list[str], place: Mapping[str, int]) -> list[str]:
    """A longest run of names, in this order, whose places rise: by patience sorting, each name pointing back."""
    piles: list[int] = []  # of each length, the smallest place that a run of it ends at
    tops: list[str] = []
    back: dict[str, str] = {}
    for name in names:
        number = bisect_left(piles, place[name])
        if number:
            back[name] = tops[number - 1]
        piles[number : number + 1], tops[number : number + 1] = [place[name]], [name]
    run = tops[-1:]
    while run and run[-1] in back:
        run.append(back[run[-1]])
    return run[::-1]


def _around(form: Form, item: Item) -> str:
    """The name of what an item stands in, "" on the top level."""
    found = form.item(item.name)
    return found.path.rpartition("/")[0].rpartition("/")[2] if found else ""


def _item(old: Form, new: Form, was: Item, now: Item) -> Iterator[Change]:
    left, entered = repeats_around(old, was), repeats_around(new, now)
    if left != entered:
        yield Change("rows", now, ", ".join(left), ", ".join(entered))
    elif _around(old, was) != _around(new, now):
        yield Change("moved", now, _title(old, _around(old, was)), _title(new, _around(new, now)))
    if isinstance(was, Question) and isinstance(now, Question) and was.kind is not now.kind:
        yield Change("type", now, was.kind.value, now.kind.value)
    for code in ("label", "hint", "guidance", "required_message", "constraint_message"):
        yield from _texts(code, now, getattr(was, code, Text()), getattr(now, code, Text()))
    for code, told in _PROPERTIES.items():
        before, after = told(was), told(now)
        if before != after:
            yield Change(code, now, before, after)
    if isinstance(was, Question) and isinstance(now, Question):
        yield from _choices(now, old.choices(was), new.choices(now))


def _title(form: Form, name: str) -> str:
    item = form.item(name)
    return (item.label.plain or name) if item else ""


def _texts(code: str, item: Item, was: Text, now: Text) -> Iterator[Change]:
    languages = dict.fromkeys(["", *was.others, *now.others])
    for language in languages:
        before, after = (_written(text.others.get(language, ()) if language else text.parts) for text in (was, now))
        if before != after:
            yield Change(code, item, before, after, {"language": language})


def _written(parts: tuple[str | Expression, ...]) -> str:
    return "".join(part if isinstance(part, str) else part.source for part in parts)


def _choices(item: Question, was: tuple[Choice, ...], now: tuple[Choice, ...]) -> Iterator[Change]:
    before = {choice.name: choice for choice in was}
    after = {choice.name: choice for choice in now}
    if added := [choice.label or choice.name for choice in now if choice.name not in before]:
        yield Change("choices_added", item, "", "; ".join(added), {"choices": tuple(added)})
    if removed := [choice.label or choice.name for choice in was if choice.name not in after]:
        yield Change("choices_removed", item, "; ".join(removed), "", {"choices": tuple(removed)})
    both = [(choice, after[choice.name]) for choice in was if choice.name in after]
    pairs = [(one.label, two.label) for one, two in both if (one.label, one.labels) != (two.label, two.labels)]
    if pairs:
        yield Change(
            "choices_relabelled", item, "; ".join(p[0] for p in pairs), "; ".join(p[1] for p in pairs), {"pairs": pairs}
        )
    if [one.name for one, _two in both] != [choice.name for choice in now if choice.name in before]:
        yield Change("choices_reordered", item)
    if any(one.extra != two.extra for one, two in both):
        yield Change("choices_data", item)


def _source(value: object) -> str:
    """A property as its author wrote it; "" when there is none."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Expression():
            return value.source
        case Consolidate(how, numerator, denominator):
            return f"{how}: {numerator} / {denominator}" if numerator else how
        case Previous(how, percent):
            return f"{how} > {percent}%" if percent is not None else how
        case Range(start, end, step):
            return f"{start}..{end} / {step}"
        case Shuffle(seed):
            return "true" if seed is None else f"true, {_source(seed)}"
        case frozenset() | tuple():
            return " ".join(sorted(map(str, value)))
    return str(value)


def _told(name: str) -> Callable[[Item], str]:
    return lambda item: _source(getattr(item, name, None))


_PROPERTIES: Mapping[str, Callable[[Item], str]] = {
    **{
        name: _told(name)
        for name in (
            "required", "relevant", "constraint", "calculation", "trigger", "default", "read_only", "choice_filter",
            "shuffle", "range", "appearance", "bind", "consolidate", "previous", "count",
        )
    },
    "lines": _told("rows"),
}  # fmt: skip


def counts(changes: tuple[Change, ...]) -> dict[str, int]:
    """How many changes of each code, in the order they first come."""
    found: dict[str, int] = {}
    for change in changes:
        found[change.code] = found.get(change.code, 0) + 1
    return found
