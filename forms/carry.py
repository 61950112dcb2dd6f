"""Answers given in one version of a form, brought to another version of it by question name.

A question is the one of the same name, wherever it now stands; groups may come and go around it, and rows keep their
ids. What the other version cannot take is told as Left, with the words it was asked and answered in: nothing is
dropped. The same code carries open drafts, posts of pages drawn before, and what was sent, for adding up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from forms.counted import listed_rows, stands_in
from forms.flat import TRIGGERED, Raw, RawValue, row_ids
from forms.keys import key_of, locate, moved_key, repeats_around
from forms.schema import FILES, LISTED, MANY, NUMBERS, Form, Item, Kind, Question, Repeat
from forms.shown import show
from forms.values import parse

_TYPED = frozenset({Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.BARCODE, Kind.DATE, Kind.TIME, Kind.DATETIME})
_READABLE = _TYPED | {Kind.RANGE, Kind.GEOPOINT, Kind.CALCULATE, Kind.HIDDEN}  # their text means the same elsewhere
_POINTED = re.compile(r"-?[0-9]+\.[0-9]+")
_Numbers = dict[str, dict[str, int]]  # key of a repeat -> row id -> number of the row from 1


@dataclass(frozen=True, slots=True)
class Left:
    """An answer without a place in the other version.

    `key` and `value` are those of the draft it stood in; `kind` is what the question was then, None for the row ids
    of a repeat. `label` is the question's, `rows` the repeat rows around it: the repeat's label and the number from
    1, 0 for a row that was removed. `shown` is what a person reads (a file's id, "OK" for a tick, "" for row ids).
    `code` says why: removed, rows (moved into or out of a repeat), kind, choice (no longer offered), many (several
    choices for one), rows_fewer (the form asks for fewer rows now), not_asked (filled in by the form now), wording (a
    tick under other words), computed (nobody typed it).
    """

    key: str
    value: RawValue
    code: str
    kind: Kind | None = None
    label: str = ""
    rows: tuple[tuple[str, int], ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """`raw` in the other version's keys; `left` what has no place in it, earlier ones included; `restored` those of
    the earlier ones that have one again and are in `raw`."""

    raw: dict[str, RawValue]
    left: tuple[Left, ...] = ()
    restored: tuple[Left, ...] = ()


def carry(old: Form, new: Form, raw: Raw, left: Iterable[Left] = ()) -> Carried:
    """A flat draft of `old` as one of `new`. `left` are those of earlier moves that still wait.

    To the same form it is the identity, but for marks (see _marks). Keys that name nothing in `old` stay as they
    are. A value that can be typed into the new kind stays as raw text, right or wrong, and is judged there.
    """
    found: dict[str, RawValue] = {}
    gone: list[Left] = []
    numbers: _Numbers = {}
    for key, value in raw.items():
        place = locate(old, key.removeprefix(TRIGGERED))
        if place is not None and key.startswith(TRIGGERED):
            continue
        if place is None:
            found[key] = value
            continue
        item, ids = place
        kept, lost, code = _moved(old, new, item, value)
        target = key_of(new, item.name, ids)
        if kept is not None and target is not None:
            found[target] = kept
        if lost:
            gone.append(left_of(old, raw, key, item, ids, lost, code, numbers))
    found |= _marks(old, new, raw, found)
    found |= listed_rows(old, new, found)
    earlier = tuple(left)
    restored = tuple(one for one in earlier if _restore(new, found, one))
    back = set(map(id, restored))
    known = {(one.key, str(one.value)) for one in earlier}
    fresh = (one for one in gone if (one.key, str(one.value)) not in known)
    return Carried(found, (*(one for one in earlier if id(one) not in back), *fresh), restored)


def without(old: Form, new: Form, found: Carried, raw: Raw, rows: frozenset[str]) -> Carried:
    """What was carried, without the answers in rows that `new` does not show (counted.hidden_rows): those are left.

    `raw` is the draft of `old`. The ids stay listed, so that a row comes back when the number of rows grows.
    """
    if not rows:
        return found
    kept = {key: value for key, value in found.raw.items() if not stands_in(key.removeprefix(TRIGGERED), rows)}
    gone: list[Left] = []
    numbers: _Numbers = {}
    for key, value in found.raw.items():
        was = moved_key(new, old, key) if key not in kept else None
        place = locate(old, was) if was else None
        if was and place and value:
            gone.append(left_of(old, raw, was, *place, value, "rows_fewer", numbers))
    return Carried(kept, (*found.left, *gone), found.restored)


def _marks(old: Form, new: Form, raw: Raw, found: Raw) -> dict[str, RawValue]:
    """The marks of questions with a trigger that were left blank: without its mark one is computed anew.

    One that holds a value loses its mark, and is marked for the triggers it has now without being computed: other
    triggers than before are no change that a person made, and what was typed over stays.
    """
    keys = {key: moved_key(old, new, key.removeprefix(TRIGGERED)) for key in raw if key.startswith(TRIGGERED)}
    return {TRIGGERED + target: raw[key] for key, target in keys.items() if target and found.get(target) in ("", [])}


def _moved(
    old: Form, new: Form, item: Question | Repeat, value: RawValue
) -> tuple[RawValue | None, RawValue | None, str]:
    """What of a value the other version takes, what it does not, and why not. A blank loses nothing."""
    now = new.item(item.name)
    lost = value or None
    if type(now) is not type(item) or now is None:
        return None, lost, "removed" if isinstance(item, Repeat) or item.asked else "computed"
    if repeats_around(old, item) != repeats_around(new, now):
        return None, lost, "rows"
    if isinstance(item, Repeat) or not isinstance(now, Question):
        return value, None, ""
    if not value:
        return (value if item.kind is now.kind else [] if now.kind in MANY else ""), None, ""
    return _taken(old, new, item, now, value)


def _taken(
    old: Form, new: Form, was: Question, now: Question, value: RawValue
) -> tuple[RawValue | None, RawValue | None, str]:
    if _filled_in(now) and not _filled_in(was):
        return None, value, "not_asked"
    if was.kind is Kind.ACKNOWLEDGE is now.kind and _plain(was) != _plain(now):
        return None, value, "wording"  # a tick agrees to the words it stood under
    if was.kind in LISTED and now.kind in LISTED:
        return _chosen(old, new, was, now, value)
    if was.kind is now.kind or (was.kind in FILES and now.kind is Kind.FILE):
        return value, None, ""
    if isinstance(value, str) and was.kind in _READABLE and _fits(now, value):
        return _written(was, now, value), None, ""
    return None, value, "kind" if was.asked else "computed"


def _written(was: Question, now: Question, value: str) -> str:
    """A figure as one types it where the other kind is typed in: with a decimal comma, so that none of it can be
    taken for grouping. What was typed into a text question, or goes to one, stays as typed."""
    if was.asked and was.kind not in NUMBERS:
        return value
    if now.kind not in NUMBERS:
        figure = now.asked and was.calculation is not None and was.calculation.kind == "number" and not was.asked
        return value.replace(".", ",") if figure and _POINTED.fullmatch(value) else value
    if was.kind in NUMBERS and parse(was.kind, value, {}, None, was.range).typed is None:
        return value
    return value.replace(".", ",") if _POINTED.fullmatch(value) else value


def _filled_in(question: Question) -> bool:
    """Whether the form itself or what is known of the unit fills the question in, so that nobody types it."""
    return not question.asked or (question.bind or "").startswith(("unit.", "period."))


def _plain(question: Question) -> str:
    return " ".join(question.label.plain.split())


def _fits(now: Question, value: str) -> bool:
    """Whether a text can be shown, and changed, where the other kind is typed in."""
    if now.kind in _TYPED:
        return "\n" not in value or now.kind is Kind.TEXT
    if now.kind in (Kind.RANGE, Kind.GEOPOINT):
        return parse(now.kind, value, {}).code is None
    return now.kind in (Kind.CALCULATE, Kind.HIDDEN)


def _chosen(
    old: Form, new: Form, was: Question, now: Question, value: RawValue
) -> tuple[RawValue | None, RawValue | None, str]:
    """Choices that the other list still has under the same name and meaning; the others are left."""
    names = value if isinstance(value, list) else [value]
    kept = [name for name in names if _still(old, new, was, now, name)]
    lost = [name for name in names if name not in kept]
    if was.kind is now.kind and not lost:
        return value, None, ""
    if now.kind is Kind.RANK is not was.kind:
        return None, value, "kind"  # choices that were ticked are in no order
    gone: RawValue | None = lost if isinstance(value, list) else next(iter(lost), None)
    if now.kind in MANY:
        return kept or None, gone or None, "choice"
    if len(kept) > 1:
        return None, value, "many"
    return next(iter(kept), None), gone or None, "choice"


def _still(old: Form, new: Form, was: Question, now: Question, name: str) -> bool:
    """Whether a choice means the same: its name is there, and its old words do not stand at another name now.

    What was in neither list stays what it was: a wrong answer.
    """
    before, after = old.choice(was, name), new.choice(now, name)
    if before is None or after is None:
        return before is None and (after is not None or was.kind is now.kind)
    if before.label == after.label:
        return True
    return all(other.label != before.label for other in new.choices(now))


def left_of(
    old: Form,
    raw: Raw,
    key: str,
    item: Question | Repeat,
    ids: tuple[str, ...],
    value: RawValue,
    code: str,
    numbers: _Numbers,
) -> Left:
    """An answer of a draft as Left. `numbers` keeps what the rows of the draft are counted as, from call to call."""
    kind = item.kind if isinstance(item, Question) else None
    shown = _shown(old, item, value) if isinstance(item, Question) else ""
    return Left(key, value, code, kind, _words(item), _rows(old, raw, item, ids, numbers), shown)


def _words(item: Item) -> str:
    """The label without the values that stood in it."""
    return "".join(part if isinstance(part, str) else "…" for part in item.label.parts) or item.name


def _shown(form: Form, question: Question, value: RawValue) -> str:
    names = value if isinstance(value, list) else [value]
    if question.kind in LISTED:
        found = ((form.choice(question, name), name) for name in names)
        return ", ".join(choice.label if choice else name for choice, name in found)
    if question.kind in (Kind.DATE, Kind.TIME, Kind.DATETIME):
        typed = parse(question.kind, value, {}).typed
        return show(typed) if typed is not None else ", ".join(names)
    return ", ".join(names)


def _rows(form: Form, raw: Raw, item: Item, ids: tuple[str, ...], numbers: _Numbers) -> tuple[tuple[str, int], ...]:
    """The label and number of each row around an item."""
    found: list[tuple[str, int]] = []
    for place, name in enumerate(repeats_around(form, item)):
        repeat = form.item(name)
        key = key_of(form, name, ids[:place]) or ""
        if key not in numbers:
            numbers[key] = {row: number for number, row in enumerate(row_ids(raw.get(key, ["r1"])), 1)}
        found.append((_words(repeat) if repeat else name, numbers[key].get(ids[place], 0)))
    return tuple(found)


def _restore(new: Form, raw: dict[str, RawValue], left: Left) -> bool:
    """Put an earlier left answer back where it stood, if the version has that place again and it is free."""
    place = locate(new, left.key)
    if place is None or left.code == "wording":
        return False
    item, present = place[0], raw.get(left.key)
    if isinstance(item, Repeat) or left.kind is None:
        if isinstance(item, Question) or left.kind is not None or present:
            return False
        raw[left.key] = left.value
        return True
    if item.kind is not left.kind or (_filled_in(item) and left.code != "computed"):
        return False
    names = left.value if isinstance(left.value, list) else [left.value]
    if item.kind in LISTED and not all(new.choice(item, name) for name in names):
        return False
    if item.kind in MANY and isinstance(present, list):
        order = {choice.name: number for number, choice in enumerate(new.choices(item))}
        both = list(dict.fromkeys([*present, *names]))
        raw[left.key] = both if item.kind is Kind.RANK else sorted(both, key=lambda name: order.get(name, len(order)))
        return True
    if present:
        return False
    raw[left.key] = left.value
    return True
