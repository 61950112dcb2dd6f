"""Periods of periodic reports in words."""

from collections.abc import Mapping

from reminders.periods import Every, Period
from service.words import N_, _

EVERY: Mapping[Every, str] = {
    "month": N_("Hằng tháng"),
    "quarter": N_("Hằng quý"),
    "half": N_("6 tháng"),
    "year": N_("Hằng năm"),
}
STATES = {"active": N_("Đang hoạt động"), "paused": N_("Tạm dừng"), "ended": N_("Đã kết thúc")}
_ROMAN = ("I", "II", "III", "IV")
_HALVES = (N_("6 tháng đầu năm {year}"), N_("6 tháng cuối năm {year}"))


def name(period: Period) -> str:
    """tháng 7/2025; quý III/2025; 6 tháng đầu năm 2025; năm 2025."""
    match period.every:
        case "month":
            return _("tháng {number}/{year}").format(number=period.number, year=period.year)
        case "quarter":
            return _("quý {number}/{year}").format(number=_ROMAN[period.number - 1], year=period.year)
        case "half":
            return _(_HALVES[period.number - 1]).format(year=period.year)
        case "year":
            return _("năm {year}").format(year=period.year)


def short(period: Period) -> str:
    """For an axis: 7/2025; III/2025; of a half year I/2025; 2025."""
    if period.every == "year":
        return str(period.year)
    return f"{period.number if period.every == 'month' else _ROMAN[period.number - 1]}/{period.year}"
