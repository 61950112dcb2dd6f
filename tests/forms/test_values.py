"""How raw text is read: numbers the Vietnamese way, dates, choices, cleaning."""

from datetime import date, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.schema import Kind
from forms.shown import show
from forms.values import BLANK, MAX_TEXT, as_json, clean, parse

NAMES = {"zalo": 1, "truc_tiep": 2, "khac": 3}
ZONE = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1142", 1142),
        (" 1.142 ", 1142),
        ("1 142", 1142),
        ("1\u00a0142", 1142),
        ("1.142.000", 1142000),
        ("1,142,000", 1142000),
        ("007", 7),
        ("-5", -5),
        ("\u22125", -5),
        ("+5", 5),
        ("0", 0),
        ("-0", 0),
        ("12,0", 12),
        ("12.0", 12),
        ("12.000", 12000),
        ("999999999999999", 999999999999999),
    ],
)
def test_an_integer_is_read(text: str, number: int) -> None:
    value = parse(Kind.INTEGER, text, {})
    assert (value.typed, value.text, value.code) == (number, str(number), None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,142", "ambiguous_number"),
        ("12,5", "not_integer"),
        ("12.5", "not_integer"),
        ("1.14", "not_integer"),
        ("1.1425", "not_integer"),
        ("0.142", "not_integer"),
        ("0,125", "not_integer"),
        ("012.500", "not_integer"),
        ("12 người", "not_integer"),
        ("1e5", "not_integer"),
        ("٣", "not_integer"),
        ("--5", "not_integer"),
        ("1.142 000", "not_integer"),
        ("1000000000000000", "too_large"),
        ("9" * 5000, "too_large"),
    ],
)
def test_an_integer_is_refused(text: str, code: str) -> None:
    value = parse(Kind.INTEGER, text, {})
    assert (value.code, value.typed, value.text) == (code, None, "")


@pytest.mark.parametrize(
    ("text", "number", "canonical"),
    [
        ("12,5", "12.5", "12.5"),
        ("12.5", "12.5", "12.5"),
        ("1.142,5", "1142.5", "1142.5"),
        ("1 142,50", "1142.5", "1142.5"),
        ("1,142.5", "1142.5", "1142.5"),
        ("1,142", "1.142", "1.142"),
        ("0.142", "0.142", "0.142"),
        ("1.142.000", "1142000", "1142000"),
        ("1 142", "1142", "1142"),
        ("1.1425", "1.1425", "1.1425"),
        ("1000.125", "1000.125", "1000.125"),
        ("-0,0", "0", "0"),
        ("0,10", "0.1", "0.1"),
    ],
)
def test_a_decimal_is_read(text: str, number: str, canonical: str) -> None:
    value = parse(Kind.DECIMAL, text, {})
    assert (value.typed, value.text) == (Decimal(number), canonical)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.142", "ambiguous_number"),
        ("12.345", "ambiguous_number"),
        ("-1.142", "ambiguous_number"),
        ("12,5,5", "not_number"),
        ("1.14,5", "not_number"),
        ("NaN", "not_number"),
        ("Infinity", "not_number"),
        ("1e5", "not_number"),
        ("12%", "not_number"),
        ("0,1234567890123456", "too_large"),
    ],
)
def test_a_decimal_is_refused_rather_than_guessed(text: str, code: str) -> None:
    assert parse(Kind.DECIMAL, text, {}).code == code


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_decimal_shown_in_vietnamese_reads_back(number: Decimal) -> None:
    text = show(number)
    again = parse(Kind.DECIMAL, text, {})
    assert again.typed == number or (again.code == "ambiguous_number" and "," not in text)


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_an_integer_shown_in_vietnamese_reads_back(number: int) -> None:
    assert parse(Kind.INTEGER, show(number), {}).typed == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-07-20", date(2025, 7, 20)),
        ("20/7/2025", date(2025, 7, 20)),
        ("20-07-2025", date(2025, 7, 20)),
        ("20.7.2025", date(2025, 7, 20)),
        ("29/2/2024", date(2024, 2, 29)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert parse(Kind.DATE, text, {}).typed == day


@pytest.mark.parametrize("text", ["7/20/2025", "29/2/2025", "20/7/25", "hôm nay", "20/7-2025", "0001-01-01"])
def test_a_date_is_refused(text: str) -> None:
    assert parse(Kind.DATE, text, {}).code == "not_date"


def test_times_and_moments() -> None:
    assert parse(Kind.TIME, "7h30", {}).typed == time(7, 30)
    assert parse(Kind.TIME, "17:00:05.000+07:00", {}).text == "17:00:05"
    assert parse(Kind.TIME, "25:00", {}).code == "not_time"
    assert parse(Kind.DATETIME, "2025-07-18T17:00", {}, ZONE).text == "2025-07-18T17:00:00+07:00"
    assert parse(Kind.DATETIME, "18/7/2025 17:00", {}, ZONE).text == "2025-07-18T17:00:00+07:00"
    assert parse(Kind.DATETIME, "2025-07-18T10:00Z", {}, ZONE).text == "2025-07-18T10:00:00+00:00"
    assert parse(Kind.DATETIME, "18/7/2025", {}, ZONE).code == "not_datetime"


def test_choices() -> None:
    assert parse(Kind.SELECT_ONE, "zalo", NAMES).text == "zalo"
    assert parse(Kind.SELECT_ONE, ["zalo"], NAMES).text == "zalo"
    assert parse(Kind.SELECT_ONE, "fax", NAMES).code == "not_choice"
    assert parse(Kind.SELECT_ONE, ["zalo", "khac"], NAMES).code == "wrong_shape"
    chosen = parse(Kind.SELECT_MULTIPLE, ["khac", "zalo", "zalo", ""], NAMES)
    assert (chosen.typed, chosen.text) == (("zalo", "khac"), "zalo khac"), "in list order, once each"
    assert parse(Kind.SELECT_MULTIPLE, "khac zalo", NAMES).typed == ("zalo", "khac")
    assert parse(Kind.SELECT_MULTIPLE, ["fax"], NAMES).code == "not_choice"
    assert parse(Kind.SELECT_MULTIPLE, [], NAMES) is BLANK


def test_ticks_and_files() -> None:
    assert parse(Kind.ACKNOWLEDGE, "OK", {}).text == "OK"
    assert parse(Kind.ACKNOWLEDGE, "no", {}).code == "not_choice"
    assert parse(Kind.FILE, "a1-B2_c3", {}).text == "a1-B2_c3"
    assert parse(Kind.FILE, "../../etc/passwd", {}).code == "not_file"


def test_text_is_cleaned() -> None:
    assert clean("  Hoa\u0300 \r\n bình\x00\x07\ud800 ") == "Hoà \n bình"
    assert parse(Kind.TEXT, " \t\r\n ", {}) is BLANK
    assert parse(Kind.TEXT, "x" * (MAX_TEXT + 1), {}).code == "too_long"
    assert parse(Kind.TEXT, {"a": 1}, {}).code == "wrong_shape"


@given(st.text() | st.text(alphabet=st.characters(categories=("Cs", "Cc", "Mn", "Lu"))))
def test_cleaned_text_can_be_stored_and_is_stable(text: str) -> None:
    once = clean(text)
    once.encode()
    assert "\x00" not in once
    assert clean(once) == once


@given(st.sampled_from(list(Kind)), st.text(max_size=40) | st.lists(st.text(max_size=5), max_size=4))
def test_no_raw_text_ever_raises(kind: Kind, raw: str | list[str]) -> None:
    value = parse(kind, raw, NAMES, ZONE)
    assert (value.code is None) or (value.text == "" and value.typed is None)


def test_json_has_no_binary_noise() -> None:
    assert repr(as_json(Decimal("91.77"))) == "91.77"
    assert repr(as_json(Decimal("12.00"))) == "12"
    assert as_json(date(2025, 7, 1)) == "2025-07-01"
    assert as_json(("a", "b")) == ["a", "b"]


def test_values_are_shown_as_a_person_reads_them() -> None:
    assert show(1035) == "1.035"
    assert show(-1234567) == "-1.234.567"
    assert show(Decimal("51.8")) == "51,8"
    assert show(Decimal("-0.5")) == "-0,5"
    assert show(date(2025, 12, 31)) == "31/12/2025"
    assert show(("zalo", "khac"), {"zalo": "Nhóm Zalo", "khac": "Khác"}.__getitem__) == "Nhóm Zalo, Khác"
