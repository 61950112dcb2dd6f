"""A campaign beside an earlier one: rates at the same distance from the due time, both curves, who was late twice."""

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.flow import campaigns, comparison
from service.flow.comparison import Comparison
from service.pages import asked, drawing
from service.words import _, collation


async def show(request: Request) -> Response:
    campaign = await campaigns.published(asked.number(request))
    as_of = asked.as_of(request)
    choices = await comparison.choices(campaign)
    chosen = asked.whole(asked.query(request, "with"))
    before = next((one for one in choices if one.id == chosen), None)
    problem = asked.problem(campaign.published_at, as_of)
    found = None if problem else await comparison.of(campaign, before, as_of.at)
    path = f"/campaigns/{campaign.id}"
    context = {
        "campaign": campaign,
        "found": found,
        "choices": choices,
        "chosen": found.before.id if found else chosen,
        "as_of": as_of,
        "problem": problem,
        "path": path,
        "link": as_of.link,
        **(_drawn(found, as_of.at) if found else {}),
    }
    return web.render(request, "monitor/compare.html", context, 422 if problem else 200)


def _drawn(found: Comparison, as_of: datetime) -> dict[str, object]:
    """Both curves in percent of those expected, the due times on one line."""
    assert found.campaign.published_at is not None
    assert found.campaign.due_at is not None
    assert found.before.published_at is not None
    begin = min(found.campaign.published_at, found.before.published_at + found.moved)
    end = max(as_of, found.campaign.due_at)
    then = [(moment + found.moved, total) for moment, total in found.then.curve if moment + found.moved <= end]
    frame = begin, found.campaign.due_at, as_of
    curves = (
        drawing.curve(_shares(found.now.curve, found.now.rate.expected), 100, *frame),
        drawing.curve(_shares(then, found.then.rate.expected), 100, begin, found.campaign.due_at, end),
    )
    late = sorted(found.late_twice, key=lambda pair: collation(pair[0].full_name))
    return {
        "curve": curves[0],
        "curve_before": curves[1],
        "lines": [(_distance(line.days), line) for line in found.lines],
        "late": late,
        "timing": words.timing,
    }


def _shares(points: Sequence[tuple[datetime, int]], expected: int) -> list[tuple[datetime, int]]:
    return [(moment, round(total * 100 / expected)) for moment, total in points] if expected else []


def _distance(days: int | None) -> str:
    """trước hạn 3 ngày; đúng hạn; sau hạn 5 ngày."""
    if days is None:
        return _("Hiện tại, cùng khoảng cách tới hạn")
    if days == 0:
        return _("Đúng lúc đến hạn")
    text = _("Trước hạn {days} ngày") if days < 0 else _("Sau hạn {days} ngày")
    return text.format(days=abs(days))
