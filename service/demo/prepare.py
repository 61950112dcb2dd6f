"""Prepares the sample: units, contacts, the survey, and three campaigns with their history."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from tortoise.transactions import in_transaction

from forms.schema import EXPLANATION, Form
from reminders.calendar import Calendar
from service import commands, database
from service.demo import figures
from service.flow import (
    accounts,
    audit,
    campaigns,
    drafts,
    entry,
    forms,
    intakes,
    principal,
    reminding,
    submissions,
    units,
)
from service.flow.terms import Due, Terms
from service.models import AuditRecord, Campaign, Contact, FormVersion, Invitation, Staff, Submission, Unit
from service.settings import Settings
from service.words import ZONE, _

SURVEY = "nd132.xlsx"
# Why a unit's figures differ much from last period's: July's round asked for two weeks, August's for seven.
SHORTER = "Kỳ trước chỉ tính 14 ngày nên số liệu thấp hơn nhiều."
AUGUST_DAYS = 49
HAND_OUT = (figures.AN_LAO, figures.PHU_LIEN, "11914")


class Interrupted(commands.CannotRun):
    """The sample was begun and not finished."""


def _local(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


async def prepare(settings: Settings, now: datetime) -> None:
    """Prepare the sample unless that was done before. Raises Interrupted, or what the database says."""
    await database.migrate(settings.database_url)
    async with database.opened(settings.database_url):
        if await AuditRecord.exists(action=commands.SAMPLE_PREPARED):
            return
        if await Campaign.exists():
            raise Interrupted(
                _(
                    "Dữ liệu trong {folder} không phải bộ mẫu hoàn chỉnh. Vui lòng chuyển thư mục này đi rồi chạy lại."
                ).format(folder=settings.data_dir)
            )
        print(_("Đang chuẩn bị dữ liệu mẫu (chỉ một lần, khoảng nửa phút)…"), flush=True)
        sample = await _begin(settings)
        await _july(sample)
        await _august(sample)
        live = await _live(sample, now)
        async with in_transaction():
            await audit.record(commands.SAMPLE_PREPARED, "demo", principal.SYSTEM, now, {"live": live.id})


@dataclass(frozen=True, slots=True)
class Sample:
    """What the three campaigns share."""

    settings: Settings
    staff: Staff
    version: FormVersion
    form: Form
    maker: figures.Maker
    random: random.Random
    calendar: Calendar

    @property
    def who(self) -> principal.Principal:
        return principal.staff(self.staff.id)


async def _begin(settings: Settings) -> Sample:
    start = _local(2025, 7, 1)
    await units.seed(start)
    await _contacts()
    staff = await accounts.create(
        "chuyenvien", "Phạm Thị Minh Họa", "staff", start, phone="0225 3000 000", email="chuyenvien@skhcn.example"
    )
    data = files("service").joinpath("data", SURVEY).read_bytes()
    version, _warnings = await forms.bring_in(settings, (SURVEY, data), (), principal.staff(staff.id), start)
    form = await forms.built(version.id)
    lists = {name: [choice.name for choice in choices] for name, choices in form.lists.items()}
    shuffle = random.Random(figures.SEED)  # noqa: S311 - a sample, not a secret
    return Sample(settings, staff, version, form, figures.Maker(lists), shuffle, await units.calendar())


async def _contacts() -> None:
    """A made-up official and leader for every unit, at addresses that can belong to nobody (RFC 2606)."""
    rows = []
    for unit in await Unit.filter(active=True).order_by("code"):
        mailbox = f"{unit.code}@haiphong.example"
        rows.append(
            Contact(
                unit=unit, role="official", name="Nguyễn Văn Minh Họa", position="Công chức đầu mối",
                email=f"vhxh.{mailbox}", phone=f"0225 3{unit.code[-3:]} 001",
            )
        )  # fmt: skip
        rows.append(
            Contact(
                unit=unit, role="leader", name="Trần Thị Minh Họa", position="Phó Chủ tịch UBND",
                email=f"lanhdao.{mailbox}", phone=f"0225 3{unit.code[-3:]} 002",
            )
        )  # fmt: skip
    await Contact.bulk_create(rows)


Happening = tuple[datetime, Callable[[datetime], Awaitable[object]]]


async def _play(sample: Sample, campaign: Campaign, happenings: list[Happening], until: datetime) -> None:
    """Let things happen in the order of time, with the postroom at work each office morning."""
    assert campaign.published_at is not None
    room = reminding.Postroom(sample.settings, lambda: until)
    rounds = [(at, room.tick) for at in _mornings(sample.calendar, campaign.published_at, until)]
    first_mail = campaign.published_at + campaigns.CALL_BACK
    for at, act in sorted([(first_mail, room.tick), *rounds, *happenings], key=lambda happening: happening[0]):
        await act(at)


def _mornings(calendar: Calendar, start: datetime, end: datetime) -> Iterator[datetime]:
    day = start.astimezone(ZONE).date() + timedelta(days=1)
    while day <= end.astimezone(ZONE).date():
        if calendar.is_working(day):
            yield datetime.combine(day, time(8, 0, 30), ZONE)
        day += timedelta(days=1)


async def _july(sample: Sample) -> None:
    """59 of 114 recorded by the end of 20/7/2025; one more received on 18/7 but recorded on 22/7."""
    published = _local(2025, 7, 8, 9)
    campaign = await _publish(
        sample,
        published,
        Terms(
            title="Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP (tháng 7/2025)",
            form=sample.version.id,
            due=Due(at=_local(2025, 7, 18, 17)),
            letter_number="111/KH-SKHCN",
            letter_date=date(2025, 7, 8),
            letter_subject="khảo sát tình hình triển khai Nghị định số 132/2025/NĐ-CP ở cấp xã",
            staff=sample.staff.id,
            period_from=date(2025, 7, 1),
            period_to=date(2025, 7, 14),
            closes_at=_local(2025, 7, 31, 17),
            illustrative=True,
        ),
    )
    codes = await _shuffled(sample, campaign)
    on_time, by_paper, late, after = codes[:50], codes[50:53], codes[53:59], codes[60:71]
    happenings: list[Happening] = []
    happenings += [
        (at, _sending(sample, campaign, code))
        for code, at in zip(on_time, sample_moments(sample, 15, 18, 50), strict=True)
    ]
    happenings += [
        (_local(2025, 7, 16 + n, 15, 10), _paper(sample, campaign, code, _local(2025, 7, 16 + n, 10, 30), n + 1))
        for n, code in enumerate(by_paper)
    ]
    happenings += [
        (
            _local(2025, 7, 18, 17, 20 + 9 * n) if n < 4 else _local(2025, 7, 20, 9 + n, 5),
            _sending(sample, campaign, code),
        )
        for n, code in enumerate(late)
    ]
    recorded_later = _paper(sample, campaign, codes[59], _local(2025, 7, 18, 14, 15), 9)
    happenings.append((_local(2025, 7, 22, 9, 40), recorded_later))
    happenings += [
        (_local(2025, 7, 21 + n, 10, 12), _sending(sample, campaign, code)) for n, code in enumerate(after[:10])
    ]
    happenings += [
        (_local(2025, 7, 17, 9, n), _beginning(sample, campaign, code)) for n, code in enumerate(codes[71:83])
    ]
    await _play(sample, campaign, happenings, _local(2025, 7, 31, 18))


def sample_moments(sample: Sample, first: int, last: int, count: int) -> list[datetime]:
    """Moments in office hours of those days of July 2025, before 17:00, denser towards the end."""
    found = []
    for number in range(count):
        day = first + min(last - first, int((number / count) ** 0.6 * (last - first + 1)))
        hour, minute = sample.random.choice((8, 9, 10, 14, 15, 16)), sample.random.randrange(60)
        found.append(_local(2025, 7, day, hour, minute))
    return found


async def _august(sample: Sample) -> None:
    """The round with the real figures of An Lão and Phù Liễn; the others' are made up."""
    published = _local(2025, 8, 11, 8, 30)
    campaign = await _publish(
        sample,
        published,
        Terms(
            title=(
                "Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP (tháng 8/2025) – "
                "số liệu hồ sơ của xã An Lão, phường Phù Liễn theo báo chí ngày 20/8/2025"
            ),
            form=sample.version.id,
            due=Due(at=_local(2025, 8, 20, 17)),
            letter_number="135/SKHCN-CĐS",
            letter_date=date(2025, 8, 11),
            letter_subject="báo cáo tình hình triển khai Nghị định số 132/2025/NĐ-CP đến ngày 18/8/2025",
            staff=sample.staff.id,
            period_from=date(2025, 7, 1),
            period_to=date(2025, 8, 18),
            closes_at=_local(2025, 8, 29, 17),
            illustrative=True,
        ),
    )
    codes = [code for code in await _shuffled(sample, campaign) if code not in (figures.AN_LAO, figures.PHU_LIEN)]
    happenings: list[Happening] = [
        (_local(2025, 8, 19, 9, 15), _sending(sample, campaign, figures.AN_LAO, figures.AN_LAO_FIGURES)),
        (_local(2025, 8, 19, 9, 50), _beginning(sample, campaign, figures.PHU_LIEN, figures.PHU_LIEN_FIGURES)),
        (_local(2025, 8, 20, 16, 10), _paper(sample, campaign, figures.PHU_LIEN, _local(2025, 8, 20, 11), 57)),
    ]
    happenings += [
        (_local(2025, 8, 19 + n // 48, 8 + n % 9, n % 60), _sending(sample, campaign, code))
        for n, code in enumerate(codes[:92])
    ]
    await _play(sample, campaign, happenings, _local(2025, 8, 29, 18))


async def _live(sample: Sample, now: datetime) -> Campaign:
    """A campaign that runs now, due in five working days, with three personal links to hand out."""
    today = now.astimezone(ZONE).date()
    campaign = await _publish(
        sample,
        now,
        Terms(
            title="Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP (đợt đang chạy)",
            form=sample.version.id,
            due=Due(days=Decimal(5), kind="working_day"),
            letter_number="200/SKHCN-CĐS",
            letter_date=today,
            letter_subject="khảo sát tình hình triển khai Nghị định số 132/2025/NĐ-CP ở cấp xã",
            staff=sample.staff.id,
            period_from=today - timedelta(days=AUGUST_DAYS),
            period_to=today - timedelta(days=1),
            allow_nil=True,
        ),
    )
    for code in HAND_OUT:
        await entry.fresh_link(campaign.id, code, sample.who, now)
    return campaign


async def _publish(sample: Sample, at: datetime, terms: Terms) -> Campaign:
    campaign = await campaigns.create(sample.settings, terms, sample.who, at)
    return await campaigns.publish(sample.settings, campaign.id, sample.who, at)


async def _shuffled(sample: Sample, campaign: Campaign) -> list[str]:
    """The roster's codes in an order that the seed decides."""
    codes = [row.code for row in await Invitation.filter(campaign=campaign).order_by("code")]
    sample.random.shuffle(codes)
    return codes


def _sending(
    sample: Sample, campaign: Campaign, code: str, real: Mapping[str, int] | None = None
) -> Callable[[datetime], Awaitable[object]]:
    """A unit opens its link, fills in and sends."""

    async def act(at: datetime) -> None:
        invitation = await Invitation.get(campaign=campaign, code=code)
        link = await _enter(sample, invitation, at - timedelta(minutes=25))
        answers: figures.Answers = sample.maker.answers(invitation.full_name, real)
        found = await _sent(sample, campaign, code, answers, link, at)
        if isinstance(found, submissions.Problems):
            for problem in found.problems:
                group, _slash, name = problem.key.partition("/")
                if name.endswith(f"_{EXPLANATION}"):
                    answers[group][name] = SHORTER
            found = await _sent(sample, campaign, code, answers, link, at)
        if isinstance(found, submissions.Problems):
            raise Interrupted(f"{code}: {[(p.key, p.code) for p in found.problems]}")

    return act


async def _sent(
    sample: Sample, campaign: Campaign, code: str, answers: Mapping[str, Any], link: int, at: datetime
) -> Submission | submissions.Problems:
    given, who = submissions.Given(answers), principal.link(link)
    return await submissions.submit(sample.settings, campaign.id, code, given, who, "demo", at)


def _beginning(
    sample: Sample, campaign: Campaign, code: str, raw: Mapping[str, str] | None = None
) -> Callable[[datetime], Awaitable[object]]:
    """A unit opens its link and leaves a draft (of its staff, or of the figures given)."""

    async def act(at: datetime) -> None:
        invitation = await Invitation.get(campaign=campaign, code=code)
        link = await _enter(sample, invitation, at)
        values = dict(raw or {"b/b_staff": str(sample.maker.whole(1, 4)), "b/b_dept": "vhxh"})
        await drafts.save(campaign.id, code, drafts.Edit(version=0, values=values), principal.link(link), at)

    return act


async def _enter(sample: Sample, invitation: Invitation, at: datetime) -> int:
    contact = await Contact.get(unit_id=invitation.unit_id, role="official")
    link = await entry.link_for(invitation.id, contact.id, contact.email, at)
    settings = sample.settings
    token = entry.address_of(settings.public_url, settings.secret_key, link).rpartition("/")[2]
    await entry.enter(token, settings.secret_key, at)
    return link.id


def _paper(
    sample: Sample, campaign: Campaign, code: str, received_at: datetime, number: int
) -> Callable[[datetime], Awaitable[object]]:
    """A reply on paper, received at a moment and recorded at another."""

    async def act(at: datetime) -> None:
        document = intakes.Document(
            channel="hpnet" if number % 2 else "paper",
            number=f"{number}/BC-UBND",
            date=received_at.date(),
            received_at=received_at,
        )
        await intakes.record(sample.settings, campaign.id, code, document, sample.who, at)

    return act
