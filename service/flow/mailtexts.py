"""What mails say: the room's templates, filled in with what the service knows at that moment."""

from datetime import datetime

from reminders import address, texts
from reminders.calendar import Calendar, CalendarGap
from service import life, words
from service.flow import forms, progress, units
from service.models import Campaign, Invitation, Submission, Unit
from service.settings import Settings
from service.words import _


async def preview(
    settings: Settings, campaign: Campaign, unit: Unit, due_at: datetime, at: datetime
) -> tuple[str, str]:
    """Subject and text of the invitation a unit would get, before publication; `{link}` stays."""
    invitation = Invitation(campaign=campaign, unit=unit, full_name=unit.full_name, due_at=due_at)
    return await Writer(settings, at).composed(invitation, "invitation", "")


class Writer:
    """Writes mails as of one moment; what several of them say alike is looked up once."""

    def __init__(self, settings: Settings, at: datetime) -> None:
        self._at = at
        self._sender = address.mailbox(settings.mail_from).name or "Phiếu"
        self._calendar: Calendar | None = None
        self._shares: dict[int, str] = {}
        self._briefs: dict[int, dict[str, str]] = {}

    async def composed(self, invitation: Invitation, template: str, to_name: str) -> tuple[str, str]:
        """A template filled in for an invitation whose campaign and staff member are loaded."""
        values = _values(self._sender, invitation, to_name)
        wanted = texts.load(template).placeholders()
        if wanted & {"minutes", "figures"}:
            values |= await self._brief(invitation.campaign.form_id)
        if wanted & {"days_left", "days_late"}:
            values |= await self._days(invitation.due_at)
        if "share" in wanted:
            values["share"] = await self._share(invitation.campaign_id)
        return texts.render(template, values)

    async def receipt(
        self, invitation: Invitation, submission_id: int, to_name: str, *, with_link: bool
    ) -> tuple[str, str]:
        """The receipt of one submission, whatever was sent after it; the invitation as in `composed`."""
        row = Submission.get(id=submission_id).values_list("receipt", "submitted_at", "hash")
        number, submitted_at, digest = await row
        values = _values(self._sender, invitation, to_name)
        values |= {"receipt": number, "submitted_at": words.moment(submitted_at), "hash": digest}
        return texts.render("receipt" if with_link else "receipt_without_link", values)

    async def _brief(self, form_id: int) -> dict[str, str]:
        if form_id not in self._briefs:
            brief = await forms.brief(form_id)
            self._briefs[form_id] = {"minutes": words.number(brief.minutes), "figures": "; ".join(brief.figures)}
        return self._briefs[form_id]

    async def _days(self, due_at: datetime) -> dict[str, str]:
        self._calendar = self._calendar or await units.calendar()
        return {
            "days_left": days_left(self._calendar, due_at, self._at),
            "days_late": days_late(self._calendar, due_at, self._at),
        }

    async def _share(self, campaign_id: int) -> str:
        """59/114, by the invitations' present states."""
        if campaign_id not in self._shares:
            responded, expected = life.share((await progress.states([campaign_id])).get(campaign_id, {}))
            self._shares[campaign_id] = f"{words.number(responded)}/{words.number(expected)}"
        return self._shares[campaign_id]


def _values(sender: str, invitation: Invitation, to_name: str) -> dict[str, str]:
    campaign = invitation.campaign
    staff = campaign.staff
    return {
        "unit": words.office(invitation.full_name),
        "recipient": to_name,
        "survey": campaign.title,
        "letter": letter_words(campaign),
        "due": words.due(invitation.due_at),
        "staff_name": staff.name if staff else "",
        "staff_phone": staff.phone if staff else "",
        "site": "",
        "sender": sender,
    }


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
    """2 ngày làm việc; the working days since the due day, at least "trong hôm nay"."""
    try:
        count = calendar.working_days_between(due_at, at)
    except CalendarGap:
        return ""
    return _("{count} ngày làm việc").format(count=count) if count > 0 else _("chưa đến 01 ngày làm việc")
