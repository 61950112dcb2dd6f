"""The annexes of the official report: units on time, late, not yet due, overdue, exempt; rows of repeats; figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from exports import grouped
from exports.document import LOCAL
from exports.paper import Annex, Part, Table, Text
from exports.report import AnswerValue, CampaignReport, RepeatSheet, UnitRow
from exports.words import number, shown, written

NOBODY = "Không có đơn vị nào."
FIGURES = "so_lieu_theo_nhom"
MOST_ROWS = 1000  # of one repeat; more are counted and found in the workbook
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of units: those whose timing is `timing`, and what its columns say of each."""

    timing: str
    name: str
    head: tuple[str, ...]
    widths: tuple[float, ...]
    row: Callable[[UnitRow], tuple[str, ...]]


def _sent(unit: UnitRow) -> str:
    return _brief(unit.first_sent_at) if unit.first_sent_at else ""


def _due(unit: UnitRow) -> str:
    return _brief(unit.due_at) if unit.due_at else ""


def _brief(value: datetime) -> str:
    """A time that fits a narrow column: 17:00, 18/7/2025."""
    local = value.astimezone(LOCAL)
    return f"{local:%H:%M}, {written(local)}"


def _proof(unit: UnitRow) -> str:
    return "\n".join(part for part in (unit.receipt, unit.document, unit.note) if part)


def _reminded(unit: UnitRow) -> str:
    if not unit.reminders or unit.reminded_at is None:
        return "Chưa nhắc"
    return f"{number(unit.reminders)} lần, lần cuối\n{_brief(unit.reminded_at)}"


LISTS: Mapping[str, Listing] = {
    "dung_han": Listing(
        "on_time",
        "Danh sách đơn vị gửi báo cáo đúng hạn",
        ("Gửi lúc", "Hạn gửi", "Số xác nhận, văn bản"),
        (22, 22, 22),
        lambda unit: (_sent(unit), _due(unit), _proof(unit)),
    ),
    "gui_muon": Listing(
        "late",
        "Danh sách đơn vị gửi báo cáo muộn",
        ("Gửi lúc", "Hạn gửi", "Số xác nhận, văn bản"),
        (22, 22, 22),
        lambda unit: (_sent(unit), _due(unit), _proof(unit)),
    ),
    "chua_den_han": Listing(
        "not_yet_due",
        "Danh sách đơn vị chưa đến hạn gửi báo cáo",
        ("Hạn gửi", "Trạng thái"),
        (24, 40),
        lambda unit: (_due(unit), unit.state_label),
    ),
    "qua_han": Listing(
        "overdue",
        "Danh sách đơn vị quá hạn, chưa gửi báo cáo",
        ("Hạn gửi", "Trạng thái", "Đã nhắc"),
        (21, 22, 25),
        lambda unit: (_due(unit), unit.state_label, _reminded(unit)),
    ),
    "khong_thuoc_dien": Listing(
        "exempt",
        "Danh sách đơn vị không thuộc diện báo cáo",
        ("Lý do",),
        (64,),
        lambda unit: (unit.note,),
    ),
}


@dataclass(frozen=True, slots=True)
class Annexed:
    """`parts` are all annexes, one after the other; a list without units has none, but has its table in `tables`.

    `counts` are the units of each list; `numbers` the numbers of the annexes by list (FIGURES: the figures by kind and
    by group), `repeats` those by repeat.
    """

    parts: tuple[Part, ...]
    tables: Mapping[str, tuple[Part, ...]]
    counts: Mapping[str, int]
    numbers: Mapping[str, str]
    repeats: Mapping[str, str]

    def see(self, name: str) -> str:
        """ " (Phụ lục II)", or "" where there is no such annex."""
        return f" ({self.numbers[name]})" if name in self.numbers else ""


def annexes(report: CampaignReport, attached: str) -> Annexed:
    """The annexes, numbered without gaps. `attached` says to which document they belong."""
    units = {name: [unit for unit in report.units if unit.timing == one.timing] for name, one in LISTS.items()}
    tables = {name: _units(LISTS[name], found) for name, found in units.items()}
    rows = {sheet.name: sheet for sheet in report.repeats if sheet.rows}
    parts: list[Part] = []
    numbers, repeats = {}, {}
    following = count(1)
    for name, one in LISTS.items():
        if units[name]:
            numbers[name] = f"Phụ lục {roman(next(following))}"
            parts += [Annex(numbers[name], one.name, attached), *tables[name]]
    for name, sheet in rows.items():
        repeats[name] = f"Phụ lục {roman(next(following))}"
        parts += [Annex(repeats[name], sheet.title, attached), *_repeat(sheet)]
    if by_parts := grouped.tables(report):
        numbers[FIGURES] = f"Phụ lục {roman(next(following))}"
        parts += [Annex(numbers[FIGURES], grouped.NAME, attached), *by_parts]
    tables[FIGURES] = by_parts or (Text(grouped.NOTHING),)
    counts = {name: len(found) for name, found in units.items()}
    return Annexed(tuple(parts), tables, counts, numbers, repeats)


def roman(value: int) -> str:
    """4 -> IV; for whole numbers from 1 to 399."""
    found = ""
    for worth, sign in _ROMAN:
        found += sign * (value // worth)
        value %= worth
    return found


def _units(one: Listing, units: Sequence[UnitRow]) -> tuple[Part, ...]:
    if not units:
        return (Text(NOBODY),)
    rows = tuple((str(place), unit.name, *one.row(unit)) for place, unit in enumerate(units, 1))
    return (Table(("TT", "Đơn vị", *one.head), rows, (7, 29, *one.widths)),)


def _repeat(sheet: RepeatSheet) -> tuple[Part, ...]:
    """A row of a repeat is a row of the table: what it holds stands in one cell, each with its label."""
    labels = {column.name: column.label for column in sheet.columns}
    rows = tuple(
        (str(place), row.unit, _said(labels, row.values)) for place, row in enumerate(sheet.rows[:MOST_ROWS], 1)
    )
    table = Table(("TT", "Đơn vị", "Nội dung"), rows, (7, 25, 68))
    if len(sheet.rows) <= MOST_ROWS:
        return (table,)
    left = number(len(sheet.rows) - MOST_ROWS)
    return (table, Text(f"Còn {left} dòng, xem tệp Excel của đợt khảo sát."))


def _said(labels: Mapping[str, str], values: Mapping[str, AnswerValue]) -> str:
    lines = (f"{label.rstrip('.: ')}: {shown(values.get(name))}" for name, label in labels.items())
    return "\n".join(line for line, name in zip(lines, labels, strict=True) if values.get(name) not in (None, ""))
