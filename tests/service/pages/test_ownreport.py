"""A sent report as the unit's own document: the layout of Decree 30/2020, its number, date and signed scan."""

import hashlib
from datetime import date, timedelta

import pytest

from service import official
from service.flow import contacts, submissions
from service.models import AuditRecord, Contact, ExportRecord, SignedReport
from tests.conftest import House
from tests.exports.test_pdf import read
from tests.service import build, scenes
from tests.service.build import AN_LAO, AN_LAO_ANSWERS
from tests.service.pages.test_monitor import plain
from tests.service.pages.visitor import Visitor

PDF = b"%PDF-1.4\ntrailer<<>>\n%%EOF"


@pytest.mark.anyio
async def test_the_report_is_printed_signed_and_its_scan_reaches_staff(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    for name, position in (("Lê Thị Hoa", "Bí thư Đảng ủy"), ("Trần Văn Bình", "Phó Chủ tịch UBND xã")):
        await Contact.create(unit_id=survey.invitation.unit_id, role="leader", name=name, position=position)
    house.clock.forward(timedelta(hours=2))
    given = submissions.Given(AN_LAO_ANSWERS)
    sent = await submissions.submit(
        house.settings, survey.id, AN_LAO, given, survey.visit.principal, "key", house.clock()
    )
    assert not isinstance(sent, submissions.Problems)
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    here = f"{visitor.base}/receipt/1/report"
    assert f'href="{here}"' in (await visitor.open(f"{visitor.base}/receipt/1")).text
    pages = read((await house.client.get(f"{here}.pdf")).content)
    text = " ".join(pages)
    for words in (
        "ỦY BAN NHÂN DÂN XÃ AN LÃO CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc",
        "/BC-UBND An Lão, ngày",
        "BÁO CÁO Về việc khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP",
        "Kính gửi: Sở KH&CN",
        "Thực hiện văn bản số 111/SKHCN-CĐS ngày 8/6/2026 về việc",
        "(số liệu từ 1/7/2025 đến hết 18/8/2025):",
        "E. Tiếp nhận và giải quyết thủ tục hành chính",
        "– E2. Tổng số hồ sơ tiếp nhận trong kỳ: 1.142",
        "không? Không",
        "kính gửi Sở KH&CN tổng hợp./.",
        "i nhận: - Như trên; - Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH Trần Văn Bình",
    ):
        assert words in text
    assert "Cam kết" not in text, "the signature confirms it"
    assert not pages[0].startswith("1 ")
    assert pages[1].startswith("2 ")

    await visitor.open(here)
    for typed, told in (
        ({"number": "", "date": ""}, "Vui lòng nhập số, ngày của văn bản hoặc chọn bản chụp đã ký."),
        ({"number": "15/BC-UBND", "date": "hôm qua"}, "Ngày văn bản chưa đúng."),
        ({"number": "15/BC-UBND", "date": "9/6/2026"}, "Ngày văn bản không được sau hôm nay."),
        ({"number": "x" * 101, "date": ""}, "dài quá 100 ký tự"),
    ):
        page = await visitor.post(here, typed)
        assert page.status_code == 422
        assert told in page.text
        assert f'value="{typed["date"]}"' in page.text
    typed = {"number": "15/BC-UBND", "date": "8/6/2026"}
    page = await visitor.post(here, typed, {"scan": ("ký.exe", b"MZ", "application/pdf")})
    assert "không dùng được" in page.text
    page = await visitor.post(here, typed, {"scan": ("Bản ký.pdf", PDF, "application/pdf")})
    assert "Bản ký.pdf" in page.text
    page = await visitor.post(here, {**typed, "number": "16/BC-UBND"})
    assert "Bản ký.pdf" in page.text, "the scan given before stays"
    for again in (None, {"scan": ("Bản ký.pdf", PDF, "application/pdf")}):
        assert (await visitor.post(here, {**typed, "number": "16/BC-UBND"}, again)).status_code == 200
    kept = await SignedReport.all().order_by("id")
    assert [(row.number, row.date) for row in kept] == [
        ("15/BC-UBND", date(2026, 6, 8)),
        ("16/BC-UBND", date(2026, 6, 8)),
    ]
    assert await AuditRecord.filter(action="report.sign").count() == 2
    assert "đã bổ sung" in (await visitor.open(f"{visitor.base}/receipt/1")).text
    signed = " ".join(read((await house.client.get(f"{here}.pdf")).content))
    assert "Số: 16/BC-UBND An Lão, ngày 08 tháng 6 năm 2026" in signed
    assert (await house.client.get(f"{visitor.base}/receipt/1/signed")).content == PDF

    house.client.cookies.clear()
    await scenes.log_in(house.client, survey.staff, house.clock())
    unit = f"/campaigns/{survey.id}/units/{AN_LAO}"
    page = await house.client.get(unit)
    assert "số 16/BC-UBND ngày 8/6/2026, Bản ký.pdf" in plain(page.text)
    assert plain(page.text).count("Bổ sung số, ngày hoặc bản ký của báo cáo") == 2
    scan = await house.client.get(f"{unit}/receipts/1/signed")
    assert scan.content == PDF
    assert scan.headers["content-disposition"].startswith("attachment")
    assert await ExportRecord.exists() is False, "what a unit keeps of its own is no export"
    for path in ("report.pdf", "form.pdf"):
        taken = (await house.client.get(f"{unit}/receipts/1/{path}")).content
        export = await ExportRecord.filter(campaign_id=survey.id).order_by("-id").first()
        assert export is not None
        assert (export.sha256, export.made_by) == (hashlib.sha256(taken).hexdigest(), f"staff:{survey.staff.id}")
        noted = await AuditRecord.filter(action="campaign.export").order_by("-seq").first()
        assert noted is not None
        assert noted.data["unit"] == AN_LAO
        if path == "report.pdf":
            assert " ".join(read(taken)) == signed

    # After the closing a unit reads only.
    assert survey.campaign.closes_at is not None
    house.clock.set(survey.campaign.closes_at + timedelta(minutes=1))
    house.client.cookies.clear()
    await visitor.enter(survey.address(house.settings))
    page = await visitor.open(here)
    assert "đã đóng" in page.text
    assert 'name="number"' not in page.text
    late = await visitor.post(here, {**typed, "number": "17/BC-UBND"})
    assert late.status_code == 409
    assert await SignedReport.all().count() == 2


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (date(2026, 11, 24), "ngày 24 tháng 11 năm 2026"),
        (date(2026, 3, 10), "ngày 10 tháng 3 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_nought(day: date, words: str) -> None:
    assert official.on(day) == words


@pytest.mark.parametrize(
    ("position", "lines"),
    [
        ("", ("TM. Ủy ban nhân dân", "Chủ tịch")),
        ("Chủ tịch UBND xã", ("TM. Ủy ban nhân dân", "Chủ tịch")),
        ("phó chủ tịch", ("TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch")),
        ("Phó Chủ tịch HĐND xã", ("TM. Ủy ban nhân dân", "Chủ tịch")),
    ],
)
def test_a_deputy_signs_in_the_chairmans_place(position: str, lines: tuple[str, ...]) -> None:
    assert official.signer(position) == lines


@pytest.mark.anyio
async def test_only_who_signs_for_the_committee_is_named_below_it(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    unit = survey.invitation.unit_id
    others = ("", "Chủ tịch HĐND xã", "Chánh Văn phòng HĐND và UBND", "Phó Chủ tịch HĐND xã", "Chủ tịch Ủy ban MTTQ xã")
    for position in others:
        await Contact.create(unit_id=unit, role="leader", name=position or "Không rõ", position=position)
    assert await contacts.signatory(unit) is None
    deputy = await Contact.create(unit_id=unit, role="leader", name="Phó", position="Phó Chủ tịch thường trực UBND xã")
    assert await contacts.signatory(unit) == deputy
    chairman = {"name": "Trưởng", "position": "Phó Bí thư Đảng ủy, Chủ tịch UBND xã"}
    first = await Contact.create(unit_id=unit, role="leader", **chairman)
    assert await contacts.signatory(unit) == first, "the chairman, also when a deputy was registered before"
    await Contact.filter(id__in=[first.id, deputy.id]).update(active=False)
    assert await contacts.signatory(unit) is None
