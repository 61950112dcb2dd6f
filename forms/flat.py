"""The two shapes of raw answers, and the way between them.

Nested is the API's: groups nest, a repeat is a list of objects with the reserved key "_id", a
select_multiple and a rank are lists. Flat is the draft's, the unit of merging: path -> text, with the row's
id after a repeat's name (`h/h_item/r3f2a/h_desc`); the key of a repeat holds its ordered row ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from forms.problems import Problem
from forms.schema import MANY, ROW_ID, TICKED, Form, Item, Kind, Question, Repeat
from forms.values import number_text

RawValue = str | list[str]
Raw = Mapping[str, RawValue]

TRIGGERED = "^"  # before a question's key: for which values of its triggers it was last computed
MAX_ROWS = 500
MAX_RAW_TEXT = 100_000  # what a draft keeps of one text; judged more tightly when checked
_POINTED = frozenset({Kind.TEXT, Kind.SELECT_ONE, Kind.BARCODE})  # where a number is text, not a figure
ROW_IDS = re.compile(r"[A-Za-z0-9_-]{1,40}")


def row_ids(value: object) -> list[str]:
    """The well-formed, distinct row ids that a repeat's key holds, in order."""
    if not isinstance(value, list):
        return []
    fit = (found for found in value if isinstance(found, str) and ROW_IDS.fullmatch(found))
    return list(dict.fromkeys(fit))[:MAX_ROWS]


def flatten(form: Form, nested: Mapping[str, object]) -> tuple[dict[str, str | list[str]], tuple[Problem, ...]]:
    """Nested answers as a draft keeps them, and what could not be taken.

    Problem codes: unknown_question, wrong_shape, too_long, too_many_rows, bad_row_id,
    duplicate_row. JSON numbers become text that reads the same in a Vietnamese form (12.5 ->
    "12,5"), null becomes "". A row without "_id" gets `r1`, `r2`, … by its place, the same for
    the same input. Computed answers and metadata may come along and are kept as given.
    """
    flat: dict[str, str | list[str]] = {}
    problems: list[Problem] = []
    if isinstance(nested, Mapping):
        _flatten_items(form.items, nested, "", None, flat, problems)
    else:
        problems.append(Problem("", None, None, "wrong_shape"))
    return flat, tuple(problems)


def _flatten_items(
    items: tuple[Item, ...],
    nested: Mapping[str, object],
    prefix: str,
    row: str | None,
    flat: dict[str, str | list[str]],
    problems: list[Problem],
) -> None:
    known = {item.name: item for item in items}
    for name in nested:
        if name not in known and not (row is not None and name == ROW_ID):
            problems.append(Problem(f"{prefix}{str(name)[:80]}", None, row, "unknown_question"))
    for item in items:
        if item.name not in nested:
            continue
        value, key = nested[item.name], prefix + item.name
        if isinstance(item, Question):
            _flatten_leaf(item, value, key, row, flat, problems)
        elif isinstance(item, Repeat):
            _flatten_rows(item, value, key, row, flat, problems)
        elif isinstance(value, Mapping):
            _flatten_items(item.items, value, f"{key}/", row, flat, problems)
        elif value is not None:
            problems.append(Problem(key, None, row, "wrong_shape"))


def _flatten_leaf(
    question: Question,
    value: object,
    key: str,
    row: str | None,
    flat: dict[str, str | list[str]],
    problems: list[Problem],
) -> None:
    if question.kind is Kind.NOTE:
        if value not in (None, ""):
            problems.append(Problem(key, question, row, "unknown_question"))
        return
    if question.kind in MANY:
        texts = _texts(question, value)
        taken: str | list[str] | None = texts
    else:
        taken = _scalar(question, value)
    if taken is None:
        problems.append(Problem(key, question, row, "wrong_shape"))
    elif len(taken) > MAX_RAW_TEXT:
        problems.append(Problem(key, question, row, "too_long", {"limit": MAX_RAW_TEXT, "length": len(taken)}))
    else:
        flat[key] = taken


def _texts(question: Question, value: object) -> list[str] | None:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return value.split()
    if not isinstance(value, list | tuple) or len(value) > MAX_ROWS:
        return None
    found = [_scalar(question, part) for part in value]
    texts = [text for text in found if text is not None and len(text) <= MAX_RAW_TEXT]
    return texts if len(texts) == len(found) else None


def _scalar(question: Question, value: object) -> str | None:
    """The text a JSON scalar stands for; None when it is no scalar or no number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        if question.kind is Kind.ACKNOWLEDGE:
            return TICKED if value else ""
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else None
    if isinstance(value, float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite() or abs(number.adjusted()) > 30:
            return None
        text = number_text(number)
        return text if question.kind in _POINTED else text.replace(".", ",")
    return None


def _flatten_rows(
    repeat: Repeat,
    value: object,
    key: str,
    row: str | None,
    flat: dict[str, str | list[str]],
    problems: list[Problem],
) -> None:
    rows = [] if value is None else value
    if not isinstance(rows, list | tuple) or not all(isinstance(found, Mapping) for found in rows):
        problems.append(Problem(key, None, row, "wrong_shape"))
        return
    if len(rows) > MAX_ROWS:
        problems.append(Problem(key, None, row, "too_many_rows", {"limit": MAX_ROWS, "rows": len(rows)}))
        return
    ids: list[str] = []
    given = {found[ROW_ID] for found in rows if isinstance(found.get(ROW_ID), str)}
    for place, found in enumerate(rows, 1):
        row_id = _row_id(found, place, given, ids)
        if not ROW_IDS.fullmatch(row_id):
            problems.append(Problem(key, None, row, "bad_row_id", {"id": row_id[:80], "place": place}))
        elif row_id in ids:
            problems.append(Problem(key, None, row_id, "duplicate_row", {"id": row_id, "place": place}))
        else:
            ids.append(row_id)
            _flatten_items(repeat.items, found, f"{key}/{row_id}/", row_id, flat, problems)
    flat[key] = ids


def _row_id(row: Mapping[str, object], place: int, given: set[object], taken: Iterable[str]) -> str:
    own = row.get(ROW_ID)
    if own is not None and own != "":
        return own if isinstance(own, str) else "?"
    derived, extra = f"r{place}", 0
    while derived in given or derived in taken:
        extra += 1
        derived = f"r{place}-{extra}"
    return derived


def _filled_rows(raw: Raw, prefix: str) -> list[str]:
    """The ids of rows that hold something, r1 before r2 before r10."""
    found = {key[len(prefix) :].partition("/")[0] for key in raw if key.startswith(prefix)}
    return row_ids(sorted(found, key=lambda name: (len(name), name)))


def nest(form: Form, raw: Raw) -> dict[str, object]:
    """The nested shape of a draft, raw text kept. Keys that name nothing in the form, and rows
    that their repeat does not list, are left out; where the draft lists none, its rows are those
    that hold something (the first row of a repeat, and the rows that a count gives, are not listed)."""
    return _nest_items(form.items, raw, "")


def _nest_items(items: tuple[Item, ...], raw: Raw, prefix: str) -> dict[str, object]:
    nested: dict[str, object] = {}
    for item in items:
        key = prefix + item.name
        if isinstance(item, Question):
            if key in raw and item.kind is not Kind.NOTE:
                value = raw[key]
                nested[item.name] = list(value) if isinstance(value, list) else value
        elif isinstance(item, Repeat):
            ids = row_ids(raw[key]) if key in raw else _filled_rows(raw, f"{key}/")
            if key in raw or ids:
                rows = [{ROW_ID: found, **_nest_items(item.items, raw, f"{key}/{found}/")} for found in ids]
                nested[item.name] = rows
        elif inner := _nest_items(item.items, raw, f"{key}/"):
            nested[item.name] = inner
    return nested
