"""The parts of the dashboard that repeat for every unit and group, written straight into HTML.

A template escapes and looks up every value for itself; for a table of 114 units that costs more than all the rest of
the page together. Here only what people wrote is escaped, once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup, escape

from service import words
from service.flow.progress import Row
from service.life import State, Tally
from service.models import Staff
from service.pages.asked import AsOf, address
from service.pages.drawing import TILE, Map
from service.words import _

TIMINGS = ("on_time", "late", "not_yet_due", "overdue", "exempt")
MARKS = {"on_time": "✓", "late": "◐", "not_yet_due": "·", "overdue": "!", "exempt": "–"}


@dataclass(frozen=True, slots=True)
class Board:
    """What the repeating parts share: where links lead, keeping the as-of, and words that were put together once."""

    path: str
    query: str
    as_of: str
    states: Mapping[State, str]
    timings: Mapping[str, str]
    linked: bool = True

    @classmethod
    def of(cls, path: str, as_of: AsOf, *, linked: bool = True) -> "Board":
        """`linked` False: units lead nowhere, for whoever may not see their pages."""
        query = address("", {"as_of": as_of.given})
        return cls(
            path=f"{path}/units/",
            query=str(escape(query)),
            as_of=str(escape(query.replace("?", "&"))),
            states={state: words.state(state) for state in State},
            timings={code: words.timing(code) for code in TIMINGS},
            linked=linked,
        )


def units(rows: Iterable[Row], board: Board, charge: Mapping[str, Staff], *, ticks: bool = False) -> Markup:
    """The body of the table of units. `charge`: who is in charge, by code; `ticks`: with a box to tick."""
    moment = _written()
    nil = f' <span class="tag">{_("không phát sinh")}</span>'
    later = f' <span class="tag warn">{_("bổ sung sau")}</span>'
    slow = f' <span class="tag warn">{_("bổ sung quá hạn")}</span>'
    groups = _escaped()
    parts = []
    for row in rows:
        standing = row.standing
        tags = (nil if standing.nil and standing.responded else "") + (later if row.recorded_later else "")
        tags += slow if row.correction_late else ""
        name = str(escape(row.full_name))
        person = charge.get(row.code)
        in_charge = f'<td class="of-staff">{groups(person.name) if person else ""}</td>' if charge else ""
        box = f'<td class="tick">{_tick(row.code, name)}</td>' if ticks else ""
        named = f'<a href="{board.path}{row.code}{board.query}">{name}</a>' if board.linked else name
        parts.append(
            f'<tr>{box}<th scope="row">{named}'
            f' <span class="soft small">{row.code}</span></th><td>{board.states[standing.state]}{tags}</td>'
            f'<td class="m-{row.timing}">{board.timings[row.timing]}</td>'
            f'<td class="sent-at">{moment(standing.first_sent_at)}</td>'
            f'<td class="due-at">{moment(standing.owed_by)}</td><td class="of-group">{groups(row.group)}</td>'
            f"{in_charge}</tr>\n"
        )
    return Markup("".join(parts))  # noqa: S704 - put together from escaped parts


def _tick(code: str, name: str) -> str:
    label = _("Chọn {name}").format(name=name)
    return f'<input type="checkbox" name="unit" value="{code}" form="bulk" aria-label="{label}">'


def tiles(found: Map, board: Board) -> Markup:
    """The squares of the tile map; each is a link to its unit, with its name and timing as title."""
    wide, high = TILE
    square = f'<rect x="1" y="1" width="{wide - 2}" height="{high - 2}" rx="4"/><text x="{wide // 2}" y='
    ends = {code: f'</text><text class="mark" x="{wide - 7}" y="12">{mark}</text>' for code, mark in MARKS.items()}
    second = f'</text><text x="{wide // 2}" y="34">'
    parts = []
    for tile in found.tiles:
        row, timing = tile.row, tile.row.timing
        first, *rest = tile.lines
        words_of = f'"20">{escape(first)}{second}{escape(rest[0])}' if rest else f'"27">{escape(first)}'
        tag, href = ("a", f' href="{board.path}{row.code}{board.query}"') if board.linked else ("g", "")
        parts.append(
            f'<{tag}{href} class="t-{timing}" tabindex="-1"'
            f' transform="translate({tile.x} {tile.y})"><title>{escape(row.full_name)}: {board.timings[timing]}</title>'
            f"{square}{words_of}{ends[timing]}</{tag}>\n"
        )
    return Markup("".join(parts))  # noqa: S704 - put together from escaped parts


def tallies(lines: Sequence[tuple[str, str, Tally]], param: str, path: str, board: Board) -> Markup:
    """The body of a table of groups: responded of expected, share, bar, on time; (code, words, tally) a line."""
    parts = []
    for code, label, tally in lines:
        rest = f"{param}={quote(code)}{board.as_of}#units"
        share = round(tally.responded * 100 / tally.expected, 1) if tally.expected else 0
        parts.append(
            f'<tr><th scope="row">{escape(label)}</th><td class="number">'
            f'<a href="{path}?state=responded&amp;{rest}">{words.number(tally.responded)}</a>/'
            f'<a href="{path}?state=expected&amp;{rest}">{words.number(tally.expected)}</a></td>'
            f'<td class="number">{words.percent(tally.responded, tally.expected)}</td>'
            '<td class="bar-cell"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="bar-back" width="100" height="8"/>'
            f'<rect class="bar-fill" width="{share}" height="8"/></svg></td>'
            f'<td class="number"><a href="{path}?timing=on_time&amp;{rest}">{words.number(tally.on_time)}</a></td></tr>'
        )
    return Markup("".join(parts))  # noqa: S704 - put together from escaped parts


def _written() -> Callable[[datetime | None], str]:
    """Puts a moment into words once, however many units share it."""
    known: dict[datetime | None, str] = {None: ""}

    def write(moment: datetime | None) -> str:
        if moment not in known:
            known[moment] = words.moment(moment)
        return known[moment]

    return write


def _escaped() -> Callable[[str], str]:
    known: dict[str, str] = {}

    def text(value: str) -> str:
        if value not in known:
            known[value] = str(escape(value))
        return known[value]

    return text
