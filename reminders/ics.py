"""A due time as a calendar file (RFC 5545): one event that ends when it is due, with an alarm. Pure.

Sent again with the same UID and a higher `sequence` it takes the place of the one before. What people wrote is escaped,
and no line is longer than 75 octets.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from reminders.clean import storable

LENGTH = timedelta(minutes=30)
_LINE = 75
_CONTROLS = dict.fromkeys((*range(32), 127))
_ESCAPES = _CONTROLS | str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_QUOTED = _CONTROLS | str.maketrans({'"': "'", "\n": " "})


@dataclass(frozen=True, slots=True)
class Event:
    """sequence: of the due round. due_at, alarm_at, stamp: aware; stamp is when it was made. sender, address: who
    organises it; the address is as address.parse gives it."""

    sequence: int
    due_at: datetime
    alarm_at: datetime
    stamp: datetime
    summary: str
    description: str
    sender: str
    address: str


def write(uid: str, event: Event) -> str:
    """The file, its lines ended by CRLF. uid: that of the event, the same for ever."""
    before, after = _around_uid(event)
    return before + _lines([f"UID:{_text(uid)}"]) + after


@lru_cache(maxsize=100)
def _around_uid(event: Event) -> tuple[str, str]:
    """Many units have an event that differs by its UID only."""
    begins = event.due_at - LENGTH
    before = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Phieu//Phieu//VI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
    ]
    after = [
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_moment(event.stamp)}",
        f"DTSTART:{_moment(begins)}",
        f"DTEND:{_moment(event.due_at)}",
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        f'ORGANIZER;CN="{_quoted(event.sender)}":mailto:{event.address}',
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",  # it takes up no time
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:{_before(begins - event.alarm_at)}",
        f"DESCRIPTION:{_text(event.summary)}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return _lines(before), _lines(after)


def _lines(lines: list[str]) -> str:
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _before(span: timedelta) -> str:
    """A duration before the beginning: calendar programs know it better than a moment. -P1DT8H30M."""
    minutes = max(0, int(span.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    return f"-P{f'{days}D' if days else ''}T{rest // 60}H{rest % 60}M"


def _text(text: str) -> str:
    return storable(text).translate(_ESCAPES)


def _quoted(text: str) -> str:
    """A parameter's value: quotes cannot stand in it, nor line breaks."""
    return " ".join(storable(text).translate(_QUOTED).split())


def _folded(line: str) -> str:
    """At most 75 octets a line, no letter cut in two."""
    data = line.encode()
    if len(data) <= _LINE:
        return line
    parts, start, room = [], 0, _LINE
    while start < len(data):
        end = min(len(data), start + room)
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1  # in the middle of a letter
        parts.append(data[start:end].decode())
        start, room = end, _LINE - 1  # the blank that marks a line that goes on
    return "\r\n ".join(parts)
