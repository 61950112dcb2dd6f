"""The texts of mails as the office edits them: versions that are kept, and what a unit would read of one.

A change holds from the next mail that is composed; each message's record says by which version it was written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from reminders import texts
from reminders.clean import one_line, storable
from reminders.message import as_html
from reminders.texts import Fault, Template
from service import mailwords, textwords
from service.errors import Invalid, NotFound, ServiceError
from service.flow import audit, campaigns, mailtexts, plans
from service.flow.principal import Principal
from service.models import Campaign, Invitation, MailText
from service.settings import Settings
from service.words import N_, _, fold


class TextChanged(ServiceError):
    status = 409
    code = "text_changed"
    message = N_(
        "Mẫu thư vừa được người khác sửa. Những gì anh/chị viết còn nguyên; "
        "vui lòng xem bản hiện nay rồi lưu lần nữa nếu vẫn muốn thay."
    )


class TextFaulty(Invalid):
    """A text that cannot be used; the page has the words for it, by field."""

    def __init__(self, found: Sequence[Fault], name: str) -> None:
        super().__init__([{"field": fault.field, "message": textwords.fault(fault, name)} for fault in found])


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the texts: the one in force, its version (0: the one that ships), and all versions, newest first."""

    name: str
    template: Template
    number: int
    versions: Sequence[MailText] = field(default_factory=tuple)


async def index() -> list[Sheet]:
    """All texts in their order, without their versions."""
    found = await mailtexts.in_force()
    return [Sheet(name, *found.get(name, (texts.load(name), 0))) for name in texts.NAMES]


async def sheet(name: str) -> Sheet:
    """Raises NotFound."""
    if name not in texts.NAMES:
        raise NotFound()
    versions = await MailText.filter(name=name).order_by("-number")
    template, _number = (await mailtexts.in_force()).get(name, (texts.load(name), 0))
    return Sheet(name, template, versions[0].number if versions else 0, versions)


def version(found: Sheet, number: int) -> Template:
    """The text of one version. Raises NotFound."""
    if number == 0:
        return texts.load(found.name)
    for row in found.versions:
        if row.number == number:
            return Template(row.subject, row.text) if row.text else texts.load(found.name)
    raise NotFound()


def typed(subject: str, text: str) -> Template:
    """A template from what stands in a form, however long: what is too much is told, not cut."""
    lines = storable(text).replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    return Template(one_line(storable(subject), len(subject)), "\n".join(map(str.rstrip, lines)) + "\n")


async def save(name: str, wanted: Template, seen: int, who: Principal, now: datetime) -> bool:
    """Put a text in force in the place of version `seen`; whether it differs. Raises TextFaulty, TextChanged, NotFound.

    One that says what the shipped one says is that one, and follows it when the product gets a better one.
    """
    found = texts.faults(wanted, name) if name in texts.NAMES else ()
    if found:
        raise TextFaulty(found, name)
    try:
        async with in_transaction():
            before = await sheet(name)
            if before.number != seen:
                raise TextChanged()
            if wanted == before.template:
                return False
            kept = Template("", "") if wanted == texts.load(name) else wanted
            await MailText.filter(name=name, in_force=True).update(in_force=False)
            number = before.number + 1
            await MailText.create(name=name, number=number, subject=kept.subject, text=kept.text, at=now, by=who.ref)
            digest = hashlib.sha256(f"{wanted.subject}\n{wanted.text}".encode()).hexdigest()
            await audit.record("mail_text.save", f"mail_text:{name}", who, now, {"version": number, "sha256": digest})
    except IntegrityError as error:  # somebody saved at the same moment
        raise TextChanged() from error
    return True


@dataclass(frozen=True, slots=True)
class Shown:
    """What a unit would read: subject, text and HTML with its link masked; of nobody yet when `unit` is ""."""

    unit: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Choice:
    """For whom a text is looked at. `campaigns` to choose from, by id; `unit` is a name or code as typed."""

    campaigns: Mapping[int, str]
    campaign: int | None
    unit: str


async def choice(campaign: int | None, unit: str) -> Choice:
    """The campaign asked for, else the newest that is published, else the newest."""
    rows = await Campaign.all().order_by("-id").values_list("id", "title", "published_at")
    titles = {int(number): str(title) for number, title, _published in rows}
    published = [number for number, _title, published in rows if published]
    chosen = campaign if campaign in titles else next(iter([*published, *titles]), None)
    return Choice(titles, chosen, unit.strip())


async def preview(settings: Settings, name: str, template: Template, chosen: Choice, now: datetime) -> Shown:
    """A template as one unit would get it now, with examples where there is nothing yet to tell.

    Raises TextFaulty, and Invalid (field: unit) when no unit of the campaign is called so.
    """
    found = texts.faults(template, name)
    if found:
        raise TextFaulty(found, name)
    examples = {one: textwords.example(one) for one in texts.KINDS[name].placeholders - set(texts.LATE)}
    campaign = await campaigns.get(chosen.campaign) if chosen.campaign is not None else None
    invitation = await _invitation(campaign, chosen.unit, now) if campaign else None
    if invitation is None:
        return _shown("", *texts.render(template, examples))
    more = {one: examples[one] for one in texts.KINDS[name].more}
    writer = mailtexts.Writer(settings, now)
    return _shown(invitation.full_name, *await writer.filled(template, invitation, examples["nguoi_nhan"], more))


def _shown(unit: str, subject: str, text: str) -> Shown:
    masked = mailwords.masked(text)
    return Shown(unit, subject, masked, as_html(masked, [_(mailwords.LINK)], "#"))


async def _invitation(campaign: Campaign, wanted: str, now: datetime) -> Invitation | None:
    """The first unit's invitation that fits; before publication the one it would get. None: nobody is on the roster
    yet, or there is no due time. Raises Invalid."""
    if campaign.published_at is not None:
        found = list(await Invitation.filter(campaign_id=campaign.id).order_by("code"))
    else:
        due_at = (await plans.timing(campaign, now)).due_at
        chosen = await campaigns.roster(campaign) if due_at else []
        found = [mailtexts.unborn(campaign, unit, due_at) for unit in chosen if due_at]
    fitting = [one for one in found if wanted == one.code or fold(wanted) in fold(one.full_name)]
    if found and not fitting:
        message = _("Không có đơn vị “{unit}” trong đợt này. Vui lòng nhập tên hoặc mã đơn vị.")
        raise Invalid([{"field": "unit", "message": message.format(unit=wanted)}])
    for one in fitting[:1]:
        one.campaign = campaign
        return one
    return None
