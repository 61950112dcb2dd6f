"""How a campaign stands: fetches its events and asks service.life, which alone computes the rate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import connections
from tortoise.functions import Count
from tortoise.queryset import ValuesListQuery

from service import life
from service.models import Event, Invitation


@dataclass(frozen=True, slots=True)
class Row:
    """One invitation as lists show it, as of the moment asked for.

    `recorded_later`: its reply took effect by then but was recorded only afterwards. `correction_late`: what it was
    asked to correct came, or is missing, after the correction's due time. `tile`: its place on the tile
    map (column, row), if it has one.
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
    tile: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign as of a moment: the rate, a row per invitation (in order of code), the curve.

    `highest_event` is the last event that was looked at.
    """

    rate: life.Rate
    rows: Sequence[Row]
    curve: Sequence[tuple[datetime, int]]
    highest_event: int


_INVITATION = (
    "id",
    "code",
    "name",
    "full_name",
    "kind",
    "group",
    "original_due_at",
    "unit__tile_col",
    "unit__tile_row",
)
_EVENT = ("invitation_id", "act", "to", "at", "recorded_at", "nil", "due_at", "id")


async def of(campaign_id: int, as_of: datetime) -> Progress:
    """The progress of a published campaign as of a moment, from its stored events alone."""
    invitations = await _fetched("invitations", campaign_id)
    events, highest = await _events(campaign_id)
    tracks = {
        row[0]: life.Track(row[1], row[4], row[5], _moment(row[6]), tuple(events.get(row[0], ())))
        for row in invitations
    }
    standings = {number: life.state_at(track, as_of) for number, track in tracks.items()}
    later = {number for number, track in tracks.items() if life.recorded_later(track, as_of)}
    rows = [_row(values, standings[values[0]], as_of, values[0] in later) for values in invitations]
    return Progress(
        rate=life.rate_of(list(standings.values()), as_of, len(later)),
        rows=rows,
        curve=life.curve(list(tracks.values()), as_of),
        highest_event=highest,
    )


def _row(values: Sequence[Any], standing: life.Standing, as_of: datetime, later: bool) -> Row:
    number, code, name, full_name, kind, group, _due_at, column, line = values
    tile = None if column is None or line is None else (column, line)
    timing, slow = standing.timing(as_of), standing.correction_late(as_of)
    return Row(number, code, name, full_name, kind, group, standing, timing, later, slow, tile)


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


async def _events(campaign_id: int) -> tuple[dict[int, list[life.Event]], int]:
    """The campaign's events by invitation, in the order of their numbers; and the highest id."""
    rows = await _fetched("events", campaign_id)
    found: dict[int, list[life.Event]] = {}
    highest = 0
    for invitation, act, to, at, recorded_at, nil, due_at, number in rows:
        due = None if due_at is None else _moment(due_at)
        event = life.Event(_ACTS[act], _STATES[to], _moment(at), _moment(recorded_at), bool(nil), due)
        found.setdefault(invitation, []).append(event)
        highest = max(highest, number)
    return found, highest


# The library converts and validates every cell it reads; for the hundreds of rows behind one dashboard that took most
# of the time. It writes the statement, and the few cells that need it are converted here.
_ACTS = {act.value: act for act in life.Act}
_STATES = {state.value: state for state in life.State}
_statements: dict[tuple[str, str], str] = {}


async def _fetched(what: str, campaign_id: int) -> Sequence[Sequence[Any]]:
    """The rows of "invitations" or "events" of a campaign, as the driver gives them."""
    connection = connections.get("default")
    key = what, str(connection.capabilities.dialect)
    if key not in _statements:
        _statements[key] = _query(what, campaign_id).sql()
    rows: Sequence[Sequence[Any]] = (await connection.execute_query(_statements[key], [campaign_id]))[1]
    return rows


def _query(what: str, campaign_id: int) -> ValuesListQuery[Any]:
    if what == "invitations":
        return Invitation.filter(campaign_id=campaign_id).order_by("code").values_list(*_INVITATION)
    return Event.filter(invitation__campaign_id=campaign_id).order_by("invitation_id", "seq").values_list(*_EVENT)


def _moment(value: datetime | str) -> datetime:
    """SQLite keeps moments as text in UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
