"""One unit in one campaign, by API: list, link, draft, submission, intake."""

from starlette.requests import Request
from starlette.responses import Response

from forms.answers import nest
from service import answerwords, life, web
from service.api import reply
from service.errors import Invalid
from service.flow import campaigns, drafts, entry, intakes, progress, submissions
from service.models import Submission
from service.words import _


def _where(request: Request) -> tuple[int, str]:
    return request.path_params["id"], request.path_params["unit"]


async def index(request: Request) -> Response:
    """The invitations as of a moment; `state` keeps those in one state."""
    campaign = await campaigns.published(request.path_params["id"])
    as_of = reply.moment(request, "as_of")
    wanted = request.query_params.get("state")
    if wanted is not None and wanted not in set(life.State):
        raise Invalid([{"field": "state", "message": _("Không có trạng thái này.")}])
    found = await progress.of(campaign.id, as_of)
    rows = [row for row in found.rows if wanted is None or row.standing.state == wanted]
    numbers = await _submissions([row.id for row in rows])

    def shape(row: progress.Row) -> dict[str, object]:
        standing = row.standing
        submission = numbers.get(row.id)
        shown = submission is not None and submission.recorded_at <= as_of
        return {
            "unit": row.code,
            "full_name": row.full_name,
            "state": standing.state,
            "timing": row.timing,
            "due_at": standing.due_at,
            "original_due_at": standing.original_due_at,
            "first_sent_at": standing.first_sent_at,
            "nil": standing.nil,
            "submission": _submission(submission) if submission is not None and shown else None,
        }

    return reply.page(request, rows, shape)


async def _submissions(invitation_ids: list[int]) -> dict[int, Submission]:
    """The last submission of each invitation."""
    rows = await Submission.filter(invitation_id__in=invitation_ids).order_by("number")
    return {row.invitation_id: row for row in rows}


async def link(request: Request) -> Response:
    """A fresh personal link; it revokes none that was mailed."""
    settings = web.settings(request)
    found = await entry.fresh_link(*_where(request), reply.who(request), web.now(request))
    url = entry.address_of(settings.public_url, settings.secret_key, found)
    return reply.reply({"url": url}, 201)


async def draft(request: Request) -> Response:
    campaign_id, code = _where(request)
    filling = await drafts.load(campaign_id, web.now(request), code=code)
    return _draft(filling)


def _draft(filling: drafts.Filling) -> Response:
    body = {"version": filling.version, "answers": nest(filling.form, filling.raw)}
    return reply.reply(body, headers={"ETag": f'"{filling.version}"'})


async def save_draft(request: Request) -> Response:
    """Replace the whole draft. `If-Match` names the version it was read at; 409 when it is stale."""
    campaign_id, code = _where(request)
    answers = (await reply.body(request)).get("answers")
    if not isinstance(answers, dict):
        raise Invalid([{"field": "answers", "message": _("Thiếu answers.")}])
    who, now = reply.who(request), web.now(request)
    return _draft(await drafts.replace(campaign_id, code, _version(request), answers, who, now))


def _version(request: Request) -> int:
    text = request.headers.get("if-match", "").strip('W/"')
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid([{"field": "If-Match", "message": _("Thiếu tiêu đề If-Match với phiên bản bản nháp.")}])
    return int(text)


async def submit(request: Request) -> Response:
    """Send `{answers}` or `{nil: reason}`; the header Idempotency-Key makes a repeat harmless."""
    campaign_id, code = _where(request)
    body = await reply.body(request)
    content: submissions.Content
    if isinstance(body.get("nil"), str):
        content = submissions.Nil(body["nil"])
    elif isinstance(body.get("answers"), dict):
        content = submissions.Given(body["answers"])
    else:
        raise Invalid([{"field": "answers", "message": _("Cần answers hoặc nil.")}])
    key = request.headers.get("idempotency-key", "")
    who, now = reply.who(request), web.now(request)
    found = await submissions.submit(web.settings(request), campaign_id, code, content, who, key, now)
    if isinstance(found, submissions.Problems):
        raise Invalid(answerwords.problems(found.problems))
    request.app.state.postroom.wake()
    return reply.reply(_submission(found), 201)


def _submission(found: Submission) -> dict[str, object]:
    return {
        "id": found.id,
        "number": found.number,
        "receipt": found.receipt,
        "submitted_at": found.submitted_at,
        "hash": found.hash,
    }


async def intake(request: Request) -> Response:
    """Record a reply that came on paper or through HPnet: {channel, number, date?, received_at, note?}."""
    body = await reply.body(request)
    reader = intakes.read(body)
    found = await intakes.record(web.settings(request), *_where(request), reader, reply.who(request), web.now(request))
    return reply.reply({"id": found.id, "received_at": found.received_at, "recorded_at": found.recorded_at}, 201)
