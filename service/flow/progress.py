"""How a campaign stands: fetches its events and asks service.life, which alone computes the rate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count

from service import life
from service.models import Event, Invitation


@dataclass(frozen=True, slots=True)
class Row:
    """One invitation as lists show it, as of the moment asked for.

    `recorded_later`: its reply took effect by then but was recorded only afterwards. `tile`: its place on the tile
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


_COLUMNS = ("id", "code", "name", "full_name", "kind", "group", "original_due_at", "unit__tile_col", "unit__tile_row")


async def of(campaign_id: int, as_of: datetime) -> Progress:
    """The progress of a published campaign as of a moment, from its stored events alone."""
    invitations = await Invitation.filter(campaign_id=campaign_id).order_by("code").values_list(*_COLUMNS)
    events, highest = await _events(campaign_id)
    tracks = {row[0]: life.Track(row[1], row[4], row[5], row[6], tuple(events.get(row[0], ()))) for row in invitations}
    standings = {number: life.state_at(track, as_of) for number, track in tracks.items()}
    later = {number for number, track in tracks.items() if life.recorded_later(track, as_of)}
    rows = [_row(values, standings[values[0]], as_of, values[0] in later) for values in invitations]
    return Progress(
        rate=life.rate_of(list(standings.values()), as_of, len(later)),
        rows=rows,
        curve=life.curve(list(tracks.values()), as_of),
        highest_event=highest,
    )


def _row(values: tuple[Any, ...], standing: life.Standing, as_of: datetime, later: bool) -> Row:
    number, code, name, full_name, kind, group, _due_at, column, line = values
    tile = None if column is None or line is None else (column, line)
    return Row(number, code, name, full_name, kind, group, standing, standing.timing(as_of), later, tile)


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
    rows = (
        await Event.filter(invitation__campaign_id=campaign_id)
        .order_by("invitation_id", "seq")
        .values_list("invitation_id", "act", "to", "at", "recorded_at", "nil", "due_at", "id")
    )
    found: dict[int, list[life.Event]] = {}
    highest = 0
    for invitation, act, to, at, recorded_at, nil, due_at, number in rows:
        event = life.Event(life.Act(act), life.State(to), at, recorded_at, nil, due_at)
        found.setdefault(invitation, []).append(event)
        highest = max(highest, number)
    return found, highest
