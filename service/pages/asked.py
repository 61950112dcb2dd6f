"""What staff pages read out of an address: numbers of rows, days, moments, and the as-of of a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from starlette.requests import Request

from forms.values import read_date
from service import web, words
from service.errors import NotFound
from service.words import N_, ZONE, _

MAX_ID = 2**31 - 1  # the database keeps ids in 32 bits
FIRST_YEAR, LAST_YEAR = 1900, 2199
END_OF_DAY = time(23, 59, 59, 999999)
MALFORMED = N_("Ngày “{text}” chưa đúng. Vui lòng nhập dạng ngày/tháng/năm, ví dụ 20/7/2025.")
TOO_EARLY = N_("Đợt khảo sát phát hành lúc {moment}, trước đó chưa có số liệu. Vui lòng chọn ngày khác.")


def number(request: Request, name: str = "id") -> int:
    """A row's number in the path. Raises NotFound for one no database could hold."""
    found: int = request.path_params[name]
    if found > MAX_ID:
        raise NotFound()
    return found


def query(request: Request, name: str, limit: int = 100) -> str:
    """A text of the query, without what no database takes."""
    return plain(request.query_params.get(name, ""))[:limit]


def code(request: Request) -> str:
    """A unit's code in the path."""
    return plain(request.path_params["code"])[:20]


def plain(text: str) -> str:
    """A text without what no database takes."""
    return "".join(c for c in text if c.isprintable()).strip()


def whole(text: str) -> int | None:
    """A number in a query, None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def day(text: str) -> date | None:
    """A day as people write it, None when it is none."""
    found = read_date(text.strip())
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def moment(text: str, clock: time) -> datetime | None:
    """A moment as people or programs write it, None when it is none.

    A bare day takes `clock`; a day and time, or ISO 8601 without an offset, is Vietnam's time.
    """
    # A "+" that was not percent-encoded arrives as a space.
    raw = text.strip().replace(" ", "+") if "T" in text else text.strip()
    day, _space, of_day = raw.partition(" ")
    found = read_date(day)
    try:
        if found is not None:
            return datetime.combine(found, time.fromisoformat(of_day) if of_day else clock, ZONE)
        parsed = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:  # nearer the ends of time a zone's offset overflows
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment figures are wanted for. `given` is as typed, "" for now; `wrong` when it could not be read.

    A moment still to come counts as now: nothing is known of it yet.
    """

    at: datetime
    given: str
    wrong: bool = False

    @property
    def words(self) -> str:
        """hết ngày 20/7/2025; 09:15 ngày 20/7/2025."""
        at = words.local(self.at)
        if self.given and (at.hour, at.minute) == (23, 59):
            return _("hết ngày {day}").format(day=words.day(at))
        return words.moment(at)

    def link(self, path: str, /, anchor: str = "", **params: object) -> str:
        """An address that keeps this as-of."""
        return address(path, {**params, "as_of": self.given}, anchor)


def address(path: str, params: Mapping[str, object], anchor: str = "") -> str:
    """An address with those parameters that say something."""
    query = urlencode({name: value for name, value in params.items() if value not in (None, "")})
    return path + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")


def as_of(request: Request) -> AsOf:
    """The as-of of the query; a bare day means to its end."""
    return as_of_text(query(request, "as_of"), web.now(request))


def as_of_text(text: str, now: datetime) -> AsOf:
    """The as-of that somebody asked for in words, "" for now."""
    if not text:
        return AsOf(now, "")
    found = moment(text, END_OF_DAY)
    if found is None:
        return AsOf(now, text[:40], wrong=True)
    return AsOf(min(found, now), text)


def problem(published_at: datetime | None, as_of: AsOf) -> str:
    """Why there is nothing to show as of then, "" when there is."""
    if as_of.wrong:
        return _(MALFORMED).format(text=as_of.given)
    if published_at is not None and as_of.at < published_at:
        return _(TOO_EARLY).format(moment=words.moment(published_at))
    return ""
