"""Words and figures the Vietnamese way. Sentences go through the `_` that the caller hands in (gettext)."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from exports.document import LOCAL
from exports.report import AnswerValue, Dated

Words = Callable[[str], str]


def figure(number: int) -> str:
    """1035 -> 1.035."""
    return f"{number:,}".replace(",", ".")


def number(value: int | float | Decimal | None, places: int | None = None) -> str:
    """1035 -> 1.035; Decimal('51.754') with places=1 -> 51,8 (halves up). None -> an en dash."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,f}".translate(str.maketrans(",.", ".,"))


def percent(part: int | Decimal, whole: int | Decimal, places: int = 1) -> str:
    """51,8% ; 100% only when equal, and never 0% when there is something. An en dash over nothing.

    More than the whole is said as it is.
    """
    if whole == 0:
        return "–"
    if part == whole:
        return "100%"
    smallest = Decimal(1).scaleb(-places)
    share = (Decimal(part) * 100 / whole).quantize(smallest, ROUND_HALF_UP)
    share = min(share, 100 - smallest) if part < whole else max(share, 100 + smallest)
    if part > 0:
        share = max(share, smallest)
    return f"{number(share)}%"


def day(value: date) -> str:
    return f"{value:%d/%m}/{value.year:04}"


def moment(value: datetime) -> str:
    """An aware time as local day and time, 20/07/2025 23:59."""
    local = value.astimezone(LOCAL)
    return f"{day(local)} {local:%H:%M}"


def written(value: date) -> str:
    """A day as letters write it, 18/7/2025."""
    return f"{value.day}/{value.month}/{value.year}"


def when(value: datetime) -> str:
    """An aware time as letters write it: 17:00 ngày 18/7/2025; the last minute of a day is its end."""
    local = value.astimezone(LOCAL)
    if (local.hour, local.minute) == (23, 59):
        return f"hết ngày {written(local)}"
    return f"{local:%H:%M} ngày {written(local)}"


def shown(value: AnswerValue) -> str:
    """A value in a sentence: numbers with at most two decimals, days and times as letters write them."""
    match value:
        case None:
            return ""
        case datetime():
            return when(value)
        case date():
            return written(value)
        case time():
            return f"{value:%H:%M}"
        case int() | Decimal():
            exact = Decimal(value)
            return number(int(exact)) if exact == exact.to_integral_value() else _short(exact)
    return value


def _short(exact: Decimal) -> str:
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return number(rounded if rounded != exact else exact.normalize())


def as_of_line(report: Dated, _: Words) -> str:
    """The line under the title of every sheet: as of when, of which campaign."""
    return _("Tính đến {moment} · {title}").format(moment=moment(report.as_of), title=report.title)


def illustrative(_: Words) -> str:
    return _("Dữ liệu minh họa")
