"""A campaign to test with, built by the flows themselves: the 114 units, the first survey, one contact."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import anyio

from forms.schema import Form
from service import files
from service.flow import accounts, campaigns, entry, forms, principal, units
from service.flow.entry import Visit
from service.flow.terms import Due, Terms
from service.models import Campaign, Contact, ContactLink, FormVersion, Invitation, Staff, StoredFile, Unit
from service.settings import Settings
from service.words import ZONE

ND132 = Path(__file__).parents[2] / "service" / "data" / "nd132.xlsx"
AN_LAO = "11629"
PHU_LIEN = "11446"

# Xã An Lão, 1/7-18/8/2025, as the press article of 20/8/2025 gives it; what it does not give is made up.
AN_LAO_ANSWERS: dict[str, object] = {
    "a": {"a_name": "Nguyễn Thị Hồng", "a_title": "Công chức Văn hóa - Xã hội", "a_phone": "0225387654"},
    "b": {"b_dept": "vhxh", "b_decision": "co", "b_decision_no": "15/QĐ-UBND", "b_decision_date": "2025-07-03",
          "b_staff": 2, "b_staff_full": 1, "b_staff_tdc": 1, "b_staff_cert": 0, "b_multi": "co"},
    "c": {"c_plan": "dang", "c_plan_due": "2025-09-30", "c_bcd": "co", "c_docs": 4},
    "d": {"d_tasks": ["cntt"]},
    "e": {"e_visits": 7117, "e_recv": 1142, "e_online": 1048, "e_direct": 94, "e_ontime": 1035, "e_late": 0,
          "e_withdrawn": 45, "e_proc": 62, "e_proc_late": 0, "e_pay": 620, "e_st": 3, "e_dayunit": "ngay_lv"},
    "f": {"f_channels": ["truc_tiep", "zalo"], "f_ca": 72, "f_sign": 70, "f_hpnet": "tot", "f_group": 24,
          "f_infra": "mot_phan"},
    "g": {"g_fields": ["cds", "tdc"], "g_people": 6, "g_mode": "ket_hop"},
    "h": {"h_has": "khong", "h_other": ""},
    "confirm": "OK",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Survey:
    """A published campaign with An Lão's invitation, its contact and its personal link."""

    campaign: Campaign
    form: Form
    invitation: Invitation
    contact: Contact
    link: ContactLink
    staff: Staff

    @property
    def id(self) -> int:
        return self.campaign.id

    @property
    def visit(self) -> Visit:
        i = self.invitation
        return Visit(self.link.id, i.unit_id, self.campaign.id, i.code, self.contact.id)

    def address(self, settings: Settings) -> str:
        """The path of the personal link."""
        whole = entry.address_of(settings.public_url, settings.secret_key, self.link)
        return whole.removeprefix(settings.public_url)


def terms(form_id: int, staff: Staff, now: datetime, **other: object) -> Terms:
    """A survey due in a week, closing in two."""
    local = now.astimezone(ZONE)
    values: dict[str, object] = {
        "title": "Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP",
        "form": form_id,
        "due": Due(at=(local + timedelta(days=7)).replace(hour=17, minute=0, second=0, microsecond=0)),
        "roster": (AN_LAO, PHU_LIEN, "10888", "10903"),
        "letter_number": "111/SKHCN-CĐS",
        "letter_date": local.date(),
        "letter_subject": "khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP",
        "staff": staff.id,
        "period_from": date(2025, 7, 1),
        "period_to": date(2025, 8, 18),
        "closes_at": local + timedelta(days=14),
    }
    return Terms(**{**values, **other})  # type: ignore[arg-type]


async def survey(settings: Settings, now: datetime, workbook: Path = ND132, **other: object) -> Survey:
    """Everything from an empty database to a published campaign. `other` are Terms to set differently."""
    await units.seed(now)
    staff = await accounts.create("lan", "Trần Thị Lan", "staff", now, phone="0225 3842 124")
    version = await _version(workbook, now)
    unit = await Unit.get(code=AN_LAO)
    contact = await Contact.create(
        unit=unit,
        role="official",
        name="Nguyễn Thị Hồng",
        position="Công chức Văn hóa - Xã hội",
        email="anlao@haiphong.example",
        phone="0225387654",
    )
    campaign = await campaigns.create(settings, terms(version.id, staff, now, **other), principal.SYSTEM, now)
    await campaigns.publish(settings, campaign.id, principal.SYSTEM, now)
    invitation = await Invitation.get(campaign_id=campaign.id, code=AN_LAO)
    link = await entry.link_for(invitation.id, contact.id, contact.email, now)
    return Survey(await campaigns.get(campaign.id), await forms.built(version.id), invitation, contact, link, staff)


_checked: dict[Path, forms.Checked] = {}


async def _version(workbook: Path, now: datetime) -> FormVersion:
    """The workbook as a form version; read in a child process once for all tests, which takes seconds."""
    if workbook not in _checked:
        _checked[workbook] = await forms.check(await anyio.Path(workbook).read_bytes())
    checked = _checked[workbook]
    file = await StoredFile.create(sha256="0" * 64, name=workbook.name, size=1, content_type=files.XLSX, created_at=now)
    version = await FormVersion.create(
        form_id=checked.form.id,
        version=checked.form.version,
        title=checked.form.title,
        questions=sum(1 for question in checked.form.questions() if question.asked),
        cells=checked.cells,
        file=file,
        created_at=now,
    )
    forms._built.pop(version.id, None)  # another test's database had its own form of that id
    return version
