"""Scenes for the staff's screens: people who log in, and the July survey with its 59 of 114."""

import random
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import httpx
from tortoise.transactions import in_transaction

from service import files, life
from service.flow import accounts, campaigns, events, forms, intakes, principal, units
from service.flow.terms import Due, Terms
from service.models import Campaign, Contact, FormVersion, Staff, StoredFile, Unit
from service.settings import Settings
from service.web import STAFF_COOKIE
from service.words import ZONE
from tests.service.build import ND132

PUBLISHED = datetime(2025, 7, 8, 9, 0, tzinfo=ZONE)
DUE = datetime(2025, 7, 18, 17, 0, tzinfo=ZONE)
END_OF_20_JULY = datetime(2025, 7, 20, 23, 59, 59, 999999, tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class Office:
    """The department: three people and a form version."""

    viewer: Staff
    staff: Staff
    administrator: Staff
    form: FormVersion


async def office(settings: Settings, now: datetime) -> Office:
    """Units, calendar, people and the first survey's form, in an empty database."""
    await units.seed(now)
    people = [
        await accounts.create("xem", "Phạm Văn Xem", "viewer", now),
        await accounts.create("lan", "Trần Thị Lan", "staff", now, phone="0225 3842 124"),
        await accounts.create("quantri", "Lê Quản Trị", "administrator", now),
    ]
    return Office(*people, await _form(settings, now))


_checked: list[forms.Checked] = []


async def _form(settings: Settings, now: datetime) -> FormVersion:
    """The first survey's form as forms.bring_in makes it; the workbook is read once for all tests."""
    data = ND132.read_bytes()
    if not _checked:
        _checked.append(await forms.check(data))
    cells, form = _checked[0].cells, _checked[0].form
    digest = files.keep(settings.files_dir, data)
    file = await StoredFile.create(
        sha256=digest, name=ND132.name, size=len(data), content_type=files.XLSX, created_at=now
    )
    asked = sum(1 for question in form.questions() if question.asked)
    return await FormVersion.create(
        form_id=form.id,
        version=form.version,
        title=form.title,
        questions=asked,
        cells=cells,
        file=file,
        created_at=now,
    )


async def log_in(client: httpx.AsyncClient, staff: Staff, now: datetime) -> None:
    client.cookies.set(STAFF_COOKIE, await accounts.start_session(staff, now))


def csrf(page: str) -> str:
    """The form token on a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


async def contacts(*, without: int = 0, leaders: int = 0) -> None:
    """One official with an address for every unit but the last `without`, and leaders for the first few."""
    found = await Unit.all().order_by("code")
    with_address = found[: len(found) - without]
    await Contact.bulk_create(
        [
            Contact(
                unit=u, role="official", name=f"Công chức {u.name}", email=f"u{u.code}@hp.example", phone="0225 384"
            )
            for u in with_address
        ]
        + [
            Contact(unit=u, role="leader", name=f"Chủ tịch {u.name}", email=f"ct{u.code}@hp.example")
            for u in found[:leaders]
        ]
    )


async def campaign(settings: Settings, made: Office, now: datetime, **changes: object) -> Campaign:
    """A campaign for all 114 units, not published."""
    values: dict[str, object] = {
        "title": "Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP",
        "form": made.form.id,
        "due": Due(at=DUE),
        "letter_number": "111/KH-SKHCN",
        "letter_date": date(2025, 7, 8),
        "letter_subject": "khảo sát tình hình triển khai",
        "staff": made.staff.id,
        "period_from": date(2025, 7, 1),
        "period_to": date(2025, 7, 15),
    }
    return await campaigns.create(settings, Terms(**{**values, **changes}), principal.SYSTEM, now)  # type: ignore[arg-type]


async def july(settings: Settings, made: Office) -> Campaign:
    """The July survey: 59 of 114 by the end of 20/7, eight of them late, and a paper of 18/7 recorded on 22/7."""
    found = await campaign(settings, made, PUBLISHED - timedelta(hours=1))
    await campaigns.publish(settings, found.id, principal.SYSTEM, PUBLISHED)
    dice = random.Random(132)
    codes = [unit.code for unit in await Unit.all().order_by("code")]
    dice.shuffle(codes)
    for place, code in enumerate(codes[:59]):
        late = place >= 51
        at = (DUE + timedelta(hours=2 + place - 50)) if late else PUBLISHED + timedelta(hours=place * 4 + dice.random())
        await _answer(settings, found.id, code, at, paper=place in (3, 17), nil=place == 5)
    await intakes.record(
        settings,
        found.id,
        codes[60],
        intakes.Document("paper", "12/UBND", date(2025, 7, 17), datetime(2025, 7, 18, 15, 0, tzinfo=ZONE)),
        principal.staff(made.staff.id),
        datetime(2025, 7, 22, 9, 0, tzinfo=ZONE),
    )
    return found


async def _answer(settings: Settings, number: int, code: str, at: datetime, *, paper: bool, nil: bool) -> None:
    link = principal.link(1)
    if paper:
        document = intakes.Document("hpnet", "7/BC-UBND", at.date(), at - timedelta(hours=1))
        await intakes.record(settings, number, code, document, principal.staff(1), at)
        return
    async with in_transaction():
        invitation = await events.locked(number, code)
        for act, before in ((life.Act.OPEN, 3), (life.Act.BEGIN, 2)):
            moment = at - timedelta(hours=before)
            await events.apply(invitation, act, link, at=moment, recorded_at=moment)
        await events.apply(invitation, life.Act.SUBMIT, link, at=at, recorded_at=at, nil=nil)
