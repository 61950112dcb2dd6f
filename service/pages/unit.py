"""What a unit sees when it is in: its surveys, one survey's contents, and files it may fetch."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from forms.answers import Picture, Progress
from forms.schema import Form, Page
from service import answerwords, deadlinewords, life, web, words
from service.flow import (
    attachments,
    carrying,
    drafts,
    forms,
    ledgeritem,
    mailtexts,
    openness,
    remarks,
    reviews,
    signoff,
    submissions,
    unitrequests,
    units,
)
from service.flow.entry import Visit
from service.flow.filling import Filling, find, load, of_unit, officer
from service.flow.keys import item_at
from service.models import Invitation, Submission
from service.pages import languages, leftover, papers, reading
from service.words import N_, _

STATUS = {
    "todo": N_("Chưa điền"),
    "doing": N_("Đang điền"),
    "wrong": N_("Cần xem lại"),
    "done": N_("Đã xong"),
}


@dataclass(frozen=True, slots=True)
class Content:
    """One line of the table of contents."""

    key: str
    title: str
    status: str
    asked: int
    answered: int
    typed: int

    @property
    def words(self) -> str:
        return _(STATUS[self.status])


@dataclass(frozen=True, slots=True)
class Survey:
    """One campaign on the unit's front page. `owed`: it is to be filled in, or waits for the leader; `left`: how much
    time that leaves, in working days and words; `asked`: what the unit asked for and waits for."""

    invitation: Invitation
    owed: bool
    sent: tuple[Submission, ...]
    left: str = ""
    asked: tuple[str, ...] = ()

    @property
    def awaiting(self) -> bool:
        return life.State(self.invitation.state) in life.WITH_LEADER


def visit_of(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


async def filling_of(request: Request) -> Filling:
    """The visit's own form in the campaign of the address, in its chosen language. Raises NotFound for any other."""
    visit = visit_of(request)
    campaign = int(request.path_params["campaign"])
    found = await load(campaign, web.now(request), unit_id=visit.unit, contact_id=visit.contact)
    return languages.spoken(request, found)


def contents(picture: Picture) -> list[Content]:
    """The sections that have something to fill in or read, with where each stands."""
    found = {progress.key: progress for progress in picture.progress}
    return [
        _content(picture, page, found[page.key]) for page in reading.sections(picture.form) if found[page.key].relevant
    ]


def _content(picture: Picture, page: Page, progress: Progress) -> Content:
    if any(problem.code != "required" for problem in picture.page_problems(page.key)):
        status = "wrong"
    elif progress.complete and (progress.answered or not progress.asked):
        status = "done"
    else:
        status = "doing" if progress.typed else "todo"
    return Content(page.key, reading.title(picture, page), status, progress.asked, progress.answered, progress.typed)


async def home(request: Request) -> Response:
    """What the unit owes, the next due first, and what it sent."""
    visit, now = visit_of(request), web.now(request)
    surveys = await _surveys(visit, now)
    context = {
        "owed": sorted((survey for survey in surveys if survey.owed), key=lambda survey: survey.invitation.due_at),
        "rest": [survey for survey in surveys if not survey.owed],
        "unit_name": surveys[0].invitation.full_name if surveys else "",
        "recommendations": await ledgeritem.count_of_unit(visit.unit),
        "now": now,
    }
    return web.render(request, "unit/home.html", context)


async def _surveys(visit: Visit, now: datetime) -> list[Survey]:
    sent, calendar = await submissions.of_unit(visit.unit), await units.calendar()
    asked = await unitrequests.open_of(visit.unit)
    found = []
    for one in await of_unit(visit.unit):
        state = life.State(one.state)
        waits = state in life.WITH_LEADER and openness.is_open(one.campaign, now)
        owed = waits or _may_fill(one, visit, now)
        left = mailtexts.days_left(calendar, one.due_at, now) if owed and state is not life.State.RECEIVED else ""
        kinds = tuple(_(unitrequests.KINDS[kind]) for kind in asked.get(one.id, ()))
        found.append(Survey(one, owed, tuple(sent.get(one.id, ())), left, kinds))
    return found


def _may_fill(invitation: Invitation, visit: Visit, now: datetime) -> bool:
    return openness.editable(invitation, invitation.campaign, visit.principal, now)


async def overview(request: Request) -> Response:
    """The table of contents while it is filled in; afterwards the receipt."""
    filling, now = await filling_of(request), web.now(request)
    visit = visit_of(request)
    if life.State(filling.invitation.state) in life.WITH_LEADER and await signoff.may_sign(visit):
        return web.redirect(request, f"/u/{filling.campaign.id}/signoff")
    lines = contents(filling.picture)
    number = filling.invitation.id
    remark, reopened = await reviews.last_remark(number) if filling.invitation.due_round else ("", False)
    context = {
        **frame(filling, now),
        "may_fill": openness.editable(filling.invitation, filling.campaign, visit.principal, now),
        "contents": lines,
        "done": sum(line.status == "done" for line in lines),
        "next": next((line for line in lines if line.status != "done"), None),
        "waiting": len(filling.kept),
        "left": await leftover.waiting(filling, now),
        "sent": await submissions.of_invitation(number),
        "changed_by": await _changed_by(filling),
        "officer": await officer(filling.campaign),
        "remark": remark,
        "remarked": remarks.pages(filling.form, await remarks.standing(filling.invitation)),
        "reopened": reopened,
        **await _signing(filling),
        **await _requests(filling, now),
        "counted": _counted(filling),
        "tongues": languages.offered(request, filling.form),
        "only_vietnamese": languages.only_vietnamese(filling.form),
    }
    return web.render(request, "unit/overview.html", context)


async def _signing(filling: Filling) -> dict[str, object]:
    """Where the leader's approval stands, in a campaign that asks for it."""
    if not filling.campaign.signoff:
        return {"asked": None, "refused": None}
    number = filling.invitation.id
    asked, refused = await signoff.asked(number), await signoff.refused(number)
    names = await drafts.people({found.by for found in (asked, refused) if found})
    return {
        "asked": asked,
        "asked_by": names[asked.by] if asked else "",
        "refused": refused,
        "refused_by": names[refused.by] if refused else "",
        "leaders": await signoff.leaders(filling.invitation.unit_id),
    }


async def _requests(filling: Filling, now: datetime) -> dict[str, object]:
    """What the unit asked of staff in this survey, and what it may ask for now."""
    made = await unitrequests.of_invitation(filling.invitation.id)
    waiting = {one.kind for one in made if one.open}
    self_served = "correction" if _amends(filling, now) else ""
    kinds = [kind for kind in unitrequests.KINDS if unitrequests.may_ask(kind, filling.invitation, now)]
    return {
        "requests": made,
        "may_ask": [kind for kind in kinds if kind not in waiting and kind != self_served],
        "request_kinds": unitrequests.KINDS,
        "request_outcomes": unitrequests.OUTCOMES,
    }


def _counted(filling: Filling) -> list[str]:
    """How the due time was counted, while it is the one of publication."""
    if filling.invitation.due_at != filling.invitation.original_due_at:
        return []
    return deadlinewords.frozen(filling.campaign.due_explained)


def frame(filling: Filling, now: datetime) -> dict[str, object]:
    """What every page of one survey shows around its content."""
    return {
        "filling": filling,
        "invitation": filling.invitation,
        "campaign": filling.campaign,
        "home": f"/u/{filling.campaign.id}",
        "unit_name": filling.invitation.full_name,
        "now": now,
        "form_lang": words.foreign(filling.picture.language),
        "responded": life.State(filling.invitation.state) in life.RESPONDED,
        "may_amend": openness.amendable(filling.invitation, filling.campaign, now),
    }


def _amends(filling: Filling, now: datetime) -> bool:
    """Whether the unit corrects, or may correct, by itself what it sent: then it need not ask."""
    invitation = filling.invitation
    amending = invitation.state == life.State.AMENDING and not openness.amending_over(invitation, now)
    return amending or openness.amendable(invitation, filling.campaign, now)


async def _changed_by(filling: Filling) -> str:
    if not filling.updated_by:
        return ""
    return (await drafts.people([filling.updated_by]))[filling.updated_by]


async def dismiss(request: Request) -> Response:
    """What was left over of an earlier version has been seen: it is shown no more, and stays in the record."""
    await web.read_form(request)
    filling, number = await filling_of(request), int(request.path_params["left"])
    await carrying.dismiss(filling.invitation, number, visit_of(request).principal, web.now(request))
    return web.redirect(request, f"/u/{filling.campaign.id}")


async def history(request: Request) -> Response:
    """Who changed which answers, and when."""
    filling = await filling_of(request)
    rows = await drafts.history(filling.invitation.id)
    names = await drafts.people({row.by for row in rows})
    changes = [
        {
            "at": row.at,
            "by": names[row.by],
            "labels": _changed(await forms.built(row.form_id) if row.form_id else filling.form, list(row.changes)),
            "version": row.version,
        }
        for row in rows
    ]
    return web.render(request, "unit/history.html", {**frame(filling, web.now(request)), "changes": changes})


def _changed(form: Form, keys: list[str]) -> list[str]:
    items = [item_at(form, key.lstrip("!")) for key in keys]
    return list(dict.fromkeys(answerwords.short(item.label.plain) or item.name for item in items if item))


async def download(request: Request) -> Response:
    """A file the unit itself gave, always as an attachment."""
    visit = visit_of(request)
    invitation = await find(int(request.path_params["campaign"]), unit_id=visit.unit)
    file, place = await attachments.download(
        web.settings(request), invitation.id, int(request.path_params["attachment"])
    )
    return papers.kept(file, place)


async def letter(request: Request) -> Response:
    """The official letter of the campaign."""
    invitation = await find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    await invitation.campaign.fetch_related("letter_file")
    file, place = await attachments.on_disk(web.settings(request), invitation.campaign.letter_file)
    return papers.kept(file, place)
