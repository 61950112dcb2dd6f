"""Rows of a table -> people of known units, each once; what cannot be taken is refused with its reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.roster import headers
from service.roster.headers import ORDINAL, Column, Row, Table
from service.roster.names import Known, Match, Matcher, key
from service.roster.people import ROLES, Person, Refused, people, said
from service.roster.previews import Action, Planned
from service.tables import Sheet
from service.words import N_, _

COLUMNS = (
    ORDINAL,
    Column(
        "email",
        N_("thư điện tử"),
        frozenset({"email", "e mail", "mail", "thu dien tu", "hop thu", "gmail"}),
        ("email", "e mail", "mail", "thu dien tu", "gmail", "hop thu"),
        many=True,
    ),
    Column(
        "phone",
        N_("điện thoại"),
        frozenset({"dien thoai", "so dien thoai", "di dong", "dt", "sdt", "phone", "tel", "mobile"}),
        ("dien thoai", "di dong", "sdt", "so dt", "dtdd", "zalo", "lien lac", "phone"),
        many=True,
    ),
    Column("position", N_("chức vụ"), frozenset({"chuc vu", "chuc danh", "position"}), ("chuc vu", "chuc danh")),
    Column("role", N_("vai trò"), frozenset({"vai tro", "role"}), ("vai tro",)),
    Column(
        "code",
        N_("mã đơn vị"),
        frozenset({"ma", "ma don vi", "ma dvhc", "ma xa", "ma so", "code"}),
        ("ma don vi", "ma dvhc", "ma xa", "ma phuong", "ma so", "ma dv", "ma hanh chinh"),
    ),
    Column(
        "name",
        N_("họ và tên"),
        frozenset({"ho ten", "ho va ten", "ten", "nguoi phu trach", "can bo", "cong chuc", "name", "nguoi lien he"}),
        ("ho ten", "ho va ten", "nguoi phu trach", "dau moi", "can bo", "cong chuc", "nguoi lien he", "ten can bo"),
    ),
    Column(
        "unit",
        N_("đơn vị"),
        frozenset({"don vi", "ten don vi", "xa phuong", "ten xa", "dia phuong", "unit", "xa", "phuong", "full name"}),
        ("don vi", "xa", "phuong", "dac khu", "dia phuong", "ubnd", "co quan", "noi cong tac"),
    ),
)
NEEDED = (frozenset({"code", "unit"}), frozenset({"email", "phone"}))
FIELDS = {
    "role": N_("Vai trò"),
    "name": N_("Họ và tên"),
    "position": N_("Chức vụ"),
    "email": N_("Thư điện tử"),
    "phone": N_("Điện thoại"),
    "active": N_("Tình trạng"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A person of a known unit, and the row that told it."""

    row: Row
    unit: Known
    person: Person

    @property
    def subject(self) -> str:
        return ", ".join(part for part in (self.person.name, self.person.email or self.person.phone) if part)

    def planned(self, action: Action, **rest: Any) -> Planned:
        values = {"note": self.person.note, **rest}
        return Planned(
            self.row.sheet, self.row.line, action, self.unit.full_name, self.subject, self.unit.code, **values
        )


def find(sheets: Sequence[Sheet]) -> Table:
    """The table of contacts in a file. Raises Unreadable."""
    return headers.find(sheets, COLUMNS, NEEDED)


# Rows -> entries


def read(table: Table, matcher: Matcher) -> tuple[list[Entry], list[Planned], int]:
    entries: list[Entry] = []
    planned: list[Planned] = []
    bare: list[tuple[Row, Known]] = []  # a unit and nothing else: an unused line of a merged cell, or an omission
    skipped = 0
    above: tuple[Row, Match] | None = None
    for row in table.rows:
        if row.heading or not any(text for name, text in row.cells.items() if name != "ordinal"):
            skipped += 1
            continue
        try:
            match, above = _located(row, above, matcher)
            if match.unit is None:
                raise Refused(match.reason)
            found = people(*(row.cells.get(name, "") for name in ("name", "position", "email", "phone", "role")))
            entries += [Entry(row, match.unit, noted(person, match.note)) for person in found]
            if not found:
                bare.append((row, match.unit))
        except Refused as error:
            planned.append(_refused(row, str(error)))
    with_people = {entry.unit.id for entry in entries}
    for row, unit in bare:
        if unit.id in with_people and not row.cells.get("name") and not row.cells.get("position"):
            skipped += 1
        else:
            planned.append(_refused(row, _("Không có thư điện tử và điện thoại."), unit))
    return entries, planned, skipped


def _located(row: Row, above: tuple[Row, Match] | None, matcher: Matcher) -> tuple[Match, tuple[Row, Match] | None]:
    """The row's unit; a row without one that goes on under another belongs to that one's unit (a merged cell)."""
    code, name = said(row.cells.get("code", "")), said(row.cells.get("unit", ""))
    if code or name:
        match = matcher.find(code, name)
        return match, (row, match)
    if row.cells.get("ordinal") or above is None or above[0].sheet != row.sheet:
        return Match(reason=_("Thiếu đơn vị.")), None
    note = _("Đơn vị lấy theo dòng {line}.").format(line=above[0].line)
    return replace(above[1], note=note), above


def noted(person: Person, note: str) -> Person:
    return replace(person, note=" ".join(part for part in (note, person.note) if part))


def _refused(row: Row, reason: str, unit: Known | None = None) -> Planned:
    cells = row.cells
    called = unit.full_name if unit else cells.get("unit") or cells.get("code", "")
    subject = ", ".join(text for name in ("name", "email", "phone") if (text := cells.get(name, "")))
    code = unit.code if unit else ""
    return Planned(row.sheet, row.line, Action.REFUSED, called, subject.replace("\n", ", "), code, reason=reason)


# Duplicates inside the file


def once(entries: Iterable[Entry]) -> tuple[list[Entry], list[Planned]]:
    """Each contact once: later rows that say the same are merged into the first, contradictions refused."""
    groups: dict[tuple[int, str], list[Entry]] = defaultdict(list)
    told: list[Planned] = []
    for entry in entries:
        person = entry.person
        group = groups[entry.unit.id, person.email or key(person.name) or person.phone]
        place = next((n for n, other in enumerate(group) if _same_name(other.person.name, person.name)), None)
        if place is None:
            group.append(entry)
            continue
        first = group[place]
        clash = _clash(first.person, person)
        if clash:
            reason = _("Trùng với dòng {line} nhưng khác {field}: “{one}” và “{two}”. Vui lòng giữ một dòng.")
            told.append(entry.planned(Action.REFUSED, reason=reason.format(line=first.row.line, **clash)))
            continue
        group[place] = replace(first, person=_merged(first.person, person))
        note = _("Trùng với dòng {line}; đã gộp làm một.").format(line=first.row.line)
        told.append(entry.planned(Action.UNCHANGED, note=note))
    return [entry for group in groups.values() for entry in group], told


def _same_name(one: str, two: str) -> bool:
    return not one or not two or key(one) == key(two)


def _clash(first: Person, second: Person) -> dict[str, str] | None:
    for name in ("position", "phone", "role"):
        one, two = getattr(first, name), getattr(second, name)
        if one and two and key(one) != key(two):
            words = ROLES if name == "role" else {}
            told = {"one": _(words.get(one, one)), "two": _(words.get(two, two))}
            return {"field": _(FIELDS[name]).lower(), **told}
    return None


def _merged(first: Person, second: Person) -> Person:
    return Person(*(getattr(first, name) or getattr(second, name) for name in Person.__dataclass_fields__))
