"""One raw answer: cleaned, typed, put into canonical text (forms.shown has the way to a reader).

Numbers are read the Vietnamese way: dots or spaces group, a comma is the decimal mark. An English
decimal point is understood where it cannot be taken for grouping ("12.5", "0.142"). In an integer
question `1.142` is 1142; in a decimal question it could be 1142 or 1,142 and is refused as
"ambiguous_number" rather than guessed, and so is `1,142` in an integer question.

A point is "latitude longitude altitude accuracy" in canonical text, as ODK writes it. A person may
write the first two alone, with decimal commas or points: `20,8449 106,6881`, `20.8449, 106.6881`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from forms.points import read_point
from forms.schema import MANY, TICKED, Kind, Range

Typed = int | Decimal | date | time | datetime | str | tuple[str, ...] | None

MAX_TEXT = 20_000
MAX_DIGITS = 15  # what a double, hence every expression and JSON reader, holds exactly
MAX_CHOSEN = 1_000
MAX_KEPT = 32  # characters of a text whose reading is remembered


@dataclass(frozen=True, slots=True)
class Value:
    """`text` is what expressions see ("" is blank), `typed` what is stored; `code` says why the
    raw text could not be taken, in which case both are blank."""

    text: str = ""
    typed: Typed = None
    code: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)


BLANK = Value()


def _refused(code: str, **params: object) -> Value:
    return Value(code=code, params=params)


_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """NFC, line ends as \\n, no control characters, no lone surrogates, no outer blanks."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _FORBIDDEN.sub("", text).strip()


_SPACES = re.compile("[\u00a0\u2007\u2009\u202f\u200b\ufeff]")
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+)")
_COMMA_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_ZERO_FRACTION = re.compile(r"(.*[0-9])(?:,0+|\.0{1,2})")
_VIETNAMESE = re.compile(r"([0-9]+|[0-9]{1,3}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+)),([0-9]+)")
_POINT = re.compile(r"[0-9]+\.[0-9]+")
_ENGLISH = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)")


def _signed(text: str) -> tuple[str, str]:
    text = _SPACES.sub(" ", text).replace("\u2212", "-").strip()
    if text[:1] in ("-", "+"):
        return ("-" if text[0] == "-" else ""), text[1:].strip()
    return "", text


def _integer(text: str) -> Value:
    if len(text) <= MAX_DIGITS and text.isascii() and text.isdigit():
        return Value(str(number := int(text)), number)
    sign, body = _signed(text)
    if not _PLAIN.fullmatch(body):
        if _COMMA_GROUPED.fullmatch(body):
            if body.count(",") == 1:
                return _refused("ambiguous_number", text=text)
        elif (whole := _ZERO_FRACTION.fullmatch(body)) and not _GROUPED.fullmatch(body):
            body = whole[1]
        if not (_PLAIN.fullmatch(body) or _GROUPED.fullmatch(body) or _COMMA_GROUPED.fullmatch(body)):
            return _refused("not_integer", text=text[:80])
        body = re.sub("[ .,]", "", body)
    body = body.lstrip("0") or "0"
    if len(body) > MAX_DIGITS:
        return _refused("too_large", digits=MAX_DIGITS)
    number = int(sign + body)
    return Value(str(number), number)


def _decimal(text: str) -> Value:
    sign, body = _signed(text)
    plain = _decimal_text(body)
    if plain == "?":
        return _refused("ambiguous_number", text=text)
    if plain is None:
        return _refused("not_number", text=text[:80])
    whole, _, fraction = plain.partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    if len(whole) + len(fraction) > MAX_DIGITS:
        return _refused("too_large", digits=MAX_DIGITS)
    number = Decimal(f"{sign}{whole or '0'}.{fraction or '0'}")
    if not number:
        number = Decimal(0)
    return Value(number_text(number), number)


def _decimal_text(body: str) -> str | None:
    """The number with a point for the decimals; "?" when it reads two ways, None when none."""
    if _PLAIN.fullmatch(body):
        return body
    if match := _VIETNAMESE.fullmatch(body):
        return f"{re.sub('[ .]', '', match[1])}.{match[2]}"
    if _GROUPED.fullmatch(body):
        return "?" if len(body.partition(".")[2]) == 3 else re.sub("[ .]", "", body)
    if _POINT.fullmatch(body):
        return body
    if match := _ENGLISH.fullmatch(body):
        return f"{match[1].replace(',', '')}.{match[2]}"
    return body.replace(",", "") if _COMMA_GROUPED.fullmatch(body) else None


def number_text(number: Decimal | int) -> str:
    """Canonical text: no exponent, no trailing zeros, a point for the decimals."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2})(?:[:hg]([0-9]{2})?)(?::([0-9]{2})(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")


def read_date(text: str) -> date | None:
    """ISO, or day first as written here: 20/7/2025, 20-7-2025, 20.7.2025; years 1900 to 2199."""
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _DAY_FIRST.fullmatch(text):
        year, month, day = int(match[4]), int(match[3]), int(match[1])
    else:
        return None
    try:
        return date(year, month, day) if 1900 <= year <= 2199 else None
    except ValueError:
        return None


def _date(text: str) -> Value:
    found = read_date(text)
    return Value(found.isoformat(), found) if found else _refused("not_date", text=text[:80])


def read_time(text: str) -> time | None:
    """07:30, 07:30:15, 7h30, 7g30, 7h. An offset, as ODK writes one, is not kept."""
    match = _TIME.fullmatch(text.replace(" ", "").lower().replace("z", "Z"))
    if not match or (match[2] is None and match[3] is not None):
        return None
    try:
        return time(int(match[1]), int(match[2] or 0), int(match[3] or 0))
    except ValueError:
        return None


def _time(text: str) -> Value:
    found = read_time(text)
    return Value(found.isoformat(), found) if found is not None else _refused("not_time", text=text[:80])


def read_datetime(text: str, zone: tzinfo | None) -> datetime | None:
    """ISO with or without offset (then in `zone`), or day first: 20/7/2025 17:00."""
    day, _, clock = text.strip().replace("T", " ").partition(" ")
    found = read_date(day)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{found.isoformat()}T{clock.strip()}") if clock.strip() else None
    except ValueError:
        of_day = read_time(clock.strip())
        moment = datetime.combine(found, of_day, zone) if of_day is not None else None
    if moment is None:
        return None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _text(text: str) -> Value:
    if len(text) > MAX_TEXT:
        return _refused("too_long", limit=MAX_TEXT, length=len(text))
    return Value(text, text)


def _acknowledge(text: str) -> Value:
    ticked = text.casefold() in ("ok", "true", "yes", "on", "1")
    return Value(TICKED, TICKED) if ticked else _refused("not_choice", text=text[:80])


def _range(text: str, offered: Range) -> Value:
    """A number on one of the steps from `start` to `end`; a whole one where all three are whole."""
    whole = all(part == part.to_integral_value() for part in (offered.start, offered.end, offered.step))
    found = _integer(text) if whole else _decimal(text)
    if not isinstance(found.typed, int | Decimal):
        return found
    number = Decimal(found.typed)
    if not min(offered.start, offered.end) <= number <= max(offered.start, offered.end):
        return _refused("out_of_range", start=offered.start, end=offered.end)
    if (Fraction(number) - Fraction(offered.start)) % Fraction(offered.step):  # Decimal gives up at 28 digits
        return _refused("off_step", start=offered.start, step=offered.step)
    return found


def _geopoint(text: str) -> Value:
    found = read_point(_SPACES.sub(" ", text).replace("\u2212", "-").strip())
    if found is None:
        return _refused("not_geopoint", text=text[:80])
    canonical = " ".join(number_text(number) for number in found)
    return Value(canonical, canonical)


_ATTACHMENT = re.compile(r"[A-Za-z0-9_-]{1,100}")


def _file(text: str) -> Value:
    return Value(text, text) if _ATTACHMENT.fullmatch(text) else _refused("not_file", text=text[:80])


_PARSERS: Mapping[Kind, Callable[[str], Value]] = {
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.ACKNOWLEDGE: _acknowledge,
    Kind.GEOPOINT: _geopoint,
    Kind.FILE: _file,
    Kind.IMAGE: _file,
}


_ALIKE = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TIME})  # read alike wherever they stand


def telephone(text: str) -> str:
    """A telephone number without the spaces, dots, hyphens and brackets that people write in it."""
    return re.sub(r"[\s.()\-\u2013]", "", text) if re.fullmatch(r"[\s\d.()+\-\u2013]*", text) else text


def parse(
    kind: Kind, raw: object, names: Mapping[str, object], zone: tzinfo | None = None, offered: Range | None = None
) -> Value:
    """What `raw` (text, or a list of texts) says in a question of this kind.

    `names` are the choices of a question answered from a list, in list order; `offered` is what a
    range offers. Blank in, BLANK out. Codes: wrong_shape, too_long, not_integer, not_number,
    ambiguous_number, too_large, out_of_range, off_step, not_date, not_time, not_datetime,
    not_choice, incomplete_rank (one named twice), not_geopoint, not_file.
    """
    if kind in _ALIKE and isinstance(raw, str) and len(raw) <= MAX_KEPT:
        return _short(kind, raw)
    if kind in MANY:
        return _many(raw, names, kind is Kind.RANK)
    if isinstance(raw, list) and len(raw) < 2:
        raw = raw[0] if raw else ""
    if not isinstance(raw, str):
        return _refused("wrong_shape")
    text = clean(raw)
    if not text:
        return BLANK
    if kind is Kind.SELECT_ONE:
        return Value(text, text) if text in names else _refused("not_choice", text=text[:80])
    if len(text) > MAX_TEXT:
        return _refused("too_long", limit=MAX_TEXT, length=len(text))
    if kind in (Kind.DATETIME, Kind.START, Kind.END):
        moment = read_datetime(text, zone)
        return Value(moment.isoformat(), moment) if moment else _refused("not_datetime", text=text[:80])
    if kind is Kind.RANGE:
        return _range(text, offered) if offered else _decimal(text)
    if kind is Kind.TODAY:
        kind = Kind.DATE
    return _PARSERS.get(kind, _text)(text)


@lru_cache(maxsize=8192)
def _short(kind: Kind, raw: str) -> Value:
    """A draft is judged at every change, its figures and dates being the same as before but for one."""
    text = clean(raw)
    return _PARSERS[kind](text) if text else BLANK


def _many(raw: object, names: Mapping[str, object], ranked: bool) -> Value:
    """Chosen names in list order; ranked ones in the order given, each once."""
    parts = raw.split() if isinstance(raw, str) else raw
    if not isinstance(parts, list) or len(parts) > MAX_CHOSEN:
        return _refused("wrong_shape")
    if not all(isinstance(part, str) for part in parts):
        return _refused("wrong_shape")
    given = [name for part in parts if (name := clean(part))]
    chosen = set(given)
    if not chosen:
        return BLANK
    if unknown := sorted(chosen - names.keys()):
        return _refused("not_choice", text=unknown[0][:80])
    if ranked and len(chosen) < len(given):
        return _refused("incomplete_rank", missing=len(names.keys() - chosen))
    ordered = tuple(given) if ranked else tuple(name for name in names if name in chosen)
    return Value(" ".join(ordered), ordered)


def as_json(typed: Typed) -> object:
    """A JSON value without binary noise: whole numbers as int, others as the shortest float."""
    if isinstance(typed, Decimal):
        return int(typed) if typed == typed.to_integral_value() else float(typed)
    if isinstance(typed, date | time):
        return typed.isoformat()
    return list(typed) if isinstance(typed, tuple) else typed
