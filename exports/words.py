"""Words and figures the Vietnamese way. Sentences go through the `_` that the caller hands in (gettext)."""

from collections.abc import Callable
from datetime import date, datetime

from exports.document import LOCAL
from exports.report import CampaignReport

Words = Callable[[str], str]


def figure(number: int) -> str:
    """1035 -> 1.035."""
    return f"{number:,}".replace(",", ".")


def day(value: date) -> str:
    return f"{value:%d/%m}/{value.year:04}"


def moment(value: datetime) -> str:
    """An aware time as local day and time, 20/07/2025 23:59."""
    local = value.astimezone(LOCAL)
    return f"{day(local)} {local:%H:%M}"


def as_of_line(report: CampaignReport, _: Words) -> str:
    """The line under the title of every sheet: as of when, of which campaign."""
    return _("Tính đến {moment} · {title}").format(moment=moment(report.as_of), title=report.title)


def illustrative(_: Words) -> str:
    return _("Dữ liệu minh họa")
