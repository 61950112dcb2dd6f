"""What mails say: the office's texts, filled in with what the service knows at that moment."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from forms.answers import evaluate
from reminders import address, ics, texts
from reminders.calendar import Calendar, CalendarGap
from reminders.ports import Composed
from reminders.texts import KINDS, Template
from service import life, words
from service.flow import assignments, carrying, forms, lookups, progress, recipients, units
from service.models import Campaign, Draft, EventNote, Invitation, MailText, Staff, Submission, Unit
from service.settings import Settings
from service.words import _

log = logging.getLogger(__name__)
BEGUN = (life.State.DRAFT, life.State.AWAITING_SIGNOFF)


async def in_force() -> dict[str, tuple[Template, int]]:
    """The texts that the office wrote and the numbers of their versions, by name; the others are as they ship."""
    found: dict[str, tuple[Template, int]] = {}
    for row in await lookups.every(MailText, "number", in_force=True):
        template = Template(row.subject, row.text)
        if not row.text:
            template = texts.load(row.name)
        elif texts.faults(template, row.name):
            # It was written for placeholders that are no more; the mail goes all the same.
            log.error("version %d of the text %s cannot be used; the one that ships is", row.number, row.name)
            continue
        found[row.name] = template, row.number
    return found


async def preview(settings: Settings, campaign: Campaign, unit: Unit, due_at: datetime, at: datetime) -> Composed:
    """The invitation a unit would get, before publication; `{link}` stays."""
    return await Writer(settings, at).composed(unborn(campaign, unit, due_at), "invitation", "")


def unborn(campaign: Campaign, unit: Unit, due_at: datetime) -> Invitation:
    """The invitation that publication would make, for looking at; it is not stored."""
    return Invitation(
        campaign=campaign, unit=unit, code=unit.code, full_name=unit.full_name, due_at=due_at, state=life.State.NOT_SENT
    )


class Writer:
    """Writes mails as of one moment; what several of them say alike is looked up once.

    Invitations are given with their campaign and its staff member loaded.
    """

    def __init__(self, settings: Settings, at: datetime) -> None:
        self._at = at
        self._settings = settings
        self._mailbox = address.mailbox(settings.mail_from)
        self._sender = recipients.sender(settings)
        self._way_in = way_in(settings)
        self._host = urlsplit(settings.public_url).hostname
        self._calendar: Calendar | None = None
        self._in_force: dict[str, tuple[Template, int]] | None = None
        self._shares: dict[int, str] = {}
        self._briefs: dict[int, dict[str, str]] = {}
        self._events: dict[tuple[int, datetime, int, int], ics.Event] = {}
        self._charge: Mapping[str, Staff] | None = None

    async def composed(
        self, invitation: Invitation, name: str, to_name: str, more: Mapping[str, str] | None = None
    ) -> Composed:
        """The text of that name in force now, filled in. `more`: values of placeholders that only such texts have."""
        if self._in_force is None:
            self._in_force = await in_force()
        template, version = self._in_force.get(name) or (texts.load(name), 0)
        subject, text = await self.filled(template, invitation, to_name, more or {})
        calendar = await self._due_file(invitation) if KINDS[name].calendar and invitation.id else ""
        return Composed(subject, text, version, calendar)

    async def receipt(self, invitation: Invitation, submission_id: int, to_name: str, *, with_link: bool) -> Composed:
        """The receipt of one submission, whatever was sent after it."""
        row = Submission.get(id=submission_id).values_list("receipt", "submitted_at", "hash")
        number, submitted_at, digest = await row
        values = {"so_xac_nhan": number, "luc_nhan": words.moment(submitted_at), "ma_kiem_tra": digest}
        return await self.composed(invitation, "receipt" if with_link else "receipt_without_link", to_name, values)

    async def notice(self, invitation: Invitation, name: str, event_id: int, to_name: str) -> Composed:
        """The notice of an act, with the reason or remark given for it."""
        note = await EventNote.get_or_none(event_id=event_id)
        return await self.composed(invitation, name, to_name, {"ly_do": note.text if note else ""})

    async def filled(
        self, template: Template, invitation: Invitation, to_name: str, more: Mapping[str, str]
    ) -> tuple[str, str]:
        """Subject and text of any template. Raises TemplateError."""
        staff = await self._in_charge(invitation)
        values = _values(self._sender, self._way_in, invitation, to_name, staff) | dict(more)
        wanted = template.placeholders()
        if wanted & {"so_phut", "so_lieu"}:
            values |= await self._brief(invitation.campaign.form_id)
        if wanted & {"con_lai", "qua_han"}:
            values |= await self._days(invitation.due_at)
        if "da_gui" in wanted:
            values["da_gui"] = await self._share(invitation.campaign_id)
        if "da_dien" in wanted:
            values["da_dien"] = await self._filled_in(invitation)
        return texts.render(template, values)

    async def _in_charge(self, invitation: Invitation) -> Staff | None:
        """Whom the unit may call: who is in charge of it, or else of the campaign."""
        if self._charge is None:
            self._charge = await assignments.in_charge()
        return self._charge.get(invitation.code, invitation.campaign.staff)

    async def _brief(self, form_id: int) -> dict[str, str]:
        if form_id not in self._briefs:
            brief = await forms.brief(form_id)
            self._briefs[form_id] = {"so_phut": words.number(brief.minutes), "so_lieu": "; ".join(brief.figures)}
        return self._briefs[form_id]

    async def _days(self, due_at: datetime) -> dict[str, str]:
        calendar = await self._known_calendar()
        return {"con_lai": days_left(calendar, due_at, self._at), "qua_han": days_late(calendar, due_at, self._at)}

    async def _known_calendar(self) -> Calendar:
        self._calendar = self._calendar or await units.calendar()
        return self._calendar

    async def _share(self, campaign_id: int) -> str:
        """59/114, by the invitations' present states."""
        if campaign_id not in self._shares:
            responded, expected = life.share((await progress.states([campaign_id])).get(campaign_id, {}))
            self._shares[campaign_id] = f"{words.number(responded)}/{words.number(expected)}"
        return self._shares[campaign_id]

    async def _filled_in(self, invitation: Invitation) -> str:
        """41/47 câu, of the questions that its draft makes relevant; "" when none was begun."""
        if life.State(invitation.state) not in BEGUN:
            return ""
        found = await carrying.standing(invitation, await lookups.one(Draft, invitation_id=invitation.id))
        known = carrying.bound(invitation, invitation.campaign, None)
        pages = evaluate(found.form, found.raw, carrying.moment(invitation, self._at), known).progress
        asked, answered = sum(page.asked for page in pages), sum(page.answered for page in pages)
        return _("{answered}/{asked} câu").format(answered=answered, asked=asked) if answered else ""

    async def _due_file(self, invitation: Invitation) -> str:
        """The calendar file of its due time; a later one takes the place of the one before."""
        staff = await self._in_charge(invitation)
        key = invitation.campaign_id, invitation.due_at, invitation.due_round, staff.id if staff else 0
        if key not in self._events:
            self._events[key] = await self._event(invitation, staff)
        return ics.write(f"phieu-{invitation.id}@{self._host}", self._events[key])

    async def _event(self, invitation: Invitation, staff: Staff | None) -> ics.Event:
        return ics.Event(
            sequence=invitation.due_round,
            due_at=invitation.due_at,
            alarm_at=_working_day_before(await self._known_calendar(), invitation.due_at),
            stamp=self._at,
            summary=_("Hạn gửi phiếu: {title}").format(title=invitation.campaign.title),
            description=self._described(invitation, staff),
            sender=self._sender,
            address=self._mailbox.address,
        )

    def _described(self, invitation: Invitation, staff: Staff | None) -> str:
        """What the calendar says: no personal link, for calendars are shared."""
        lines = [
            _("Hạn gửi: {due}.").format(due=words.due(invitation.due_at)),
            _("Mở phiếu bằng đường dẫn riêng trong thư đã gửi cho công chức đầu mối, hoặc lấy mã dùng một lần tại:"),
            self._way_in,
            _("Chuyên viên phụ trách: {name}").format(name=f"{staff.name} {staff.phone}".strip()) if staff else "",
        ]
        return "\n".join(line for line in lines if line)


def _working_day_before(calendar: Calendar, due_at: datetime) -> datetime:
    """The opening of the office on the working day before; a plain day before where the calendar has a gap."""
    try:
        before = calendar.previous_working(calendar.local(due_at).date())
    except CalendarGap:
        return due_at - timedelta(days=1)
    return calendar.at(before, calendar.office.morning[0])


def _values(sender: str, site: str, invitation: Invitation, to_name: str, staff: Staff | None) -> dict[str, str]:
    campaign = invitation.campaign
    return {
        "don_vi": words.office(invitation.full_name),
        "nguoi_nhan": to_name,
        "khao_sat": campaign.title,
        "van_ban": letter_words(campaign),
        "han_gui": words.due(invitation.due_at),
        "phu_trach": staff.name if staff else "",
        "dien_thoai": staff.phone if staff else "",
        "trang": site,
        "noi_gui": sender,
    }


def way_in(settings: Settings) -> str:
    """The address that people type themselves: there they choose their unit and get a one-time code."""
    return f"{settings.public_url}/vao"


def letter_words(campaign: Campaign, *, subject: bool = True) -> str:
    """số 111/KH-SKHCN ngày 8/7/2025 về việc …, as far as it is known; `subject` False leaves the last part out."""
    parts = []
    if campaign.letter_number:
        parts.append(_("số {number}").format(number=campaign.letter_number))
    if campaign.letter_date:
        parts.append(_("ngày {day}").format(day=words.day(campaign.letter_date)))
    if subject and campaign.letter_subject:
        parts.append(_("về việc {subject}").format(subject=campaign.letter_subject))
    return " ".join(parts)


def days_left(calendar: Calendar, due_at: datetime, at: datetime) -> str:
    """còn 2 ngày làm việc; hết hạn hôm nay; đã quá hạn."""
    if at > due_at:
        return _("đã quá hạn")
    try:
        count = calendar.working_days_between(at, due_at)
    except CalendarGap:
        return ""
    if count > 0:
        return _("còn {count} ngày làm việc").format(count=count)
    if words.local(at).date() == words.local(due_at).date():
        return _("hết hạn hôm nay")
    return _("không còn ngày làm việc nào trước hạn")


def days_late(calendar: Calendar, due_at: datetime, at: datetime) -> str:
    """2 ngày làm việc; the working days since the due day, at least "chưa đến 01 ngày làm việc"; "" before it."""
    if at <= due_at:
        return ""
    try:
        count = calendar.working_days_between(due_at, at)
    except CalendarGap:
        return ""
    return _("{count} ngày làm việc").format(count=count) if count > 0 else _("chưa đến 01 ngày làm việc")
