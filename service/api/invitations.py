"""One unit in one campaign, by API: list, link, draft, submission, intake."""

from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from forms.answers import nest
from forms.values import clean
from service import answerwords, life, web
from service.api import reply
from service.errors import Invalid, NotFound
from service.flow import campaigns, drafts, entry, intakes, progress, reviews, rosteracts, submissions, terms
from service.flow.remarks import Asked
from service.models import Event, Submission
from service.words import _

LONGEST_KEY = 200
LONGEST_CODE = 10


def _where(request: Request) -> tuple[int, str]:
    """The campaign's id and the unit's code. Raises NotFound for a code longer than codes are."""
    code: str = request.path_params["unit"]
    if len(code) > LONGEST_CODE:
        raise NotFound()
    return request.path_params["id"], code


async def index(request: Request) -> Response:
    """The invitations as of a moment; `state` keeps those in one state."""
    campaign = await campaigns.published(request.path_params["id"])
    as_of = campaigns.figures_at(campaign, reply.moment(request, "as_of"), web.now(request))
    wanted = request.query_params.get("state")
    if wanted is not None and wanted not in set(life.State):
        raise Invalid([{"field": "state", "message": _("Không có trạng thái này.")}])
    found = await progress.of(campaign.id, as_of)
    rows = [row for row in found.rows if wanted is None or row.standing.state == wanted]
    sent = await _submissions(campaign.id, as_of)

    def shape(row: progress.Row) -> dict[str, object]:
        standing, submission = row.standing, sent.get(row.id)
        return {
            "unit": row.code,
            "full_name": row.full_name,
            "state": standing.state,
            "timing": row.timing,
            "due_at": standing.due_at,
            "original_due_at": standing.original_due_at,
            "correction_due_at": standing.correction_due_at,
            "correction_late": standing.correction_late(as_of),
            "first_sent_at": standing.first_sent_at,
            "nil": standing.nil,
            "submission": _submission(submission) if submission else None,
        }

    return reply.page(request, rows, shape)


async def _submissions(campaign_id: int, as_of: datetime) -> dict[int, Submission]:
    """The last submission of each invitation that was recorded by then, without its answers."""
    rows = Submission.filter(invitation__campaign_id=campaign_id, recorded_at__lte=as_of).order_by("number")
    columns = ("id", "invitation_id", "number", "receipt", "submitted_at", "hash")
    return {row.invitation_id: row for row in await rows.only(*columns)}


async def link(request: Request) -> Response:
    """A fresh personal link; it revokes none that was mailed."""
    settings = web.settings(request)
    found = await entry.fresh_link(*_where(request), reply.who(request), web.now(request))
    url = entry.address_of(settings.public_url, settings.secret_key, found)
    return reply.reply({"url": url}, 201)


async def draft(request: Request) -> Response:
    """The draft as it stands (what was sent, when there is none), and its version."""
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
    """Send `{answers}` or `{nil: reason}`; the header Idempotency-Key makes a repeat harmless.

    It is sent by staff on the unit's behalf and marked so: a campaign with `signoff` asks no leader then. While the
    unit's own report waits for its leader (awaiting_signoff) it answers 409 wrong_state.
    """
    campaign_id, code = _where(request)
    key, content = _key(request), _content(await reply.body(request))
    who, now = reply.who(request), web.now(request)
    found = await submissions.submit(web.settings(request), campaign_id, code, content, who, key, now)
    if isinstance(found, submissions.Problems):
        raise Invalid(answerwords.problems(found.problems))
    request.app.state.postroom.wake()
    return reply.reply(_submission(found), 201)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "").strip()
    if not 0 < len(key) <= LONGEST_KEY:
        message = _("Thiếu tiêu đề Idempotency-Key, hoặc dài quá {limit} ký tự.").format(limit=LONGEST_KEY)
        raise Invalid([{"field": "Idempotency-Key", "message": message}])
    return key


def _content(body: Mapping[str, object]) -> submissions.Content:
    match body.get("answers"), body.get("nil"):
        case dict() as answers, None:
            return submissions.Given(answers)
        case None, str() as reason:
            return submissions.Nil(reason)
    raise Invalid([{"field": "answers", "message": _("Cần đúng một trong hai: answers hoặc nil.")}])


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


async def accept(request: Request) -> Response:
    """What was sent is checked and right; it may still be returned later. The body is not read."""
    return _happened(request, await reviews.accept(*_where(request), reply.who(request), web.now(request)))


async def hand_back(request: Request) -> Response:
    """Hand back for correction what was sent: {remark?, remarks?: [{question, remark}], due?}.

    A remark about the whole, or one for a question, is needed; `question` is a flat key, or the name of a question
    that stands there once. Without due, two working days from now, or the unit's own due time when that comes later.
    It does not count as responded until it is sent again.
    """
    body = await reply.body(request)
    remark = body.get("remark")
    due = terms.due(body["due"]) if body.get("due") is not None else None
    told, asked = clean(remark) if isinstance(remark, str) else "", _remarks(body.get("remarks"))
    settings, who, now = web.settings(request), reply.who(request), web.now(request)
    return _happened(request, await reviews.hand_back(settings, *_where(request), told, who, now, due, asked=asked))


def _remarks(given: object) -> list[Asked]:
    """Remarks by question. Raises Invalid for what is no list of them."""
    found = []
    for one in given if isinstance(given, list) else [] if given is None else [None]:
        question, text = (one.get("question"), one.get("remark")) if isinstance(one, dict) else (None, None)
        if not isinstance(question, str) or not isinstance(text, str):
            message = _("Mỗi nhận xét cần question và remark.")
            raise Invalid([{"field": "remarks", "message": message}])
        found.append(Asked(question, clean(text)))
    return found


async def extend(request: Request) -> Response:
    """Give a unit a later due time: {due, reason}. Days count from the due time in force, or now when it has passed."""
    body = await reply.body(request)
    due, who = terms.due(body.get("due")), reply.who(request)
    where, now = (web.settings(request), *_where(request)), web.now(request)
    return _happened(request, await rosteracts.extend(*where, due, _reason(body), who, now))


async def exempt(request: Request) -> Response:
    """Take a unit off the roster: {reason}. It is not expected any longer."""
    reason, where = _reason(await reply.body(request)), (web.settings(request), *_where(request))
    return _happened(request, await rosteracts.exempt(*where, reason, reply.who(request), web.now(request)))


async def include(request: Request) -> Response:
    """Put an exempt unit back on the roster: {reason}. It stands as it stood before."""
    reason, where = _reason(await reply.body(request)), (web.settings(request), *_where(request))
    return _happened(request, await rosteracts.include(*where, reason, reply.who(request), web.now(request)))


def _reason(body: Mapping[str, object]) -> str:
    reason = body.get("reason")
    return clean(reason) if isinstance(reason, str) else ""


def _happened(request: Request, event: Event) -> Response:
    request.app.state.postroom.replan()
    return reply.reply({"state": event.to, "due_at": event.due_at, "recorded_at": event.recorded_at}, 201)
