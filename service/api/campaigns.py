"""Campaigns by API: list, create, publish, rate, export."""

from starlette.requests import Request
from starlette.responses import Response

from service import life, web
from service.api import reply
from service.flow import calendars, campaigns, deadlines, exporting, exportprocess, progress, terms
from service.models import Campaign


async def index(request: Request) -> Response:
    """The campaigns, the oldest first."""
    found = await Campaign.all().order_by("id")
    return reply.page(request, found, shape)


async def create(request: Request) -> Response:
    """A campaign that is not published yet; 422 with a problem per field.

    `warnings` tell what is to be known, or mended before publication, about its due time.
    """
    found, now = terms.read(await reply.body(request)), web.now(request)
    campaign = await campaigns.create(web.settings(request), found, reply.who(request), now)
    judged = deadlines.judge(deadlines.timing_of(campaign), now, await calendars.current())
    return reply.reply({**shape(campaign), "warnings": [*judged.obstacles, *judged.warnings]}, 201)


async def show(request: Request) -> Response:
    """One campaign's terms."""
    return reply.reply(shape(await campaigns.get(request.path_params["id"])))


async def publish(request: Request) -> Response:
    """Freeze the roster and the due time, and queue the invitations, which wait five minutes."""
    settings, now = web.settings(request), web.now(request)
    campaign = await campaigns.publish(settings, request.path_params["id"], reply.who(request), now)
    return reply.reply(shape(campaign))


async def rate(request: Request) -> Response:
    """The response rate as of a moment, from what was recorded by then."""
    campaign = await campaigns.published(request.path_params["id"])
    as_of = campaigns.figures_at(campaign, reply.moment(request, "as_of"), web.now(request))
    found = await progress.of(campaign.id, as_of)
    return reply.reply(rate_shape(found.rate))


async def export(request: Request) -> Response:
    """The campaign as of a moment as a file: xlsx, docx (the report), csv, csv.zip (with a table a repeat), json, zip
    (the files that units sent, with a list of their hashes), pdf.zip (each report as PDF, with a list).

    Large ones are made while the call waits; POST to `exports` has them made in the background.
    """
    number, kind, as_of = request.path_params["id"], request.path_params["kind"], reply.moment(request, "as_of")
    now, codes = web.now(request), request.query_params.get("values") == "codes"
    order, aside = await exporting.ordered(number, kind, as_of, now, codes=codes)
    if not aside:
        return web.download(*await exporting.made(web.settings(request), order, reply.who(request)))
    place = await exportprocess.made(web.settings(request), order, reply.who(request), lambda: web.now(request))
    return web.download_once(order.name, order.media_type, place)


def shape(campaign: Campaign) -> dict[str, object]:
    return {
        "id": campaign.id,
        "title": campaign.title,
        "form": campaign.form_id,
        "units": "all" if campaign.roster is None else campaign.roster,
        "period_from": campaign.period_from,
        "period_to": campaign.period_to,
        "opens_at": campaign.opens_at,
        "closes_at": campaign.closes_at,
        "due": {"at": campaign.due_at, "days": campaign.due_days, "kind": campaign.due_kind or None},
        "letter": {
            "number": campaign.letter_number,
            "date": campaign.letter_date,
            "subject": campaign.letter_subject,
        },
        "staff": campaign.staff_id,
        "allow_nil": campaign.allow_nil,
        "signoff": campaign.signoff,
        "reminders": campaign.reminders,
        "published_at": campaign.published_at,
    }


def rate_shape(rate: life.Rate) -> dict[str, object]:
    return {
        "expected": rate.expected,
        "responded": rate.responded,
        "nil": rate.nil,
        "received": rate.received,
        "returned": rate.returned,
        "on_time_original": rate.on_time_original,
        "on_time_extended": rate.on_time_extended,
        "states": {str(state): count for state, count in rate.states.items()},
        "by_kind": {name: tally_shape(tally) for name, tally in rate.by_kind.items()},
        "by_group": {name: tally_shape(tally) for name, tally in rate.by_group.items()},
        "as_of": rate.as_of,
        "recorded_later": rate.recorded_later,
    }


def tally_shape(tally: life.Tally) -> dict[str, int]:
    return {"expected": tally.expected, "responded": tally.responded, "on_time": tally.on_time}
