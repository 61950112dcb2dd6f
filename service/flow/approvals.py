"""Reminders that need a person's word: asked for when their step comes, known to the plan, ended when they lapse.

What people do with them is in flow/approving. A row is kept of each: who was asked, who answered, or that nobody did.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from reminders import plan
from reminders.calendar import Calendar, CalendarGap
from reminders.plan import Ask, Notice
from reminders.ports import Letter
from reminders.steps import Step
from service import words
from service.flow import recipients
from service.models import Approval, Campaign, Staff
from service.settings import Settings
from service.words import _

_NO_BRACES = str.maketrans("{}", "()")


def approver(step: Step, campaign: Campaign) -> int | None:
    """Who is asked: the one whom the plan names, else the campaign's staff member to call; None when there is none."""
    return step.approver or campaign.staff_id


async def approvers(campaign: Campaign, found: Iterable[Step]) -> dict[str, str]:
    """The names of those who are asked, by the ids of the steps that need approval; "" where nobody is named."""
    asked = {step.id: approver(step, campaign) for step in found if step.approve}
    numbers = sorted({number for number in asked.values() if number})
    names = {p.id: p.name for p in await Staff.filter(id__in=numbers)} if numbers else {}
    return {step: names.get(number or 0, "") for step, number in asked.items()}


async def known(campaign_id: int) -> dict[Ask, str]:
    """What people said about the campaign's reminders: approved or refused."""
    rows = (
        await Approval.filter(invitation__campaign_id=campaign_id, state__in=["approved", "refused"])
        .values_list("invitation_id", "step", "occurrence", "due_round", "state")
    )  # fmt: skip
    return {(recipients.reference(i), step, occurrence, due): state for i, step, occurrence, due, state in rows}


async def waits(campaign_id: int) -> bool:
    """Whether somebody's answer about the campaign is waited for."""
    return await Approval.exists(invitation__campaign_id=campaign_id, state="waiting")


async def ask(
    settings: Settings, campaign: Campaign, unapproved: Sequence[Notice], calendar: Calendar, now: datetime
) -> list[Letter]:
    """Ask for what the plan holds back, in the caller's transaction, and end what it holds back no more.

    What nobody answered in time is asked again when its time was prolonged.

    The letters tell those who are asked, once a step and moment.
    """
    ends = {notice.ask: _until(notice, calendar) for notice in unapproved}
    wanted = {notice.ask: notice for notice in unapproved if ends[notice.ask] > now}
    rows = await Approval.filter(invitation__campaign_id=campaign.id, state__in=["waiting", "void", "lapsed"])
    before = {_asked(row): row for row in rows}
    waiting = {ask for ask, row in before.items() if row.state == "waiting"}
    gone = [row.id for ask, row in before.items() if ask in waiting and ask not in wanted]
    await _end(gone, "void", now)
    again = [before[ask].id for ask in wanted if ask in before and ask not in waiting]
    if again:
        ended = Approval.filter(id__in=again, state__in=["void", "lapsed"])
        await ended.update(state="waiting", decided_at=None)
    moved = [before[ask] for ask in wanted if ask in before and before[ask].until != ends[ask]]
    for row in moved:
        await Approval.filter(id=row.id, state="waiting").update(until=ends[_asked(row)])
    new = [_row(notice, campaign, ends[ask], now) for ask, notice in wanted.items() if ask not in before]
    await Approval.bulk_create(new, ignore_conflicts=True)
    fresh = [notice for ask, notice in wanted.items() if ask not in waiting]
    return await _letters(settings, campaign, fresh)


def _asked(row: Approval) -> Ask:
    return recipients.reference(row.invitation_id), row.step, row.occurrence, row.due_round


def _until(notice: Notice, calendar: Calendar) -> datetime:
    """The last moment at which an approved letter can still go."""
    expires_at = notice.expires_at or notice.planned_for + plan.PATIENCE
    try:
        return calendar.last_office_moment(expires_at)
    except CalendarGap:
        return expires_at


async def lapse(now: datetime) -> None:
    """End what nobody answered in time, also of campaigns that run no more."""
    rows = await Approval.filter(state="waiting", until__lte=now).values_list("id", flat=True)
    await _end([int(str(number)) for number in rows], "lapsed", now)


async def _end(ids: Sequence[int], state: str, now: datetime) -> None:
    if ids:
        await Approval.filter(id__in=list(ids), state="waiting").update(state=state, decided_at=now)


def _row(notice: Notice, campaign: Campaign, until: datetime, now: datetime) -> Approval:
    ref, step, occurrence, due_round = notice.ask
    return Approval(
        invitation_id=recipients.invitation_id(ref),
        step=step,
        occurrence=occurrence,
        due_round=due_round,
        approver=approver(notice.step, campaign),
        planned_for=notice.planned_for,
        asked_at=now,
        until=until,
    )


async def _letters(settings: Settings, campaign: Campaign, fresh: Iterable[Notice]) -> list[Letter]:
    """One letter a step and moment to the person asked, when that person has an address."""
    asked: dict[tuple[int | None, str, datetime], set[str]] = {}
    for notice in fresh:
        group = approver(notice.step, campaign), notice.step.id, notice.planned_for
        asked.setdefault(group, set()).add(notice.pending.unit)
    people = {
        p.id: p for p in await Staff.filter(id__in=[n for n, _s, _a in asked if n], active=True).exclude(email="")
    }
    return [
        _letter(settings, campaign, people[number], step, at, len(units))
        for (number, step, at), units in asked.items()
        if number in people
    ]


def _letter(settings: Settings, campaign: Campaign, to: Staff, step: str, at: datetime, units: int) -> Letter:
    # No text of people's may look like a place where a link is put in.
    survey, name = (text.translate(_NO_BRACES) for text in (campaign.title, to.name))
    text = _(
        "Kính gửi anh/chị {name},\n\nTheo lịch nhắc của đợt khảo sát “{survey}”, {count} đơn vị chưa gửi báo cáo đã "
        "đến bước báo lên cấp trên trong đơn vị. Thư chỉ được gửi khi anh/chị duyệt.\n\nVui lòng xem ai nhận thư gì "
        "và duyệt, hoặc không duyệt kèm lý do, tại địa chỉ:\n\n{address}\n\nChưa có trả lời trước bước nhắc "
        "tiếp theo hoặc trước khi đợt khảo sát đóng thì thư không gửi.\n"
    )
    return Letter(
        key=f"approval:{campaign.id}:{step}:{at:%Y%m%dT%H%M%z}:{to.id}",
        kind="notice",
        ref=f"campaign:{campaign.id}",
        campaign=campaign.id,
        to_address=to.email,
        to_name=to.name,
        subject=_("Chờ duyệt: báo cấp trên của {count} đơn vị, {survey}").format(
            count=words.number(units), survey=survey
        ),
        text=text.format(
            name=name, survey=survey, count=words.number(units), address=f"{settings.public_url}/approvals"
        ),
    )


async def rename(campaign: Campaign, found: Iterable[Step]) -> None:
    """Ask those whom the plan names now, in the caller's transaction."""
    for step in found:
        if step.approve:
            waiting = Approval.filter(invitation__campaign_id=campaign.id, step=step.id, state="waiting")
            ids = await waiting.values_list("id", flat=True)
            await Approval.filter(id__in=list(ids)).update(approver=approver(step, campaign))


async def drop(campaign: Campaign, found: Iterable[Step], now: datetime) -> None:
    """End what waits for steps that the plan has no more, in the caller's transaction."""
    kept = [step.id for step in found if step.approve]
    waiting = Approval.filter(invitation__campaign_id=campaign.id, state="waiting").exclude(step__in=kept)
    await _end([int(str(number)) for number in await waiting.values_list("id", flat=True)], "void", now)


async def unknown_approvers(found: Iterable[Step]) -> set[int]:
    """The ids in a plan that name nobody who may approve."""
    named = {step.approver for step in found if step.approver is not None}
    return named - {person.id for person in await candidates()} if named else set()


async def candidates() -> list[Staff]:
    """Who may be named to approve, by name."""
    found = await Staff.filter(active=True, role__in=["staff", "administrator"])
    return sorted(found, key=lambda person: words.collation(person.name))
