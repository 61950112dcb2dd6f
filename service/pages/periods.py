"""A period a campaign covers, in the words people use for it."""

from calendar import monthrange
from datetime import date

from service.words import _, day


def words(begin: date | None, end: date | None) -> str:
    """6 tháng đầu năm 2025; quý III/2025; tháng 7/2025; năm 2025; else từ 1/7/2025 đến 18/8/2025, "" for no dates."""
    if end is None:
        return ""
    if begin is None:
        return _("đến {day}").format(day=day(end))
    if _whole_months(begin, end):
        found = _named(begin, end)
        if found:
            return found
    return _("từ {begin} đến {end}").format(begin=day(begin), end=day(end))


def _whole_months(begin: date, end: date) -> bool:
    return begin.day == 1 and begin.year == end.year and end.day == monthrange(end.year, end.month)[1]


def _named(begin: date, end: date) -> str:
    """The name of whole months of one year that have one."""
    first, last, year = begin.month, end.month, begin.year
    if first == last:
        return _("tháng {month}/{year}").format(month=first, year=year)
    if (first, last) == (1, 12):
        return _("năm {year}").format(year=year)
    if first % 3 == 1 and last == first + 2:
        return _("quý {quarter}/{year}").format(quarter=("I", "II", "III", "IV")[first // 3], year=year)
    if first == 1:
        return _("{count} tháng đầu năm {year}").format(count=last, year=year)
    if (first, last) == (7, 12):
        return _("6 tháng cuối năm {year}").format(year=year)
    return ""
