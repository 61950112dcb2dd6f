"""A unit's form on paper: blank with room to write, and filled in, for the unit and for staff."""

from datetime import timedelta

import pytest

from service.flow import principal, reviews, submissions
from tests.conftest import House
from tests.exports.test_pdf import read
from tests.service import build, scenes
from tests.service.build import AN_LAO, AN_LAO_ANSWERS
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio

TROUBLES = [
    {"_id": "r1", "h_field": "tdc", "h_cause": "nhan_luc", "h_desc": "Thiếu <b>chuyên trách</b> #1 về đo lường",
     "h_basis": "", "h_prop": "Tập huấn", "h_to": "so"},
]  # fmt: skip


async def test_blank_half_filled_and_sent(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = await visitor.open(visitor.base)
    assert f'href="{visitor.base}/blank.pdf"' in page.text
    assert "filled.pdf" not in page.text, "there is nothing to print yet"
    pages = read((await house.client.get(f"{visitor.base}/blank.pdf")).content)
    blank = " ".join(pages)
    for number, text in enumerate(pages, 1):
        assert text.startswith(f"Xã An Lão ({AN_LAO}) Khảo sát tình hình triển khai")
        assert text.endswith(f"phiên bản {survey.form.version} Trang {number}/{len(pages)}")
    assert "A2. Tên đơn vị báo cáo Xã An Lão" in blank, "what is known is printed"
    assert "B2. Đã ban hành Quyết định" in blank
    assert "☐ Có" in blank
    assert "☒" not in blank
    assert "Chỉ trả lời khi “B2. Đã ban hành Quyết định" in blank
    assert "H2b. Nội dung khó khăn, vướng mắc" in blank, "the rows that are asked for only then have a table"
    assert "Lãnh đạo đơn vị (ký, ghi rõ họ tên)" in blank
    assert "0%" not in blank, "nothing is worked out of blanks"

    await visitor.save("e", {"e/e_recv": "1.142"})
    page = await visitor.open(visitor.base)
    assert f'href="{visitor.base}/filled.pdf"' in page.text
    half = " ".join(read((await house.client.get(f"{visitor.base}/filled.pdf")).content))
    assert "Bản đang điền, chưa gửi" in half
    assert "1.142" in half

    house.clock.forward(timedelta(hours=2))
    answers = {**AN_LAO_ANSWERS, "h": {"h_has": "co", "h_item": TROUBLES, "h_other": "Không"}}
    given = submissions.Given(answers)
    sent = await submissions.submit(
        house.settings, survey.id, AN_LAO, given, survey.visit.principal, "key", house.clock()
    )
    assert not isinstance(sent, submissions.Problems), sent
    assert "receipt/1/form.pdf" in (await visitor.open(f"{visitor.base}/receipt/1")).text
    answer = await house.client.get(f"{visitor.base}/receipt/1/form.pdf")
    pages = read(answer.content)
    filled = " ".join(pages)
    assert all(f"Số xác nhận {sent.receipt}" in text for text in pages)
    for words in ("E2. Tổng số hồ sơ tiếp nhận trong kỳ 1.142", "☒", "☐", "Thiếu <b>chuyên trách</b> #1", "91,77%"):
        assert words in filled
    assert "Chỉ trả lời khi" not in filled

    # A correction has a due time of its own: what was sent keeps that of the report.
    house.clock.forward(timedelta(days=5))
    who = principal.staff(survey.staff.id)
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Bổ sung", who, house.clock())
    house.client.cookies.clear()
    await scenes.log_in(house.client, survey.staff, house.clock())
    staff = f"/campaigns/{survey.id}/units/{AN_LAO}"
    assert read((await house.client.get(f"{staff}/receipts/1/form.pdf")).content) == pages
    assert "Xã An Lão" in " ".join(read((await house.client.get(f"{staff}/blank.pdf")).content))
    version = survey.campaign.form_id
    assert f"/forms/{version}/blank.pdf" in (await house.client.get(f"/forms/{version}")).text
    of_nobody = " ".join(read((await house.client.get(f"/forms/{version}/blank.pdf")).content))
    assert "Đơn vị: …" in of_nobody
    assert "☐ Phường" in of_nobody
    for missing in (f"{staff}/receipts/2/form.pdf", "/forms/999/blank.pdf", "/campaigns/9/units/1/blank.pdf"):
        assert (await house.client.get(missing)).status_code == 404
