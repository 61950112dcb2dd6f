"""How a campaign stands: fetches its events and asks service.life, which alone computes the rate."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tortoise import connections
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.functions import Count, Sum
from tortoise.queryset import ValuesListQuery

from service import life
from service.models import Event, Invitation, Unit

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Row:
    """One invitation as lists show it, as of the moment asked for.

    `recorded_later`: its reply took effect by then but was recorded only afterwards. `correction_late`: what it was
    asked to correct came, or is missing, after the correction's due time.
    """

    id: int
    code: str
    name: str
    full_name: str
    kind: str
    group: str
    standing: life.Standing
    timing: str
    recorded_later: bool
    correction_late: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign as of a moment: the rate, a row per invitation (in order of code), the curve.

    `highest_event` is the last event that was looked at. `memo` keeps what others work out of it.
    """

    rate: life.Rate
    rows: Sequence[Row]
    curve: Sequence[tuple[datetime, int]]
    highest_event: int
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)


_INVITATION = (
    "id",
    "code",
    "name",
    "full_name",
    "kind",
    "group",
    "original_due_at",
    "events_count",
)
_EVENT = ("invitation_id", "act", "to", "at", "recorded_at", "nil", "due_at", "id")


async def of(campaign_id: int, as_of: datetime) -> Progress:
    """The progress of a published campaign as of a moment, from its stored events alone.

    What was made for the last few is kept, and made anew where an event has come since or a due time has passed.
    """
    if isinstance(connections.get("default"), TransactionalDBClient):
        return (await _read(campaign_id)).at(as_of)  # it may see what is rolled back yet
    mark = await _mark(campaign_id)
    for key in ((campaign_id, None), (campaign_id, as_of)):
        kept = _kept.get(key)
        if kept is not None and kept.mark == mark and kept.since <= as_of < kept.until:
            _kept.move_to_end(key)
            return replace(kept.progress, rate=replace(kept.progress.rate, as_of=as_of))
    return await _renewed(campaign_id, as_of, mark)


def forget() -> None:
    """Drop what is kept: campaign numbers mean something in one database only."""
    _kept.clear()
    _lives.clear()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A progress that holds from `since` until before `until`, while the campaign's events are those of `mark`."""

    mark: Sequence[Any]
    since: datetime
    until: datetime
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Lives:
    """A campaign's invitations with all their events. `places` are the invitations' columns, `counts` how many events
    each had when it was read, both by id in order of code."""

    places: Mapping[int, Sequence[Any]]
    counts: Mapping[int, int]
    tracks: Mapping[int, life.Track]
    highest: int

    def at(self, as_of: datetime) -> Progress:
        standings = {number: life.state_at(track, as_of) for number, track in self.tracks.items()}
        later = {number for number, track in self.tracks.items() if life.recorded_later(track, as_of)}
        return Progress(
            rate=life.rate_of(list(standings.values()), as_of, len(later)),
            rows=[_row(place, standings[number], as_of, number in later) for number, place in self.places.items()],
            curve=life.curve(list(self.tracks.values()), as_of),
            highest_event=self.highest,
        )

    def last_recorded(self) -> datetime:
        return max((e.recorded_at for track in self.tracks.values() for e in track.events), default=_NEVER)


_NEVER = datetime.min.replace(tzinfo=UTC)
_EVER = datetime.max.replace(tzinfo=UTC)
_KEPT = 32
_kept: OrderedDict[tuple[int, datetime | None], _Kept] = OrderedDict()
_lives: OrderedDict[int, _Lives] = OrderedDict()


async def _renewed(campaign_id: int, as_of: datetime, mark: Sequence[Any]) -> Progress:
    """Made anew and kept. Read after its mark: what comes in between is in it, and the mark is no longer true."""
    lives = await _read(campaign_id, _lives.get(campaign_id))
    found, since = lives.at(as_of), lives.last_recorded()
    if since <= as_of:  # nothing was left out: it holds until somebody's time is over
        ends = [end for row in found.rows for end in _ends(row.standing) if end > as_of]
        _keep(_kept, (campaign_id, None), _Kept(mark, since, min(ends, default=_EVER), found))
    else:
        _keep(_kept, (campaign_id, as_of), _Kept(mark, as_of, as_of + timedelta(microseconds=1), found))
    _keep(_lives, campaign_id, lives)
    return found


def _ends(standing: life.Standing) -> Iterator[datetime]:
    """The moments from which its due times are over (life.over)."""
    for due_at in {standing.due_at, standing.owed_by, standing.correction_due_at}:
        if due_at is not None:
            yield due_at.replace(microsecond=0) + timedelta(seconds=1)


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)


def _row(values: Sequence[Any], standing: life.Standing, as_of: datetime, later: bool) -> Row:
    number, code, name, full_name, kind, group, *_rest = values
    timing, slow = standing.timing(as_of), standing.correction_late(as_of)
    return Row(number, code, name, full_name, kind, group, standing, timing, later, slow)


async def states(campaign_ids: Collection[int]) -> Mapping[int, Mapping[life.State, int]]:
    """How many invitations of each campaign stand in each state now; for life.share."""
    rows = (
        await Invitation.filter(campaign_id__in=list(campaign_ids))
        .annotate(count=Count("id"))
        .group_by("campaign_id", "state")
        .values_list("campaign_id", "state", "count")
    )
    found: dict[int, dict[life.State, int]] = {}
    for campaign, state, count in rows:
        found.setdefault(campaign, {})[life.State(state)] = count
    return found


async def _read(campaign_id: int, known: _Lives | None = None) -> _Lives:
    """The campaign's invitations and events; of what is `known` only those invitations to which something happened."""
    if known is not None:
        counts: dict[int, int] = {row[0]: row[1] for row in await _fetched("counts", campaign_id)}
        if counts.keys() == known.counts.keys():
            return await _brought_up(known, counts)
    places = {row[0]: row for row in await _fetched("invitations", campaign_id)}
    counts = {number: place[-1] for number, place in places.items()}
    events, highest = _lived(await _fetched("events", campaign_id))
    tracks = {number: _track(place, events.get(number, ())) for number, place in places.items()}
    return _Lives(places, counts, tracks, highest)


async def _brought_up(known: _Lives, counts: Mapping[int, int]) -> _Lives:
    changed = [number for number, count in counts.items() if count != known.counts[number]]
    rows = await Event.filter(invitation_id__in=changed).order_by("invitation_id", "seq").values_list(*_EVENT)
    events, highest = _lived(rows)
    anew = {number: _track(known.places[number], events.get(number, ())) for number in changed}
    return replace(known, counts=counts, tracks={**known.tracks, **anew}, highest=max(highest, known.highest))


def _track(place: Sequence[Any], events: Sequence[life.Event]) -> life.Track:
    return life.Track(place[1], place[4], place[5], _moment(place[6]), tuple(events))


def _lived(rows: Iterable[Sequence[Any]]) -> tuple[dict[int, list[life.Event]], int]:
    """The events by invitation, in the order of their numbers; and the highest id."""
    found: dict[int, list[life.Event]] = {}
    highest = 0
    for invitation, act, to, at, recorded_at, nil, due_at, number in rows:
        due = None if due_at is None else _moment(due_at)
        event = life.Event(_ACTS[act], _STATES[to], _moment(at), _moment(recorded_at), bool(nil), due)
        found.setdefault(invitation, []).append(event)
        highest = max(highest, number)
    return found, highest


async def _mark(campaign_id: int) -> Sequence[Any]:
    """How many invitations and events the campaign has, by which one sees whether any has come: none is ever changed
    or taken away. Numbers of events would not do: on PostgreSQL a lower one may be committed after a higher one."""
    return tuple((await _fetched("mark", campaign_id))[0])


async def places() -> Mapping[str, tuple[int, int]]:
    """The units' places on the tile map (column, row), by code; a unit without one is absent."""
    rows = await _fetched("tiles", None)
    return {code: (column, line) for code, column, line in rows}


# The library converts and validates every cell it reads; for the hundreds of rows behind one dashboard that took most
# of the time. It writes the statement, and the few cells that need it are converted here.
_ACTS = {act.value: act for act in life.Act}
_STATES = {state.value: state for state in life.State}
_statements: dict[tuple[str, str], str] = {}


async def _fetched(what: str, campaign_id: int | None) -> Sequence[Sequence[Any]]:
    """The rows that `_query` names, as the driver gives them."""
    connection = connections.get("default")
    key = what, str(connection.capabilities.dialect)
    if key not in _statements:
        _statements[key] = _query(what).sql()
    values = [] if campaign_id is None else [campaign_id]
    rows: Sequence[Sequence[Any]] = (await connection.execute_query(_statements[key], values))[1]
    return rows


def _query(what: str) -> ValuesListQuery[Any]:
    """The statement of that name, about the campaign given as its one value."""
    mine, placed = Invitation.filter(campaign_id=0), Unit.filter(tile_col__not_isnull=True, tile_row__not_isnull=True)
    match what:
        case "invitations":
            return mine.order_by("code").values_list(*_INVITATION)
        case "counts":
            return mine.order_by("code").values_list("id", "events_count")
        case "mark":
            return mine.annotate(units=Count("id"), lived=Sum("events_count")).values_list("units", "lived")
        case "tiles":
            return placed.values_list("code", "tile_col", "tile_row")
    return Event.filter(invitation__campaign_id=0).order_by("invitation_id", "seq").values_list(*_EVENT)


def _moment(value: datetime | str) -> datetime:
    """SQLite keeps moments as text in UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
