"""Receipts as PDF, and the public page on which they are checked."""

from datetime import timedelta

import pytest

from service.flow import principal, receipts, reviews, submissions
from service.models import Submission
from tests.conftest import House
from tests.exports.test_pdf import read
from tests.service import build, scenes
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.pages.test_monitor import plain
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


async def sent(house: House) -> tuple[Survey, Submission]:
    survey = await build.survey(house.settings, house.clock())
    house.clock.forward(timedelta(hours=2, microseconds=123456))
    given = submissions.Given(AN_LAO_ANSWERS)
    found = await submissions.submit(
        house.settings, survey.id, AN_LAO, given, survey.visit.principal, "key", house.clock()
    )
    assert not isinstance(found, submissions.Problems)
    return survey, found


async def test_a_receipt_is_kept_as_pdf_and_checked_by_anybody_who_holds_it(house: House) -> None:
    survey, found = await sent(house)
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = await visitor.open(f"{visitor.base}/receipt/1")
    assert f'href="{visitor.base}/receipt/1.pdf"' in page.text
    answer = await house.client.get(f"{visitor.base}/receipt/1.pdf")
    assert f'filename="xac-nhan-{found.receipt}.pdf"' in answer.headers["content-disposition"]
    (text,) = read(answer.content)
    for words in ("Xác nhận đã gửi báo cáo", found.receipt, f"Xã An Lão ({AN_LAO})",
                  "10:30 ngày 8/6/2026", "Đúng hạn", "http://phieu.test/verify", "Sở KH&CN"):  # fmt: skip
        assert words in text
    assert found.hash in text.replace(" ", "")
    assert "1.142" not in text, "a receipt tells no answers"
    assert (await house.client.get(f"{visitor.base}/receipt/2.pdf")).status_code == 404
    who = principal.staff(survey.staff.id)
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Bổ sung", who, house.clock())
    given = submissions.Given({**AN_LAO_ANSWERS, "h": {"h_has": "khong", "h_other": "Đã bổ sung"}})
    again = await submissions.submit(
        house.settings, survey.id, AN_LAO, given, survey.visit.principal, "again", house.clock()
    )
    assert not isinstance(again, submissions.Problems)
    assert "Gửi lần 2" in (await visitor.open(f"{visitor.base}/receipt/2")).text
    assert "Kết quả Gửi lần 2" in read((await house.client.get(f"{visitor.base}/receipt/2.pdf")).content)[0]
    (text,) = read((await house.client.get(f"{visitor.base}/receipt/1.pdf")).content)

    house.client.cookies.clear()
    address = receipts.address_of(house.settings, found)
    checked = await house.client.get(address)
    assert "Xác nhận này đúng" in checked.text
    for words in ("Xã An Lão", survey.campaign.title, "10:30 ngày 8/6/2026", found.receipt):
        assert words in plain(checked.text)
    assert "1.142" not in checked.text
    await Submission.filter(id=found.id).update(answers={**found.answers, "a": {}})
    changed = await house.client.get(address)
    assert "KHÔNG khớp" in changed.text
    assert "Xác nhận này đúng" not in changed.text

    await scenes.log_in(house.client, survey.staff, house.clock())
    staff = f"/campaigns/{survey.id}/units/{AN_LAO}"
    assert f'href="{staff}/receipts/1.pdf"' in (await house.client.get(staff)).text
    assert read((await house.client.get(f"{staff}/receipts/1.pdf")).content) == [text]


async def test_guessing_is_answered_alike_and_soon_not_at_all(house: House) -> None:
    _survey, found = await sent(house)
    assert "Kiểm tra" in (await house.client.get("/verify")).text
    wrong = {"receipt": found.receipt, "code": "f" * 32 if found.hash[0] != "f" else "0" * 32}
    short = {"receipt": found.receipt, "code": found.hash[: receipts.SHORTEST - 1]}
    unknown = {"receipt": "PH-9-99999-1", "code": found.hash[:32]}
    for query in (wrong, short, unknown, {"receipt": found.receipt, "code": found.hash + "0"}):
        answer = await house.client.get("/verify", params=query)
        assert answer.status_code == 404
        assert "không cùng một báo cáo nào" in answer.text
        assert "An Lão" not in answer.text
    right = {"receipt": found.receipt.lower(), "code": f" {found.hash[:8].upper()} {found.hash[8:20]} "}
    assert "Xác nhận này đúng" in (await house.client.get("/verify", params=right)).text
    for _ in range(receipts.TRIES):
        last = await house.client.get("/verify", params=wrong)
    assert last.status_code == 429
    assert "quá nhiều lần" in last.text
    house.clock.forward(timedelta(minutes=16))
    assert "Xác nhận này đúng" in (await house.client.get("/verify", params=right)).text
