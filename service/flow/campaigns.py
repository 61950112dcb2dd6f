"""Campaigns: created, reviewed, published (roster and due dates frozen), their invitations called back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from reminders import deadlines as counting
from reminders import outbox, steps, timeline
from service import files
from service.errors import AlreadyPublished, Invalid, NotFound, NotPublished, ServiceError
from service.flow import approvals, audit, calendars, deadlines, lookups, recipients
from service.flow.deadlines import Deadline
from service.flow.principal import Principal
from service.flow.terms import Terms
from service.models import Campaign, ContactLink, FormVersion, Invitation, Staff, StoredFile, Unit
from service.settings import Settings
from service.words import N_, _, collation, moment

CALL_BACK = timedelta(minutes=5)


class BeforePublication(ServiceError):
    status = 422
    code = "before_publication"
    message = N_("Đợt khảo sát được phát hành lúc {published}; trước đó chưa có số liệu nào.")


class CannotCallBack(ServiceError):
    status = 409
    code = "cannot_call_back"
    message = N_("Đã quá 5 phút từ khi phát hành hoặc thư đã gửi, không gọi lại được nữa.")


async def create(
    settings: Settings, terms: Terms, who: Principal, now: datetime, letter: tuple[str, bytes] | None = None
) -> Campaign:
    """A campaign not yet published. `letter` is the official letter as PDF. Raises Invalid, BadFile."""
    await _check_references(terms)
    kept = await _kept(settings, letter)
    async with in_transaction():
        campaign = await Campaign.create(**_columns(terms), letter_file=await _stored(kept, now), created_at=now)
        await audit.record("campaign.create", f"campaign:{campaign.id}", who, now)
    return campaign


async def change(
    settings: Settings,
    campaign_id: int,
    terms: Terms,
    who: Principal,
    now: datetime,
    letter: tuple[str, bytes] | None = None,
) -> Campaign:
    """Other terms for a campaign that is not published yet; a letter given takes the place of the one before.

    Raises AlreadyPublished, Invalid, BadFile.
    """
    await _check_references(terms)
    kept = await _kept(settings, letter)
    async with in_transaction():
        campaign = await locked(campaign_id)
        if campaign.published_at:
            raise AlreadyPublished()
        stored = await _stored(kept, now)
        changes = _columns(terms) | ({"letter_file_id": stored.id} if stored else {})
        await campaign.update_from_dict(changes).save()
        await audit.record("campaign.change", f"campaign:{campaign.id}", who, now)
    return campaign


async def _kept(settings: Settings, letter: tuple[str, bytes] | None) -> dict[str, Any] | None:
    """The official letter on disk, as the columns of its row. Raises BadFile, EmptyFile, TooLarge."""
    if letter is None:
        return None
    name, data = letter
    digest, content_type = await files.take(settings.files_dir, name, data, files.DOCUMENT)
    return {"sha256": digest, "name": files.clean_name(name), "size": len(data), "content_type": content_type}


async def _stored(kept: dict[str, Any] | None, now: datetime) -> StoredFile | None:
    return await StoredFile.create(**kept, created_at=now) if kept else None


def _columns(terms: Terms) -> dict[str, Any]:
    return {
        "title": terms.title,
        "form_id": terms.form,
        "letter_number": terms.letter_number,
        "letter_date": terms.letter_date,
        "letter_subject": terms.letter_subject,
        "staff_id": terms.staff,
        "period_from": terms.period_from,
        "period_to": terms.period_to,
        "opens_at": terms.opens_at,
        "closes_at": terms.closes_at,
        "due_at": terms.due.at,
        "due_days": terms.due.days,
        "due_kind": terms.due.kind,
        "roster": None if terms.roster == "all" else list(terms.roster),
        "reminders": steps.to_json(terms.reminders),
        "allow_nil": terms.allow_nil,
        "signoff": terms.signoff,
        "illustrative": terms.illustrative,
    }


async def _check_references(terms: Terms) -> None:
    problems: list[dict[str, object]] = []
    if not await FormVersion.exists(id=terms.form):
        problems.append({"field": "form", "message": _("Không có mẫu phiếu này. Vui lòng chọn lại.")})
    if terms.staff is not None and not await Staff.exists(id=terms.staff, active=True):
        problems.append({"field": "staff", "message": _("Không có chuyên viên này. Vui lòng chọn lại.")})
    if await approvals.unknown_approvers(terms.reminders):
        problems.append({"field": "reminders", "message": _("Không có người duyệt này. Vui lòng chọn lại.")})
    if terms.roster != "all":
        known = {unit.code for unit in await Unit.filter(code__in=list(terms.roster), active=True)}
        unknown = [code for code in terms.roster if code not in known]
        if unknown:
            message = _("Không có đơn vị mang mã: {codes}.").format(codes=", ".join(unknown[:10]))
            problems.append({"field": "units", "message": message})
    if problems:
        raise Invalid(problems)


async def get(campaign_id: int) -> Campaign:
    """The campaign with staff member and letter loaded (its form is large: flow.forms). Raises NotFound."""
    campaign = await lookups.one(Campaign, id=campaign_id)
    if campaign is None:
        raise NotFound()
    staff, letter = campaign.staff_id, campaign.letter_file_id
    campaign.staff = await lookups.one(Staff, id=staff) if staff is not None else None
    campaign.letter_file = await lookups.one(StoredFile, id=letter) if letter is not None else None
    return campaign


async def published(campaign_id: int) -> Campaign:
    campaign = await get(campaign_id)
    if campaign.published_at is None:
        raise NotPublished()
    return campaign


def figures_at(campaign: Campaign, wanted: datetime, now: datetime) -> datetime:
    """The moment that figures are given for: nothing is known of the future. Raises BeforePublication."""
    assert campaign.published_at is not None
    if wanted < campaign.published_at:
        raise BeforePublication(published=moment(campaign.published_at))
    return min(wanted, now)


async def locked(campaign_id: int) -> Campaign:
    """The campaign, locked to the end of the transaction. Raises NotFound."""
    campaign = await Campaign.select_for_update().get_or_none(id=campaign_id)
    if campaign is None:
        raise NotFound()
    return campaign


async def roster(campaign: Campaign) -> list[Unit]:
    """The units a campaign that is not published would go to, in alphabetical order."""
    found = Unit.filter(active=True)
    if campaign.roster is not None:
        found = found.filter(code__in=campaign.roster)
    return sorted(await found, key=lambda unit: collation(unit.full_name))


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing now would do, for people to look at before they press the button."""

    units: list[Unit]
    deadline: Deadline
    moments: Sequence[timeline.Moment]
    without_address: list[Unit]
    letters: int
    warnings: list[str]
    obstacles: list[str]

    @property
    def due_at(self) -> datetime | None:
        return self.deadline.due_at


async def preview(campaign: Campaign, now: datetime) -> Preview:
    """The review before publication: roster, due time, reminder moments, warnings, obstacles."""
    calendar, plan = await calendars.current(), steps.from_json(campaign.reminders)
    chosen = await roster(campaign)
    mailboxes = await recipients.by_unit([unit.id for unit in chosen])
    without = [u for u in chosen if not any(r.role == "official" for r in mailboxes.get(u.id, ()))]
    deadline = deadlines.judge(deadlines.timing_of(campaign), now, calendar, plan)
    warnings = list(deadline.warnings)
    obstacles = [*([] if chosen else [_("Chưa có đơn vị nào để gửi.")]), *deadline.obstacles]
    moments: Sequence[timeline.Moment] = ()
    if deadline.due_at is not None:
        moments, cut = timeline.known_moments(plan, deadline.due_at, calendar)
        if cut:
            warnings.append(_("Lịch nghỉ lễ chưa đủ cho các lần nhắc cuối; các lần đó sẽ không gửi."))
    if without:
        message = _("{count} đơn vị chưa có địa chỉ thư của công chức đầu mối, sẽ không nhận được thư.")
        warnings.append(message.format(count=len(without)))
    alone = sum(not recipients.separate(mailboxes.get(unit.id, ())) for unit in chosen) if campaign.signoff else 0
    if alone:
        message = _("{count} đơn vị chưa có thư riêng của lãnh đạo, sẽ gửi kèm văn bản lãnh đạo đã ký thay cho duyệt.")
        warnings.append(message.format(count=alone))
    if not await Staff.exists(id=campaign.staff_id or 0, phone__not=""):
        warnings.append(_("Chuyên viên phụ trách chưa có số điện thoại: đơn vị cần hỗ trợ sẽ không biết gọi ai."))
    letters = sum(len(recipients.mailboxes(mailboxes.get(u.id, ()), "official")) for u in chosen)
    return Preview(chosen, deadline, moments, without, letters, warnings, obstacles)


async def publish(settings: Settings, campaign_id: int, who: Principal, now: datetime) -> Campaign:
    """Freeze roster and due date and queue the invitations, which wait five minutes.

    Raises AlreadyPublished, or Invalid with the obstacles.
    """
    async with in_transaction() as connection:
        campaign = await locked(campaign_id)
        if campaign.published_at:
            raise AlreadyPublished()
        # What is frozen is decided on the locked row: a colleague may have saved other terms a moment ago.
        found = await preview(campaign, now)
        if found.obstacles or found.due_at is None:
            raise Invalid([{"message": message} for message in found.obstacles])
        mailboxes = await recipients.by_unit([unit.id for unit in found.units])
        campaign.published_at, campaign.due_at = now, found.due_at
        explained = found.deadline.explained
        campaign.due_explained = counting.to_json(explained) if explained else None
        await campaign.save(update_fields=["published_at", "due_at", "due_explained"])
        await Invitation.bulk_create([_invitation(campaign, unit, found.due_at) for unit in found.units])
        invitations = await Invitation.filter(campaign=campaign)
        letters = [
            recipients.letter("invitation", invitation, recipient, not_before=first_mail(campaign, now))
            for invitation in invitations
            for recipient in recipients.mailboxes(mailboxes.get(invitation.unit_id, ()), "official")
        ]
        await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))
        data = {"units": len(invitations), "letters": len(letters), "due_at": found.due_at.isoformat()}
        await audit.record("campaign.publish", f"campaign:{campaign.id}", who, now, data)
    return campaign


def first_mail(campaign: Campaign, now: datetime) -> datetime:
    """When the invitations go out if the campaign is published at `now`."""
    return max(now + CALL_BACK, campaign.opens_at or now)


def _invitation(campaign: Campaign, unit: Unit, when: datetime) -> Invitation:
    return Invitation(
        campaign=campaign,
        unit_id=unit.id,
        code=unit.code,
        name=unit.name,
        full_name=unit.full_name,
        kind=unit.kind,
        group=unit.group,
        parent=unit.parent,
        state="not_sent",
        original_due_at=when,
        due_at=when,
    )


async def call_back(campaign_id: int, who: Principal, now: datetime) -> int:
    """Cancel the invitations that still wait, within five minutes of publication; how many.

    The campaign is a draft again when no letter had left. Raises CannotCallBack.
    """
    async with in_transaction() as connection:
        campaign = await locked(campaign_id)
        if campaign.published_at is None or now >= first_mail(campaign, campaign.published_at):
            raise CannotCallBack()
        if await Invitation.exists(campaign=campaign, events_count__gt=0):
            raise CannotCallBack()
        count = await outbox.recall(connection, now=now, campaign=campaign.id)
        await _withdraw(campaign)
        await audit.record("campaign.call_back", f"campaign:{campaign.id}", who, now, {"letters": count})
    return count


async def _withdraw(campaign: Campaign) -> None:
    """Back to before publication. Nothing had happened to its invitations, so they and their links may go."""
    await ContactLink.filter(
        invitation_id__in=await Invitation.filter(campaign=campaign).values_list("id", flat=True)
    ).delete()
    await Invitation.filter(campaign=campaign).delete()
    due_at = None if campaign.due_kind else campaign.due_at
    await Campaign.filter(id=campaign.id).update(published_at=None, due_at=due_at, due_explained=None)


def in_call_back(campaign: Campaign, now: datetime) -> bool:
    """Whether the invitations still wait and can be called back."""
    return campaign.published_at is not None and now < first_mail(campaign, campaign.published_at)
