"""Words on screens: gettext, numbers and times the Vietnamese way.

Vietnamese sentences are the message ids, so the product speaks Vietnamese without a catalogue. Another language has
one, service/locale/<language>.po; English holds what the unit's side says. What it lacks is said in Vietnamese.
"""

import gettext
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from exports.words import number as number
from exports.words import percent as percent

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_LOCALES = Path(__file__).parent / "locale"
OWN = "vi"
LANGUAGES = {OWN: "Tiếng Việt", "en": "English"}
_TAGGED = re.compile(r"(.*\S)\s*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)\s*")
language: ContextVar[str] = ContextVar("language", default=OWN)


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    """The catalogue of a language, compiled from its text when it is first asked for; Vietnamese needs none."""
    if name == OWN:
        return gettext.NullTranslations()
    # Commands, and a day on which nobody asks for another language, do without the library.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (_LOCALES / f"{name}.po").open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def split_language(name: str) -> tuple[str, str]:
    """A form's name for a language as label and tag: "English", "en" for "English (en)"; the tag is "" without one."""
    tagged = _TAGGED.fullmatch(name)
    return (tagged[1], tagged[2]) if tagged else (name, "")


def language_of(name: str) -> str:
    """Which language a form means by a name; one that does not say it is taken for Vietnamese."""
    return split_language(name)[1].split("-")[0].lower() or OWN


def foreign(name: str) -> str:
    """The tag of words in that language where the page is in another, else ""; no name stands for Vietnamese."""
    return "" if language_of(name) == language.get() else split_language(name)[1] or OWN


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """In another language than the request's: letters go out in Vietnamese, whoever's page queued them."""
    before = language.set(name)
    try:
        yield
    finally:
        language.reset(before)


def _(text: str) -> str:
    """The sentence in the language of this request."""
    return _catalogue(language.get()).gettext(text) if text else text


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    return text


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


def midnight(moment: datetime) -> datetime:
    """The beginning of the day of a moment."""
    return local(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def day(value: date | datetime | None) -> str:
    """18/7/2025, as official letters write it."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = local(value).date()
    return f"{value.day}/{value.month}/{value.year}"


def moment(value: datetime | None) -> str:
    """17:00 ngày 18/7/2025."""
    if value is None:
        return "–"
    return _("{time} ngày {day}").format(time=f"{local(value):%H:%M}", day=day(value))


_WEEKDAYS = (
    N_("thứ Hai"),
    N_("thứ Ba"),
    N_("thứ Tư"),
    N_("thứ Năm"),
    N_("thứ Sáu"),
    N_("thứ Bảy"),
    N_("Chủ nhật"),
)


def weekday(value: date | datetime) -> str:
    if isinstance(value, datetime):
        value = local(value).date()
    return _(_WEEKDAYS[value.weekday()])


def due(value: datetime | None) -> str:
    """17:00 thứ Sáu, 18/7/2025: how a deadline is written everywhere."""
    if value is None:
        return "–"
    return f"{local(value):%H:%M} {weekday(value)}, {day(value)}"


def size(count: int) -> str:
    """A file's size: 512 B, 2,1 KB, 19,8 MB."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{number(Decimal(count) / 1024, 1)} KB"
    return f"{number(Decimal(count) / (1024 * 1024), 1)} MB"


def office(full_name: str) -> str:
    """Whom a letter addresses: Xã An Lão -> UBND xã An Lão."""
    return f"UBND {full_name[:1].lower()}{full_name[1:]}"


def fold(text: str) -> str:
    """Text for searching: lower case, without marks, đ as d. Never a key: two units may fold to the same."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


STATES = {
    "not_sent": N_("Chưa gửi thư"),
    "sent": N_("Đã gửi thư"),
    "opened": N_("Đã mở đường dẫn"),
    "draft": N_("Đang điền"),
    "awaiting_signoff": N_("Trình lãnh đạo duyệt"),
    "submitted": N_("Đã gửi báo cáo"),
    "amending": N_("Đang sửa báo cáo đã gửi"),
    "amending_signoff": N_("Trình lãnh đạo duyệt bản sửa"),
    "accepted": N_("Đã kiểm tra, đạt"),
    "received": N_("Đã nhận văn bản"),
    "returned": N_("Đề nghị chỉnh sửa, bổ sung"),
    "exempt": N_("Không thuộc diện báo cáo"),
    "undeliverable": N_("Không gửi được thư"),
}
TIMINGS = {
    "on_time": N_("Đúng hạn"),
    "late": N_("Gửi muộn"),
    "not_yet_due": N_("Chưa đến hạn"),
    "overdue": N_("Quá hạn, chưa gửi"),
    "exempt": N_("Không thuộc diện báo cáo"),
}
KINDS = {"xa": N_("Xã"), "phuong": N_("Phường"), "dac_khu": N_("Đặc khu")}
ROLES = {"viewer": N_("Người xem"), "staff": N_("Chuyên viên"), "administrator": N_("Quản trị viên")}


def state(code: str) -> str:
    return _(STATES[code])


def timing(code: str) -> str:
    return _(TIMINGS[code])


def corrected(code: str, *, late: bool, first_on_time: bool) -> str:
    """The timing of a report that may have been handed back: `late`, when its correction missed its own due time."""
    if not late:
        return timing(code)
    return _("Đúng hạn lần đầu, bổ sung quá hạn") if first_on_time else _("Gửi muộn lần đầu, bổ sung quá hạn")


def kind(code: str) -> str:
    return _(KINDS.get(code, code))


_ALPHABET = {c: i for i, c in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}


def collation(text: str) -> tuple[tuple[int, ...], str]:
    """Sort key in Vietnamese alphabetical order (a ă â b c d đ e ê …), first without the tones."""
    lower = unicodedata.normalize("NFC", text).lower()
    return tuple(_ALPHABET.get(_untoned(c), ord(c)) for c in lower), lower


_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


@cache
def _untoned(character: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", character).translate(_TONES))
