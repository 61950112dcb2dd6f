"""A campaign's dashboard: 59/114, on time, states, the curve, the tile map and the table of units."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from service import deadlinewords, life, web, words
from service.flow import (
    assignments,
    bulk,
    campaigns,
    exporting,
    overview,
    principal,
    progress,
    reminding,
    unitrequests,
    versions,
    views,
)
from service.life import State, Tally
from service.models import Campaign
from service.pages import asked, board, drawing, selection
from service.pages.asked import AsOf
from service.pages.campaigns import PHASES
from service.words import _, collation


async def dashboard(request: Request) -> Response:
    campaign = await campaigns.get(asked.number(request))
    if campaign.published_at is None:
        return web.redirect(request, f"/campaigns/{campaign.id}/review")
    return await drawn(request, campaign, f"/campaigns/{campaign.id}")


async def drawn(request: Request, campaign: Campaign, path: str, *, reading: bool = False) -> Response:
    """The page of a published campaign at an address; `reading`: without people, acts and ways to other pages."""
    assert campaign.published_at is not None
    as_of = asked.as_of(request)
    context = _head(request, campaign, as_of, path)
    context |= {"reading": reading} | (
        {"requests": (), "charge": {}, "views": ()} if reading else await _office(request, campaign)
    )
    problem = asked.problem(campaign.published_at, as_of)
    if problem:
        return web.render(request, "monitor/dashboard.html", {**context, "problem": problem, "found": None}, 422)
    found = await progress.of(campaign.id, as_of.at)
    context |= _figures(request, found, as_of, context)
    context |= _drawn(campaign, found, as_of, board.Board.of(path, as_of, linked=not reading), await progress.places())
    return web.render(request, "monitor/dashboard.html", context)


async def _office(request: Request, campaign: Campaign) -> dict[str, object]:
    """What only staff see."""
    now, staff = web.now(request), request.state.staff
    return {
        "requests": await unitrequests.waiting(campaign.id),
        "request_kinds": unitrequests.KINDS,
        "form_version": (await versions.brief(campaign.form_id)).version,
        "charge": await assignments.in_charge(),
        "views": await views.of(staff),
        "acts": bulk.ACTS,
        "call_back_until": campaigns.first_mail(campaign, campaign.published_at or now)
        if campaigns.in_call_back(campaign, now)
        else None,
    }


def _head(request: Request, campaign: Campaign, as_of: AsOf, path: str) -> dict[str, object]:
    def to(anchor: str = "units", **params: object) -> str:
        return as_of.link(path, anchor, **params)

    return {
        "campaign": campaign,
        "phase": _(PHASES[overview.phase(campaign, web.now(request))]),
        "letter": reminding.letter_words(campaign),
        "counted": deadlinewords.frozen(campaign.due_explained),
        "as_of": as_of,
        "as_of_day": words.local(as_of.at).date().isoformat(),
        "as_of_words": as_of.words,
        "path": path,
        "to": to,
        "link": as_of.link,
        "problem": "",
    }


def _figures(request: Request, found: progress.Progress, as_of: AsOf, context: Mapping[str, Any]) -> dict[str, object]:
    """The figures, and the table's page of units. `context`: what `_head` and `_office` gave."""
    staff, charge, path = getattr(request.state, "staff", None), context["charge"], context["path"]
    reading = context["reading"]
    wanted = selection.read(request.query_params, found.rows)
    chosen = selection.chosen(found.rows, wanted, charge, staff.id if staff else 0)
    timings = dict.fromkeys(board.TIMINGS, 0)
    for row in found.rows:
        timings[row.timing] += 1
    rate, pages = found.rate, wanted.pages(len(chosen))
    ticks = staff is not None and not reading and staff.role != "viewer" and not as_of.given
    return {
        "found": found,
        "rate": rate,
        "to_review": life.waiting(rate.states),
        "states": [(state, words.state(state), rate.states[state]) for state in State if state in rate.states],
        "timings": [(code, words.timing(code), board.MARKS[code], count) for code, count in timings.items() if count],
        "marks": board.MARKS,
        "timing_words": {code: words.timing(code) for code in board.TIMINGS},
        "bar": _bar(timings),
        "wanted": wanted,
        "count": len(chosen),
        "page": min(wanted.page, pages),
        "pages": pages,
        "page_to": lambda number: as_of.link(path, "units", **wanted.params(), page=number if number > 1 else None),
        "sizes": selection.SIZES,
        "ticks": ticks,
        "unit_rows": board.units(
            wanted.shown(chosen), board.Board.of(path, as_of, linked=not reading), charge, ticks=ticks
        ),
        "state_choices": _state_choices(),
        "charges": [] if reading else selection.charges(charge),
        "sorts": [(code, _(label)) for code, label in selection.SORTS.items()],
        "unit_path": f"{path}/units/",
        "unit_query": as_of.link(""),
    }


def _drawn(
    campaign: Campaign,
    found: progress.Progress,
    as_of: AsOf,
    shared: board.Board,
    places: Mapping[str, tuple[int, int]],
) -> dict[str, object]:
    """The parts that are the same for all that look at it, until something happens: kept with the progress."""
    key = "drawn", shared.path, as_of.given, hash(tuple(places.items()))
    kept = found.memo.get(key)
    if not isinstance(kept, dict):
        kept = found.memo[key] = _tables(found, shared, places)
    assert campaign.published_at is not None
    assert campaign.due_at is not None
    curve = drawing.curve(found.curve, found.rate.expected, campaign.published_at, campaign.due_at, as_of.at)
    return {**kept, "curve": curve}


def _tables(found: progress.Progress, shared: board.Board, places: Mapping[str, tuple[int, int]]) -> dict[str, object]:
    rate, path = found.rate, shared.path.removesuffix("/units/")
    kinds, groups = _tallies(rate.by_kind, words.kind), _tallies(rate.by_group, str)
    half = -(-len(groups) // 2)
    tile_map = drawing.tile_map(found.rows, places)
    return {
        "kinds": kinds,
        "groups": groups,
        "kind_rows": board.tallies(kinds, "kind", path, shared),
        "group_rows": [board.tallies(part, "group", path, shared) for part in (groups[:half], groups[half:]) if part],
        "days": drawing.days(found.curve),
        "map": tile_map,
        "tiles": board.tiles(tile_map, shared) if tile_map else "",
    }


def _state_choices() -> list[tuple[str, str]]:
    counts = [(code, _(label)) for code, (label, _fits) in selection.COUNTS.items()]
    return counts + [(str(state), words.state(state)) for state in State]


def _tallies(found: Mapping[str, Tally], label: object) -> list[tuple[str, str, Tally]]:
    """(code, words, tally) in alphabetical order of the words."""
    assert callable(label)
    named = [(code, str(label(code)), tally) for code, tally in found.items()]
    return sorted(named, key=lambda line: collation(line[1]))


def _bar(timings: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """The parts of the bar over all units: (timing, where it begins, how long) in percent."""
    total = sum(timings.values()) or 1
    parts, start = [], 0.0
    for code, count in timings.items():
        if count:
            parts.append((code, round(start, 2), round(count * 100 / total, 2)))
            start += count * 100 / total
    return parts


async def export(request: Request) -> Response:
    """The campaign as of the moment the page shows, as a file; a large one is asked for on the page of exports."""
    number, as_of = asked.number(request), asked.as_of(request)
    problem = asked.problem((await campaigns.published(number)).published_at, as_of)
    if problem:
        return web.redirect(request, f"/campaigns/{number}", problem)
    kind, codes = request.path_params["kind"], asked.query(request, "values") == "codes"
    order, aside = await exporting.ordered(number, kind, as_of.at, web.now(request), codes=codes)
    if aside:
        said = _("Tệp này lớn nên được lập ở nền: vui lòng bấm “Lập tệp” ở dòng của nó.")
        return web.redirect(request, as_of.link(f"/campaigns/{number}/exports"), said)
    who = principal.staff(request.state.staff.id)
    return web.download(*await exporting.made(web.settings(request), order, who))
