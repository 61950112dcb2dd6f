"""Rows of the calendar as people and files write them: read, judged, and told what is wrong. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms.values import read_date
from service.words import N_, _, day, fold, weekday

FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST = 200
MOST_DAYS = 1000
KINDS = ("nghi", "lam_bu")
STATUSES = ("quyet_dinh", "du_kien", "can_xac_minh")
COLUMNS = {
    "date": ("date", "ngay"),
    "weekday": ("weekday", "thu"),
    "type": ("type", "loai"),
    "name": ("name", "ten", "ten ngay", "noi dung"),
    "source": ("source", "nguon", "can cu"),
    "status": ("status", "trang thai", "tinh trang"),
}
NEEDED = ("date", "type", "name", "source", "status")
_WEEKDAYS = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of the table: kind nghi or lam_bu, status quyet_dinh, du_kien or can_xac_minh."""

    date: date
    kind: str
    name: str
    source: str
    status: str

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "name": self.name, "source": self.source, "status": self.status}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of a file that cannot be used: its number, as the file counts, and why."""

    row: int
    text: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Wrong:
    field: str
    message: str


def read(values: Mapping[str, str]) -> Entry | tuple[Wrong, ...]:
    """The day in texts as typed (date, type, name, source, status), or what is wrong with them."""
    wrong = []
    on = read_date(values.get("date", "").strip())
    if on is None or not FIRST_YEAR <= on.year <= LAST_YEAR:
        wrong.append(Wrong("date", _("Ngày chưa đúng. Vui lòng nhập dạng ngày/tháng/năm.")))
    kind = _code(values.get("type", ""), KINDS)
    if kind is None:
        wrong.append(Wrong("type", _("Loại phải là “nghi” (nghỉ) hoặc “lam_bu” (làm bù).")))
    status = _code(values.get("status", ""), STATUSES)
    if status is None:
        wrong.append(Wrong("status", _("Trạng thái phải là “quyet_dinh”, “du_kien” hoặc “can_xac_minh”.")))
    name, source = (" ".join(values.get(field, "").split()) for field in ("name", "source"))
    for field, text, needed in (("name", name, NAME), ("source", source, SOURCE)):
        if not text:
            wrong.append(Wrong(field, _(needed)))
        elif len(text) > LONGEST:
            wrong.append(Wrong(field, _("Nội dung dài quá {limit} ký tự. Vui lòng rút gọn.").format(limit=LONGEST)))
    if on is not None and kind == "lam_bu" and on.weekday() < 5:
        text = _("{weekday} {day} vốn là ngày làm việc nên không phải ngày làm bù.")
        wrong.append(Wrong("type", text.format(weekday=_capital(weekday(on)), day=day(on))))
    given = fold(values.get("weekday", ""))
    if on is not None and given and given != _WEEKDAYS[on.weekday()]:
        text = _("Cột thứ ghi “{given}” nhưng {day} là {weekday}.")
        wrong.append(Wrong("weekday", text.format(given=values["weekday"], day=day(on), weekday=weekday(on))))
    if wrong or on is None or kind is None or status is None:
        return tuple(wrong)
    return Entry(on, kind, name, source, status)


NAME = N_("Vui lòng nhập tên ngày nghỉ hoặc ngày làm bù.")
SOURCE = N_("Vui lòng ghi nguồn, ví dụ số, ký hiệu và ngày của văn bản.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _code(text: str, codes: Sequence[str]) -> str | None:
    """The code in "làm bù", "Lam_bu" or "lam bu"."""
    wanted = fold(text.replace("_", " ")).replace(" ", "_")
    return wanted if wanted in codes else None


def read_table(rows: Sequence[Sequence[str]]) -> tuple[dict[date, Entry], list[Refused]] | None:
    """The days of a table and the rows that are refused; None when no row is a heading with the columns needed.

    A day that stands twice is refused where it stands again.
    """
    heading = next((n for n, row in enumerate(rows[:20]) if set(NEEDED) <= set(_columns(row))), None)
    if heading is None:
        return None
    columns = _columns(rows[heading])
    found: dict[date, Entry] = {}
    seen: dict[date, int] = {}
    refused = []
    for number, row in enumerate(rows[heading + 1 :], start=heading + 2):
        if not any(row):
            continue
        entry = read({name: row[place] if place < len(row) else "" for name, place in columns.items()})
        reasons = [wrong.message for wrong in entry] if isinstance(entry, tuple) else []
        if isinstance(entry, Entry) and entry.date in seen:
            reasons = [_("Ngày {day} đã có ở dòng {row}.").format(day=day(entry.date), row=seen[entry.date])]
        if reasons or isinstance(entry, tuple):
            refused.append(Refused(number, ", ".join(filter(None, row))[:LONGEST], reasons))
        else:
            found[entry.date] = entry
            seen[entry.date] = number
    return found, refused


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Where each known column stands in a heading."""
    names = [fold(cell) for cell in row]
    return {
        column: place
        for column, known in COLUMNS.items()
        for place in [next((n for n, name in enumerate(names) if name in known), -1)]
        if place >= 0
    }


def years_between(years: Iterable[int]) -> list[int]:
    """The years missing between the first and the last of some."""
    known = set(years)
    return [year for year in range(min(known), max(known)) if year not in known] if known else []
