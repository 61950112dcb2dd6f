"""Rows that come along where one version of a form says how many rows a repeat has and the other does not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from forms.expressions import EvaluationError, Expression
from forms.flat import MAX_ROWS, Raw, row_ids
from forms.grow import FIRST_ROW, Branch, Now, filled_up
from forms.keys import key_of, locate
from forms.schema import Form, Repeat
from forms.settle import Given, Run

_NUMBERED = re.compile(r"r([0-9]{1,4})(?:-[0-9]+)?")


def listed_rows(old: Form, new: Form, raw: Raw) -> dict[str, list[str]]:
    """The ids of rows that `old` counted and `new` wants listed, by the keys of their repeats in `new`.

    `raw` is in the keys of `new`. The rows are those that the count gave, up to the last that holds something.
    """
    names = _changed(new, old)
    highest: dict[str, int] = {}
    held: dict[str, set[str]] = {}
    for key, value in raw.items() if names else ():
        for repeat, row in _rows_around(new, names, key) if value else ():
            number = _NUMBERED.fullmatch(row)
            highest[repeat] = max(highest.get(repeat, 0), min(int(number[1]), MAX_ROWS) if number else 0)
            held.setdefault(repeat, set()).add(row)
    found: dict[str, list[str]] = {}
    for repeat, last in highest.items():
        listed = row_ids(raw.get(repeat))
        rows = filled_up(list(listed), last)
        while len(rows) > len(listed) and rows[-1] not in held[repeat]:
            rows.pop()
        if rows:
            found[repeat] = rows
    return found


def _changed(plain: Form, counted: Form) -> frozenset[str]:
    """The names of repeats without a count in one form that have one in the other."""
    return frozenset(item.name for item in counted.walk() if _has_count(item) and not _has_count(plain.item(item.name)))


def _has_count(item: object) -> bool:
    return isinstance(item, Repeat) and item.count is not None


def _rows_around(form: Form, names: frozenset[str], key: str) -> Iterator[tuple[str, str]]:
    """The keys of the repeats of these names around a key, with the row it stands in."""
    place = locate(form, key)
    if place is None:
        return
    ids = iter(place[1])
    known: tuple[str, ...] = ()
    for name in place[0].path.split("/")[:-1]:
        if isinstance(form.item(name), Repeat):
            row = next(ids)
            if name in names:
                yield key_of(form, name, known) or "", row
            known = (*known, row)


def hidden_rows(old: Form, new: Form, raw: Raw, now: Now, bound: Mapping[str, str]) -> frozenset[str]:
    """The keys of rows that were seen in `old` and are none any more, because `new` says a smaller number of rows.

    `raw` is in the keys of `new`. Where the number is not known yet, a blank answer say, the rows wait for it in the
    draft, and none is told. `bound` as in forms.answers.evaluate.
    """
    names = _changed(old, new)
    if not names:
        return frozenset()
    run = Run(new, raw, now, Given(bound, focus=names))
    found: set[str] = set()
    for branch, count in _counts(run.top, names):
        if not _is_known(count, branch, run):
            continue
        seen = {row.row for row in branch.parts if isinstance(row, Branch)}
        listed = row_ids(raw[branch.key]) if branch.key in raw else [FIRST_ROW]
        found |= {f"{branch.key}/{row}" for row in listed if row not in seen}
    return frozenset(found)


def _counts(branch: Branch, names: frozenset[str]) -> Iterator[tuple[Branch, Expression]]:
    """The repeats of these names in a grown draft, each with its count."""
    for part in branch.parts:
        if isinstance(part, Branch):
            item = part.item
            if isinstance(item, Repeat) and item is not branch.item and item.name in names and item.count is not None:
                yield part, item.count
            yield from _counts(part, names)


def _is_known(count: Expression, branch: Branch, run: Run) -> bool:
    try:
        return not math.isnan(count.number(branch.node, run.env))
    except EvaluationError:
        return False


def stands_in(key: str, rows: frozenset[str]) -> bool:
    """Whether a flat key is of a question in one of these rows, or in a row of one of them."""
    return any(key[:place] in rows for place, letter in enumerate(key) if letter == "/")
