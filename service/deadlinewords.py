"""Deadlines in words: how each was counted, day by day, and the calendar's codes."""

from collections.abc import Mapping
from datetime import date

from reminders.calendar import Day
from reminders.deadlines import Explained, Run, from_json
from service import mailwords
from service.words import N_, ZONE, _, due, weekday

KINDS = {"nghi": N_("Nghỉ"), "lam_bu": N_("Làm bù")}
STATUSES = {"quyet_dinh": N_("quyết định"), "du_kien": N_("dự kiến"), "can_xac_minh": N_("cần xác minh")}
DAY_STATUSES = {"decided": "quyet_dinh", "estimate": "du_kien", "unconfirmed": "can_xac_minh"}
# Public holidays that a year's table must give (Calendar.lacks).
HOLIDAYS = {
    "new_year": N_("Tết Dương lịch (1/1)"),
    "tet": N_("Tết Nguyên đán (5 ngày)"),
    "reunification": N_("Ngày Chiến thắng (30/4)"),
    "labour": N_("Ngày Quốc tế Lao động (1/5)"),
    "national": N_("Quốc khánh (2/9)"),
}
LINK = "/calendar"


def status(day: Day) -> str:
    return _(STATUSES[DAY_STATUSES[day.status]])


def lines(explained: Explained) -> list[str]:
    """How a deadline was counted, a clause a step; the first says from when, the last the end."""
    year = explained.start.year
    head = _("{days} từ {moment}").format(
        days=mailwords.days(explained.days.normalize(), explained.kind), moment=due(explained.start)
    )
    clauses = [clause for run in explained.runs for clause in _clauses(run, explained, year)]
    return [head, *clauses, _("hết hạn {due}").format(due=end(explained))]


def sentence(explained: Explained) -> str:
    """2,5 ngày làm việc từ 14:00 thứ Sáu, 18/7/2025: không tính ngày 18/7; …; hết hạn 11:30 thứ Tư, 23/7/2025."""
    head, *clauses = lines(explained)
    return f"{head}: {'; '.join(clauses)}."


def frozen(kept: Mapping[str, object] | None) -> list[str]:
    """How a published campaign's due time was counted at publication (Campaign.due_explained); [] for a fixed one."""
    return lines(from_json(kept, ZONE)) if kept else []


def end(explained: Explained) -> str:
    """The end as it is written everywhere; of plain days with the law's own words."""
    if explained.kind == "day":
        return _("24 giờ {weekday}, {day}").format(weekday=weekday(explained.end), day=_full(explained.end.date()))
    return due(explained.end)


def _clauses(run: Run, explained: Explained, year: int) -> list[str]:
    span = _span(run, year)
    match run.why:
        case "start":
            return [_("không tính ngày {day}").format(day=_short(run.first, year))]
        case "counted":
            return [_("{span} là {number}").format(span=span, number=_numbers(run))]
        case "makeup":
            text = _("{span} làm bù{source}, là {number}")
            return [text.format(span=span, source=_source(run.day), number=_numbers(run))]
        case "half":
            text = _("buổi sáng {span}{makeup} là nửa ngày")
            return [text.format(span=span, makeup=_(" (làm bù)") if run.day else "")]
        case "rolled":
            return [_("nên dời đến hết ngày làm việc tiếp theo, {span}").format(span=span)]
        case "weekend" | "off":
            text = _("không tính {span}") if explained.kind == "working_day" else _("{span} không phải ngày làm việc")
            return [text.format(span=span + _reason(run.day))]


def _span(run: Run, year: int) -> str:
    """thứ Hai 21/7; thứ Bảy 19/7 và Chủ nhật 20/7; thứ Hai 21/7 đến thứ Sáu 25/7."""
    first = f"{weekday(run.first)} {_short(run.first, year)}"
    if run.first == run.last:
        return first
    last = f"{weekday(run.last)} {_short(run.last, year)}"
    text = _("{first} và {last}") if (run.last - run.first).days == 1 else _("{first} đến {last}")
    return text.format(first=first, last=last)


def _numbers(run: Run) -> str:
    """ngày thứ nhất; ngày thứ 2 và thứ 3; ngày thứ nhất đến thứ 5."""
    assert run.number is not None
    last = int(run.number)
    first = last - (run.last - run.first).days
    if first == last:
        return _("ngày {number}").format(number=_ordinal(last))
    text = _("ngày {first} và {last}") if last - first == 1 else _("ngày {first} đến {last}")
    return text.format(first=_ordinal(first), last=_ordinal(last))


def _ordinal(number: int) -> str:
    return _("thứ nhất") if number == 1 else _("thứ {number}").format(number=number)


def _reason(day: Day | None) -> str:
    return "" if day is None else _(" (nghỉ: {name}{source})").format(name=day.name, source=_source(day))


def _source(day: Day | None) -> str:
    """Where a day of the table is from, and that it is not decided yet."""
    if day is None:
        return ""
    sure = "" if day.status == "decided" else f"; {status(day)}"
    return _(", theo {source}").format(source=day.source) + sure if day.source else sure


def _short(value: date, year: int) -> str:
    """18/7, with the year where it is another than that of the start."""
    return f"{value.day}/{value.month}" + (f"/{value.year}" if value.year != year else "")


def _full(value: date) -> str:
    return f"{value.day}/{value.month}/{value.year}"


def uncertain(day: Day) -> str:
    """24/11/2026 (Ngày Văn hóa Việt Nam, cần xác minh)."""
    return f"{_full(day.date)} ({day.name}, {status(day)})"


def gap(year: int) -> str:
    return _("Chưa có lịch nghỉ lễ năm {year} nên chưa tính được hạn. Vui lòng bổ sung ở trang Lịch làm việc.").format(
        year=year
    )
