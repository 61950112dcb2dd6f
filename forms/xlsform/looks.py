"""The words of the column appearance: which of them a page draws, where, and what tables need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from forms.schema import SELECTS, Group, Item, Kind, Question
from forms.xlsform.sheets import Line

_DRAWN: Mapping[str, frozenset[Kind]] = {
    "multiline": frozenset({Kind.TEXT}),
    "numbers": frozenset({Kind.TEXT, Kind.BARCODE}),
    "thousands-sep": frozenset({Kind.INTEGER, Kind.DECIMAL}),
    "minimal": SELECTS,
    "autocomplete": SELECTS,
    "horizontal": SELECTS,
    "horizontal-compact": SELECTS,
    "columns": SELECTS,
    "likert": frozenset({Kind.SELECT_ONE}),
    "label": SELECTS,
    "list-nolabel": SELECTS,
    "list": SELECTS,
}
_DRAWN_GROUPS: Mapping[str, frozenset[str]] = {
    "field-list": frozenset({"group", "repeat"}),
    "table-list": frozenset({"group"}),
}
# They change nothing that is asked or kept: the question is drawn like any other.
_HARMLESS = frozenset(
    {
        "bearing", "columns-pack", "compact", "counter", "front", "full", "hidden-answer", "month-year", "new",
        "new-front", "new-rear", "no-buttons", "no-calendar", "no-ticks", "picker", "quick", "quickcompact", "rating",
        "selfie", "vertical", "week-number", "year",
    }
)  # fmt: skip
# Refused, by what may be used instead.
_INSTEAD = {
    **dict.fromkeys(("signature", "draw", "annotate"), "file"),
    **dict.fromkeys(("maps", "map", "placement-map", "streets", "satellite", "terrain", "image-map"), "plain"),
    "search": "csv",
}
_COLUMNS_N = re.compile(r"columns-([1-9]|1[0-9])")
_WIDTH = re.compile(r"w([1-9]|1[0-2])")
_COMPACT_N = re.compile(r"(?:quick)?compact-[0-9]+")
LOOKS = frozenset({*_DRAWN, *_DRAWN_GROUPS, *_HARMLESS, *(f"w{n}" for n in range(1, 13)), "columns-2", "columns-3"})


def read_appearance(line: Line, kind: Kind | None, what: str = "") -> frozenset[str]:
    """What a page draws of the cell. `kind` is None for a group or repeat (`what`)."""
    kept = set()
    given = line.get("appearance")
    if "(" in given:  # search('file', …): its words are no looks of their own
        name = given.partition("(")[0].split()[-1:]
        _unsupported(line, given[:80], name[0].lower() if name else "")
        return frozenset()
    for look in given.lower().split():
        if _drawn(look, kind, what):
            kept.add(look)
        elif look in _HARMLESS or look in _DRAWN or look in _DRAWN_GROUPS or _plain(look):
            line.warning("appearance_ignored", "appearance", appearance=look[:80], type=kind or what)
        else:
            _unsupported(line, look[:80], look)
    return frozenset(kept)


def _drawn(look: str, kind: Kind | None, what: str) -> bool:
    if _WIDTH.fullmatch(look):
        return True
    if kind is None:
        return what in _DRAWN_GROUPS.get(look, ())
    return kind in _DRAWN.get("columns" if _COLUMNS_N.fullmatch(look) else look, ())


def _plain(look: str) -> bool:
    return bool(_COMPACT_N.fullmatch(look) or _COLUMNS_N.fullmatch(look))


def _unsupported(line: Line, given: str, look: str) -> None:
    params: dict[str, object] = {"appearance": given}
    if instead := _INSTEAD.get(look):
        params["instead"] = instead
    else:
        params |= line.near(look, LOOKS)
    line.problem("unsupported_appearance", "appearance", **params)


def check_tables(items: Iterable[Item], lines: Mapping[str, Line]) -> None:
    """Rows of one table share their choices: in a group that is a table-list, and below a row that is
    drawn as the header (`label`). Problems: table_list_differs, table_list_filter, label_row_required,
    no_label_row (a warning)."""
    headed = None
    for item in items:
        line = lines.get(item.name)
        if not isinstance(item, Question):
            check_tables(item.items, lines)
            if isinstance(item, Group) and "table-list" in item.appearance:
                _table(item, lines)
        elif line is not None and "label" in item.appearance:
            headed = item.choices
            if item.required:
                line.problem("label_row_required", "required")
        elif line is not None and "list-nolabel" in item.appearance and headed != item.choices:
            line.warning("no_label_row", "appearance", list=item.choices)


def _table(group: Group, lines: Mapping[str, Line]) -> None:
    # A row without its list is told already.
    rows = [item for item in group.items if isinstance(item, Question) and item.kind in SELECTS and item.choices]
    line = lines.get(group.name)
    if not rows and line is not None:
        line.warning("appearance_ignored", "appearance", appearance="table-list", type="group")
    for row in rows:
        at = lines.get(row.name)
        if at is None:
            continue
        if row.choices != rows[0].choices:
            at.problem("table_list_differs", "type", list=row.choices, first=rows[0].choices)
        if row.choice_filter is not None:
            at.problem("table_list_filter", "choice_filter")
