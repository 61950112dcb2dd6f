"""What a campaign is made of before publication: read from a form or from JSON, checked, with words for what is wrong.

Both the page and the API hand over the same plain values (text as typed, or JSON scalars); all problems are told at
once, each with the field it is about.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from forms.values import clean
from reminders import steps as plan_steps
from reminders.steps import Step
from service.errors import Invalid
from service.words import N_, ZONE, _, number

MOST_DAYS = 400
MOST_UNITS = 5000
# Beyond these years a moment is a slip of the keyboard, and near year 1 and 9999 it has no UTC.
YEARS = range(1900, 2201)


@dataclass(frozen=True, slots=True)
class Due:
    """Either a fixed moment (`at`), or `days` of `kind` after the later of publication and opening."""

    at: datetime | None = None
    days: Decimal | None = None
    kind: Literal["", "day", "working_day"] = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """A campaign's terms. `roster` is "all" or unit codes; times are aware."""

    title: str
    form: int
    due: Due
    roster: Literal["all"] | tuple[str, ...] = "all"
    letter_number: str = ""
    letter_date: date | None = None
    letter_subject: str = ""
    staff: int | None = None
    period_from: date | None = None
    period_to: date | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    allow_nil: bool = False
    signoff: bool = False
    reminders: tuple[Step, ...] = plan_steps.DEFAULT
    illustrative: bool = False


class Reader:
    """Takes the terms out of plain values and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values
        self.problems: list[dict[str, object]] = []

    def wrong(self, field: str, message: str) -> None:
        self.problems.append({"field": field, "message": message})

    def text(self, field: str, limit: int, required: str = "") -> str:
        value = self.values.get(field)
        if value is not None and not isinstance(value, str):
            self.wrong(field, _("Mục này phải là chữ."))
            return ""
        found = " ".join(clean(value or "").split())
        if required and not found:
            self.wrong(field, required)
        if len(found) > limit:
            self.wrong(field, _("Nội dung dài quá {limit} ký tự. Vui lòng rút gọn.").format(limit=limit))
        return found

    def number(self, field: str, required: str = "") -> int | None:
        value = self.values.get(field)
        if value in (None, ""):
            if required:
                self.wrong(field, required)
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isascii():
            self.wrong(field, _("Giá trị không hợp lệ. Vui lòng chọn lại."))
            return None
        text = str(value)
        if not text.isdigit() or len(text) > 9:
            self.wrong(field, _("Giá trị không hợp lệ. Vui lòng chọn lại."))
            return None
        return int(text)

    def day(self, field: str) -> date | None:
        value = self.values.get(field)
        if value in (None, ""):
            return None
        found = _day(value)
        if found is None:
            self.wrong(field, _("Ngày chưa đúng. Vui lòng nhập dạng ngày/tháng/năm."))
        return found

    def moment(self, field: str, value: object, clock: time = time(0)) -> datetime | None:
        """An aware moment; one without an offset is local, a bare date takes `clock`."""
        if value in (None, ""):
            return None
        found = _moment(value, clock)
        if found is None:
            self.wrong(field, _("Thời điểm chưa đúng. Vui lòng nhập ngày và giờ."))
        return found

    def flag(self, field: str) -> bool:
        value = self.values.get(field)
        if value not in (None, False, True, "", "on", "true", "false", "1", "0"):
            self.wrong(field, _("Giá trị không hợp lệ. Vui lòng chọn lại."))
        return value in (True, "on", "true", "1")

    def part(self, field: str) -> Mapping[str, object]:
        """The object under a field, its own fields under `field_name`, for a reader of its own."""
        value = self.values.get(field)
        if value is not None and not isinstance(value, Mapping):
            self.wrong(field, _("Mục này chưa đúng dạng."))
            return {}
        return {f"{field}_{name}": part for name, part in (value or {}).items()}


def read(values: Mapping[str, object]) -> Terms:
    """The terms in plain values. Raises Invalid with a problem per field; nothing is stored."""
    reader = Reader(values)
    title = reader.text("title", 500, _("Vui lòng nhập tên đợt khảo sát."))
    form = reader.number("form", _("Vui lòng chọn mẫu phiếu."))
    wanted = _due(reader)
    letters = Reader(reader.part("letter"))
    found = {
        "letter_number": letters.text("letter_number", 100),
        "letter_date": letters.day("letter_date"),
        # "về việc" is written before it wherever it shows.
        "letter_subject": re.sub(r"(?i)^(về việc|v/v)[:\s]+", "", letters.text("letter_subject", 500)),
        "staff": reader.number("staff"),
        "period_from": reader.day("period_from"),
        **_times(reader),
        "roster": _roster(reader),
        "reminders": _reminders(reader),
        "allow_nil": reader.flag("allow_nil"),
        "signoff": reader.flag("signoff"),
        "illustrative": reader.flag("illustrative"),
    }
    reader.problems += letters.problems
    _check_order(reader, wanted, found)
    if reader.problems or form is None:
        raise Invalid(reader.problems)
    return Terms(title=title, form=form, due=wanted, **found)


@dataclass(frozen=True, slots=True)
class Timing:
    """The terms that a due time hangs on."""

    due: Due
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    period_to: date | None = None


def timing(values: Mapping[str, object]) -> Timing:
    """The part of the terms that a due time hangs on. Raises Invalid with a problem per field."""
    reader = Reader(values)
    found = Timing(_due(reader), **_times(reader))
    if reader.problems:
        raise Invalid(reader.problems)
    return found


def _times(reader: Reader) -> dict[str, Any]:
    return {
        "opens_at": reader.moment("opens_at", reader.values.get("opens_at")),
        "closes_at": reader.moment("closes_at", reader.values.get("closes_at"), time(23, 59, 59)),
        "period_to": reader.day("period_to"),
    }


def due(given: object) -> Due:
    """A due time of its own: {at} or {days, kind}. Raises Invalid."""
    reader = Reader({"due": given})
    found = _due(reader)
    if reader.problems:
        raise Invalid(reader.problems)
    return found


def _due(reader: Reader) -> Due:
    given = reader.values.get("due")
    if not isinstance(given, Mapping):
        reader.wrong("due", _("Vui lòng chọn hạn gửi."))
        return Due()
    if given.get("at"):
        return Due(at=reader.moment("due", given.get("at"), time(17, 0)))
    kind = given.get("kind")
    days = _days(reader, given.get("days"), kind == "working_day")
    if kind not in ("day", "working_day"):
        reader.wrong("due", _("Vui lòng chọn “ngày” hay “ngày làm việc”."))
        return Due()
    return Due(days=days, kind="day" if kind == "day" else "working_day")


HALVES = N_("Số ngày phải là số dương; nửa ngày (ví dụ 2,5) chỉ dùng cho ngày làm việc.")


def _days(reader: Reader, value: object, halves: bool) -> Decimal | None:
    try:
        days = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        reader.wrong("due", _("Vui lòng nhập số ngày."))
        return None
    step = Decimal("0.5") if halves else Decimal(1)
    if not days.is_finite() or not 0 < days <= MOST_DAYS or days % step:
        reader.wrong("due", _(HALVES))
        return None
    return days


def _roster(reader: Reader) -> Literal["all"] | tuple[str, ...]:
    given = reader.values.get("units", "all")
    if given == "all":
        return "all"
    if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
        reader.wrong("units", _("Danh sách đơn vị phải là “all” hoặc danh sách mã đơn vị."))
        return "all"
    if not given:
        reader.wrong("units", _("Vui lòng chọn ít nhất một đơn vị."))
    if len(given) > MOST_UNITS:
        reader.wrong("units", _("Danh sách có quá {limit} đơn vị.").format(limit=number(MOST_UNITS)))
        return "all"
    return tuple(dict.fromkeys(clean(code) for code in given))


PLAN_WORDS = {
    "not_a_list": N_("Lịch nhắc phải là một danh sách."),
    "too_many": N_("Lịch nhắc có quá nhiều bước."),
    "unknown_state": N_("Bước {step}: trạng thái không nhắc được."),
    "unknown_text": N_("Bước {step}: không có mẫu thư này."),
    "needs_approval": N_("Bước {step}: thư gửi lên trên lãnh đạo trực tiếp cần có người duyệt (approve)."),
    "together": N_("Bước {step}: lặp lại cần cả số ngày và số lần."),
    "duplicate_id": N_("Bước {step}: trùng mã với bước khác."),
    "missing": N_("Bước {step}: thiếu mục {field}."),
    "unknown_field": N_("Bước {step}: mục {field} không dùng được."),
    "bad_value": N_("Bước {step}: giá trị của mục {field} chưa đúng."),
    "not_an_object": N_("Bước {step}: chưa đúng dạng."),
}


def _reminders(reader: Reader) -> tuple[Step, ...]:
    given = reader.values.get("reminders")
    if given is None:
        return plan_steps.DEFAULT
    try:
        return plan_steps.from_json(given)
    except plan_steps.PlanError as error:
        for problem in error.problems:
            reader.wrong("reminders", _(PLAN_WORDS[problem.code]).format(step=problem.step, field=problem.field))
        return ()


def _check_order(reader: Reader, due: Due, found: Mapping[str, object]) -> None:
    first, last = found["period_from"], found["period_to"]
    if isinstance(first, date) and isinstance(last, date) and last < first:
        reader.wrong("period_to", _("Ngày chốt số liệu phải từ ngày bắt đầu kỳ trở đi."))
    opens, closes = found["opens_at"], found["closes_at"]
    if isinstance(opens, datetime) and isinstance(closes, datetime) and closes <= opens:
        reader.wrong("closes_at", _("Thời điểm đóng phải sau thời điểm mở."))
    if due.at and isinstance(closes, datetime) and closes < due.at:
        reader.wrong("closes_at", _("Thời điểm đóng không được trước hạn gửi."))
    if due.at and isinstance(opens, datetime) and due.at <= opens:
        reader.wrong("due", _("Hạn gửi phải sau thời điểm mở."))


def parse_moment(text: object, name: str, clock: time = time(23, 59, 59, 999999)) -> datetime:
    """ISO 8601; without an offset it is Vietnam's time, a bare date takes `clock`. Raises Invalid."""
    raw = str(text).strip()
    # A "+" that was not percent-encoded arrives as a space; the one after the date stands for the "T".
    found = _moment(raw[:10] + raw[10:].replace(" ", "T", raw[10:11] == " ").replace(" ", "+"), clock)
    if found is None:
        message = _("Thời điểm phải theo ISO 8601, ví dụ 2025-07-20T23:59+07:00 hoặc 2025-07-20.")
        raise Invalid([{"field": name, "message": message}])
    return found


def _day(value: object) -> date | None:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


def _moment(value: object, clock: time) -> datetime | None:
    """An aware moment in ISO 8601 or a bare date; None for anything else."""
    day = _day(value)
    if day is not None:
        return datetime.combine(day, clock, ZONE)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)
