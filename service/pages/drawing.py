"""The geometry of the dashboard's pictures: the curve of answers and the tile map. Pure; the templates draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.flow.progress import Row
from service.words import day, local

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 22, 34
TAIL = timedelta(days=14)
TILE = 66, 46


@dataclass(frozen=True, slots=True)
class Curve:
    """A step curve of answers: `path` and `area` are SVG path data, ticks are (place, words)."""

    path: str
    area: str
    due_x: int | None
    x_ticks: Sequence[tuple[int, str]]
    y_ticks: Sequence[tuple[int, str]]
    end: tuple[int, int]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def curve(
    points: Sequence[tuple[datetime, int]], expected: int, begin: datetime, due_at: datetime, as_of: datetime
) -> Curve:
    """The curve from publication to the later of due time and as-of; long quiet tails are cut."""
    last = max([due_at, *(moment for moment, _total in points)])
    end = max(due_at, min(as_of, last + TAIL), begin + timedelta(days=1))
    span = (end - begin).total_seconds()
    top = max(expected, 1)

    def x(moment: datetime) -> int:
        share = (moment - begin).total_seconds() / span
        return round(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT))

    def y(total: int) -> int:
        return round(HEIGHT - BOTTOM - total / top * (HEIGHT - TOP - BOTTOM))

    until = x(min(as_of, end))
    # Of all points that fall on one place the last is drawn: thousands of answers are no more than the width.
    places = {x(moment): total for moment, total in points}
    steps = [f"M{LEFT} {y(0)}", *(f"H{place}V{y(total)}" for place, total in places.items())]
    final = points[-1][1] if points else 0
    path = "".join(steps) + f"H{until}"
    return Curve(
        path=path,
        area=f"{path}V{y(0)}H{LEFT}Z",
        due_x=x(due_at),
        x_ticks=[(x(moment), day(moment).rsplit("/", 1)[0]) for moment in _midnights(begin, end)],
        y_ticks=[(y(total), str(total)) for total in sorted({0, top // 2, top})],
        end=(until, y(final)),
    )


def _midnights(begin: datetime, end: datetime) -> list[datetime]:
    """At most seven days to write under the axis, evenly spaced."""
    first = local(begin).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    count = max(0, (end - first).days) + 1 if first <= end else 0
    step = max(1, -(-count // 7))
    return [first + timedelta(days=place) for place in range(0, count, step)]


def days(points: Sequence[tuple[datetime, int]]) -> list[tuple[date, int, int]]:
    """A line for every day on which the number changed: the day, its total at the end, the change."""
    totals: dict[date, int] = {}
    for moment, total in points:
        totals[local(moment).date()] = total
    found, before = [], 0
    for moment_day, total in totals.items():
        found.append((moment_day, total, total - before))
        before = total
    return found


@dataclass(frozen=True, slots=True)
class Tile:
    """One unit's square: its corner, its name in one or two lines, and the row it stands for."""

    x: int
    y: int
    lines: tuple[str, ...]
    row: Row


@dataclass(frozen=True, slots=True)
class Map:
    tiles: Sequence[Tile]
    unplaced: Sequence[Row]
    width: int
    height: int


def tile_map(rows: Sequence[Row], places: Mapping[str, tuple[int, int]]) -> Map | None:
    """The tile map of the units that have a place (column, row); None when none has."""
    placed = [(row, places[row.code]) for row in rows if row.code in places]
    if not placed:
        return None
    left = min(column for _row, (column, _line) in placed)
    top = min(line for _row, (_column, line) in placed)
    wide, high = TILE
    tiles = [Tile((column - left) * wide, (line - top) * high, _lines(row.name), row) for row, (column, line) in placed]
    return Map(
        tiles=tiles,
        unplaced=[row for row in rows if row.code not in places],
        width=max(tile.x for tile in tiles) + wide,
        height=max(tile.y for tile in tiles) + high,
    )


def _lines(name: str) -> tuple[str, ...]:
    """Nguyễn / Bỉnh Khiêm: the first word, then the rest."""
    first, _space, rest = name.partition(" ")
    return (first, rest) if rest else (first,)


@dataclass(frozen=True, slots=True)
class Trend:
    """Shares of several periods: two lines (path data) of responded and on time, dots of the first, ticks as in Curve.

    A single period has dots but no line.
    """

    responded: str
    on_time: str
    dots: Sequence[tuple[int, int]]
    x_ticks: Sequence[tuple[int, str]]
    y_ticks: Sequence[tuple[int, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def trend(points: Sequence[tuple[str, tuple[float, float]]]) -> Trend | None:
    """Each period's label, its response rate and its rate on time (1 is all), from the oldest; None without any."""
    if not points:
        return None
    room = (WIDTH - LEFT - RIGHT) / len(points)

    def x(place: int) -> int:
        return round(LEFT + room * (place + 0.5))

    def y(share: float) -> int:
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM))

    def line(part: int) -> str:
        return "M" + "L".join(f"{x(place)} {y(shares[part])}" for place, (_label, shares) in enumerate(points))

    return Trend(
        responded=line(0),
        on_time=line(1),
        dots=[(x(place), y(shares[0])) for place, (_label, shares) in enumerate(points)],
        x_ticks=[(x(place), label) for place, (label, _shares) in enumerate(points)],
        y_ticks=[(y(share), f"{share:.0%}") for share in (0, 0.5, 1)],
    )
