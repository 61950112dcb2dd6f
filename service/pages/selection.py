"""Which units the table of a campaign shows: every number on the page is an address that selects its units here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from service import words
from service.flow.progress import Row
from service.life import State
from service.models import Staff
from service.pages import asked
from service.words import N_, _, fold

V = TypeVar("V")

# What `state` may say besides a state itself; each is a number on the dashboard.
COUNTS: Mapping[str, tuple[str, Callable[[Row], bool]]] = {
    "expected": (N_("Phải gửi báo cáo"), lambda row: row.standing.state is not State.EXEMPT),
    "responded": (N_("Đã gửi hoặc đã nhận"), lambda row: row.standing.responded),
    "missing": (
        N_("Chưa gửi"),
        lambda row: not row.standing.responded and row.standing.state is not State.EXEMPT,
    ),
    "nil": (N_("Không phát sinh"), lambda row: row.standing.responded and row.standing.nil),
    "on_time_original": (N_("Đúng hạn ban đầu"), lambda row: row.standing.on_time_original),
    "later": (N_("Bổ sung sau"), lambda row: row.recorded_later),
}
SORTS = {
    "name": N_("Tên đơn vị"),
    "state": N_("Trạng thái"),
    "sent": N_("Thời điểm gửi"),
    "due": N_("Hạn gửi"),
    "group": N_("Nhóm"),
}
_ORDER = {state: place for place, state in enumerate(State)}
FILTERS = ("state", "timing", "kind", "group", "staff", "q")
MINE, NOBODYS = "me", "none"
CHARGES = {MINE: N_("Của tôi"), NOBODYS: N_("Chưa giao")}
SIZES = (50, 120, 300)
_MOST = 10_000
_names: dict[str, tuple[tuple[int, ...], str]] = {}
_folded: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters of the table as the address gives them; what is unknown selects nothing away. `page` of `size` rows
    is shown. `staff`: MINE, NOBODYS, or a staff member's number: who is in charge of the unit."""

    state: str = ""
    timing: str = ""
    kind: str = ""
    group: str = ""
    staff: str = ""
    q: str = ""
    sort: str = "name"
    size: int = SIZES[0]
    page: int = 1

    @property
    def any(self) -> bool:
        return bool(self.state or self.timing or self.kind or self.group or self.staff or self.q)

    def params(self) -> dict[str, str]:
        """Filters, order and size for an address; the page is left out."""
        found = {name: getattr(self, name) for name in FILTERS}
        found |= {"sort": self.sort} if self.sort != "name" else {}
        return found | ({"size": str(self.size)} if self.size != SIZES[0] else {})

    def pages(self, count: int) -> int:
        """How many pages so many rows take."""
        return max(1, -(-count // self.size))

    def shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of the page, the last page when there is none of that number."""
        begin = (min(self.page, self.pages(len(rows))) - 1) * self.size
        return rows[begin : begin + self.size]

    def described(self) -> str:
        """Đã gửi hoặc đã nhận; Xã; Huyện An Lão."""
        parts = [
            _state_words(self.state) if self.state else "",
            words.timing(self.timing) if self.timing else "",
            words.kind(self.kind) if self.kind else "",
            self.group,
            _charge_words(self.staff) if self.staff else "",
            _("tên có “{text}”").format(text=self.q) if self.q else "",
        ]
        return "; ".join(part for part in parts if part)


def _state_words(code: str) -> str:
    return _(COUNTS[code][0]) if code in COUNTS else words.state(code)


def _charge_words(code: str) -> str:
    return _(CHARGES[code]).lower() if code in CHARGES else _("do một chuyên viên phụ trách")


def read(params: Mapping[str, str], rows: Sequence[Row]) -> Selection:
    """The selection of an address. A code that means nothing is left out."""
    state, timing = params.get("state", ""), params.get("timing", "")
    staff = params.get("staff", "")
    kind, group, sort = params.get("kind", ""), params.get("group", ""), params.get("sort", "")
    size, page = asked.whole(params.get("size", "")), asked.whole(params.get("page", ""))
    return Selection(
        state=state if state in COUNTS or state in words.STATES else "",
        timing=timing if timing in words.TIMINGS else "",
        kind=kind if any(row.kind == kind for row in rows) else "",
        group=group if any(row.group == group for row in rows) else "",
        staff=staff if staff in CHARGES or asked.whole(staff) else "",
        q=params.get("q", "").strip()[:100],
        sort=sort if sort in SORTS else "name",
        size=size if size in SIZES else SIZES[0],
        page=max(page or 1, 1),
    )


def chosen(rows: Sequence[Row], wanted: Selection, charge: Mapping[str, Staff] | None = None, me: int = 0) -> list[Row]:
    """The rows that fit, sorted. `charge` says who is in charge, by code; `me` whose own units MINE are."""
    text = fold(wanted.q)
    found = [row for row in rows if _fits(row, wanted, text)] if wanted.any else list(rows)
    if wanted.staff:
        theirs = {MINE: me, NOBODYS: None}.get(wanted.staff, asked.whole(wanted.staff))
        given = {code: person.id for code, person in (charge or {}).items()}
        found = [row for row in found if given.get(row.code) == theirs]
    found.sort(key=lambda row: _name(row.full_name))
    match wanted.sort:
        case "state":
            found.sort(key=lambda row: _ORDER[row.standing.state])
        case "sent":
            found.sort(key=lambda row: (row.standing.first_sent_at is None, row.standing.first_sent_at or 0))
        case "due":
            found.sort(key=lambda row: row.standing.due_at)
        case "group":
            found.sort(key=lambda row: _name(row.group))
    return found


def _fits(row: Row, wanted: Selection, text: str) -> bool:
    """`text` is what is searched for, folded."""
    if wanted.state in COUNTS:
        if not COUNTS[wanted.state][1](row):
            return False
    elif wanted.state and row.standing.state != wanted.state:
        return False
    return (
        (not wanted.timing or row.timing == wanted.timing)
        and (not wanted.kind or row.kind == wanted.kind)
        and (not wanted.group or row.group == wanted.group)
        and (not text or text in _search_text(f"{row.full_name} {row.code}"))
    )


def _search_text(text: str) -> str:
    return _remembered(_folded, text, fold)


def _name(text: str) -> tuple[tuple[int, ...], str]:
    return _remembered(_names, text, words.collation)


def _remembered(known: dict[str, V], text: str, make: Callable[[str], V]) -> V:
    """What is made of a name, kept: the same few hundred names are sorted and searched again and again."""
    found = known.get(text)
    if found is None:
        if len(known) > _MOST:
            known.clear()
        found = known[text] = make(text)
    return found


def charges(charge: Mapping[str, Staff]) -> list[tuple[str, str]]:
    """What the filter by staff member offers: mine, nobody's, and all who are in charge of a unit."""
    people = {str(person.id): person.name for person in charge.values()}
    named = [(code, _(label)) for code, label in CHARGES.items()]
    return named + sorted(people.items(), key=lambda one: words.collation(one[1]))
