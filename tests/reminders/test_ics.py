"""The calendar file, read back by a reader of the tests' own."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import ics

DUE = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
UID = "phieu-12@phieu.test"
EVENT = ics.Event(
    sequence=2,
    due_at=DUE,
    alarm_at=datetime(2026, 6, 12, 0, 30, tzinfo=UTC),
    stamp=datetime(2026, 6, 8, 1, 35, 0, 5, tzinfo=UTC),
    summary="Hạn gửi phiếu: Khảo sát; Nghị định 132/2025/NĐ-CP, lần 2",
    description="UBND xã An Lão\nTrang Phiếu: https://phieu.test",
    sender='Sở "KH&CN": Hải Phòng',
    address="khaosat@phieu.test",
)


def read(file: str) -> list[tuple[str, str]]:
    """Name (with its parameters) and value of every line (RFC 5545, 3.1 and 3.3.11)."""
    assert file.endswith("\r\n")
    whole = file.replace("\r\n ", "")
    assert "\r" not in whole.replace("\r\n", "")
    found = []
    for line in whole.removesuffix("\r\n").split("\r\n"):
        name, value = re.fullmatch(r'([A-Z-]+(?:;[A-Z]+=(?:"[^"]*"|[^";:,]*))*):(.*)', line).groups()  # type: ignore[union-attr]
        found.append((name, re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)))
    return found


def test_the_event_ends_when_it_is_due_and_warns_a_working_day_before() -> None:
    lines = read(ics.write(UID, EVENT))
    assert [value for name, value in lines if name in ("BEGIN", "END")] == [
        "VCALENDAR", "VEVENT", "VALARM", "VALARM", "VEVENT", "VCALENDAR",
    ]  # fmt: skip
    told = dict(reversed(lines))
    assert (told["UID"], told["SEQUENCE"], told["METHOD"], told["VERSION"]) == (
        "phieu-12@phieu.test",
        "2",
        "PUBLISH",
        "2.0",
    )
    assert (told["DTSTART"], told["DTEND"], told["DTSTAMP"]) == (
        "20260615T093000Z",
        "20260615T100000Z",
        "20260608T013500Z",
    )
    assert told["SUMMARY"] == EVENT.summary
    assert told["DESCRIPTION"] == EVENT.description
    assert told["ORGANIZER;CN=\"Sở 'KH&CN': Hải Phòng\""] == "mailto:khaosat@phieu.test"
    days, hours, minutes = re.fullmatch(r"-P(\d+)DT(\d+)H(\d+)M", told["TRIGGER"]).groups()  # type: ignore[union-attr]
    before = timedelta(days=int(days), hours=int(hours), minutes=int(minutes))
    assert DUE - ics.LENGTH - before == EVENT.alarm_at


@pytest.mark.parametrize(("before", "words"), [(timedelta(hours=9), "-PT8H30M"), (timedelta(), "-PT0H0M")])
def test_an_alarm_less_than_a_day_before_is_a_duration_too(before: timedelta, words: str) -> None:
    assert dict(read(ics.write(UID, replace(EVENT, alarm_at=DUE - before))))["TRIGGER"] == words


@given(st.text(max_size=200), st.text(max_size=60))
def test_whatever_people_wrote_stays_one_value_in_lines_of_75_octets(words: str, sender: str) -> None:
    file = ics.write(f"{sender}@x", replace(EVENT, summary=words, description=f"a\n{words}", sender=sender))
    assert max(len(line.encode()) for line in file.split("\r\n")) <= 75
    lines = read(file)
    assert len(lines) == 23
    kept = "".join(c for c in words.encode("utf-8", "replace").decode() if c == "\n" or (c >= " " and c != "\x7f"))
    assert dict(reversed(lines))["SUMMARY"] == kept
    assert dict(reversed(lines))["DESCRIPTION"] == f"a\n{kept}"
