"""Dates as expressions see them: ISO text that also counts as days since 1970-01-01T00:00Z.

A date without an offset begins at midnight in the zone of the environment, so in
Ha Noi `number('1970-01-01')` is -7/24: that is what ODK Web Forms computes, and
differences of dates come out whole all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:T(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?P<offset>Z|[-+][0-9]{2}:[0-9]{2})?)?"
)
_TIME = re.compile(r"(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?P<offset>Z|[-+][0-9]{2}:[0-9]{2})?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def looks_like_date(text: str) -> bool:
    """Whether text begins like "2025-07-01". Of itself nothing else becomes a date: "1142-1-1" stays text."""
    return len(text) > 9 and text[4] == "-" == text[7] and text[8:10].isdigit()


@lru_cache(maxsize=4096)
def parse(text: str, zone: tzinfo) -> datetime | None:
    """The instant that ISO text names, in `zone`; None when it is no date or date-time.

    One-digit months and days are taken (`date('2025-7-1')`); a day that the calendar lacks is not.
    """
    match = _ISO.fullmatch(text.strip(" \t\r\n")) if len(text) < 64 else None
    if match is None:
        return None
    try:
        offset = _offset(match["offset"], zone)
        clock = _clock(match["time"] or "00:00")
        date = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=offset)
        return (date.replace(tzinfo=None) + clock).replace(tzinfo=offset).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def days(moment: datetime) -> float:
    """Days since 1970-01-01T00:00Z, counted in whole milliseconds."""
    return ((moment - _EPOCH) // _MILLISECOND) / DAY


def from_days(number: float, zone: tzinfo) -> datetime | None:
    """The instant so many days after 1970-01-01T00:00Z; None outside the years 1 to 9999."""
    try:
        return (_EPOCH + timedelta(milliseconds=round(number * DAY))).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def short(moment: datetime) -> str:
    """As a date when it is midnight where we are, otherwise as a date-time."""
    if moment.hour == moment.minute == moment.second == moment.microsecond == 0:
        return moment.date().isoformat()
    return full(moment)


def full(moment: datetime) -> str:
    """`2025-07-01T08:30:00.000+07:00`"""
    return moment.isoformat(timespec="milliseconds")


def fraction_of_day(text: str, now: datetime) -> float | None:
    """A time of day as a part of the day in the zone of `now`; None when it is no time.

    A time with an offset is moved by the offset in force at `now`. ODK takes the
    one of 1970-01-01, which in Viet Nam was +08:00 and shifts every answer by an hour.
    """
    match = _TIME.fullmatch(text.strip(" \t\r\n")) if len(text) < 64 else None
    if match is None:
        return None
    try:
        clock = _clock(match["time"])
        if match["offset"] is not None:
            there = _offset(match["offset"], UTC).utcoffset(None) or timedelta()
            clock = (clock - there + (now.utcoffset() or timedelta())) % timedelta(days=1)
    except ValueError:
        return None
    return (clock // _MILLISECOND) / DAY


def _clock(text: str) -> timedelta:
    hour, minute, second = (*text.split(":"), "0")[:3]
    if int(hour) > 23 or int(minute) > 59 or float(second) >= 60:
        raise ValueError(text)
    return timedelta(hours=int(hour), minutes=int(minute), milliseconds=int(float(second) * 1000 + 0.5))


def _offset(text: str | None, zone: tzinfo) -> tzinfo:
    if text is None:
        return zone
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if text[0] == "-" else shift)


# Names of months and days are English, as in ODK: a form that wants others uses numbers.
_FORMATS: dict[str, Callable[[datetime], str]] = {
    "%Y": lambda at: f"{at.year:04}",
    "%y": lambda at: f"{at.year % 100:02}",
    "%m": lambda at: f"{at.month:02}",
    "%n": lambda at: str(at.month),
    "%b": lambda at: _MONTHS[at.month - 1],
    "%d": lambda at: f"{at.day:02}",
    "%e": lambda at: str(at.day),
    "%a": lambda at: _WEEKDAYS[at.weekday()],
    "%H": lambda at: f"{at.hour:02}",
    "%h": lambda at: str(at.hour),
    "%M": lambda at: f"{at.minute:02}",
    "%S": lambda at: f"{at.second:02}",
    "%3": lambda at: f"{at.microsecond // 1000:03}",
    "%%": lambda at: "%",
}
_ESCAPE = re.compile(r"%.?", re.DOTALL)


def unknown_escape(pattern: str) -> str | None:
    """The first `%…` of a format that we would not fill in."""
    return next((found for found in _ESCAPE.findall(pattern) if found not in _FORMATS), None)


def write(moment: datetime, pattern: str) -> str:
    """`pattern` with its escapes filled in; unknown ones stay as they are."""

    def fill(match: re.Match[str]) -> str:
        known = _FORMATS.get(match[0])
        return match[0] if known is None else known(moment)

    return _ESCAPE.sub(fill, pattern)
