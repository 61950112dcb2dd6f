"""The ledger: rows of accepted reports, followed from number to reply, merged and taken apart, carried on."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from reminders.models import Message
from service import webhook
from service.errors import Invalid, NotFound
from service.flow import (
    audit,
    campaigns,
    hookbody,
    hooks,
    ledger,
    ledgeracts,
    ledgeritem,
    ledgermerge,
    principal,
    reviews,
)
from service.models import Campaign, Hook, Invitation, Recommendation, RecommendationAct, RecommendationReply
from service.words import ZONE
from tests.conftest import BOTH, House
from tests.gate import SECRET
from tests.service import build, ledgers
from tests.service.build import AN_LAO, PHU_LIEN, Survey
from tests.service.ledgers import LINE, SCANNER, STAFF, row

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock())


async def change(house: House, number: int, expected: int | None = None, **values: object) -> Recommendation:
    wanted = ledgeracts.read(values)
    return await ledgeracts.change(house.settings, number, wanted, STAFF, house.clock(), expected)


async def merge(house: House, lead: int, *numbers: int) -> None:
    await ledgermerge.merge(house.settings, lead, numbers, STAFF, house.clock())


async def listed(house: House, **wanted: object) -> list[int]:
    found = await ledger.listing(ledger.Wanted(**wanted), 1, house.clock())  # type: ignore[arg-type]
    assert found.total == len(found.lines)
    return [line.item.number for line in found.lines]


async def acts(number: int) -> list[str]:
    rows = RecommendationAct.filter(recommendation__number=number).order_by("id")
    return [str(act) for act in await rows.values_list("act", flat=True)]


@BOTH
async def test_an_accepted_report_numbers_its_rows_and_a_corrected_one_changes_or_closes_them(
    house: House, survey: Survey
) -> None:
    await ledgers.send(house, survey, AN_LAO, [row("a", SCANNER), row("b", LINE, h_basis="Điều 4")], "k1")
    assert await ledgers.standing() == []  # nobody has looked at it yet
    await reviews.accept(survey.id, AN_LAO, STAFF, house.clock())
    assert await ledgers.standing() == [(1, "open", 1, SCANNER), (2, "open", 2, LINE)]
    second = await Recommendation.get(number=2)
    assert (second.field, second.authority) == ("Chuyển đổi số, công nghệ thông tin", "UBND thành phố")
    assert second.proposal == "Đề nghị trang bị."
    assert second.others == [
        ["H2a. Nhóm nguyên nhân", "Hạ tầng, phần mềm"],
        ["H2c. Căn cứ pháp lý liên quan (điều, khoản)", "Điều 4"],
    ]
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Nêu rõ hơn", STAFF, house.clock())
    longer = f"{SCANNER} Cần hai máy."
    await ledgers.report(
        house, survey, AN_LAO, [row("c", "Thiếu cán bộ chuyên trách công nghệ thông tin."), row("a", longer)], "k2"
    )
    standing = await ledgers.standing()
    assert [(number, state) for number, state, _lead, _matter in standing] == [
        (1, "open"),
        (2, "withdrawn"),
        (3, "open"),
    ]
    assert standing[0][3] == longer
    assert (await acts(1), await acts(2)) == (["raised", "changed"], ["raised", "withdrawn"])
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Vẫn còn", STAFF, house.clock())
    await ledgers.report(house, survey, AN_LAO, [row("b", LINE), row("a", longer)], "k3")
    assert [state for _number, state, _lead, _matter in await ledgers.standing()] == ["open", "open", "withdrawn"]
    assert (await acts(1), await acts(2)) == (["raised", "changed"], ["raised", "withdrawn", "restored"])
    assert await audit.first_broken() is None


async def test_a_nil_report_and_one_without_difficulties_leave_the_ledger_empty(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [])
    assert await ledgers.standing() == []


@BOTH
async def test_a_reply_goes_to_every_unit_that_raised_it_and_its_versions_are_kept(
    house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ledgers.official(PHU_LIEN)
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER), row("b", LINE)])
    await ledgers.report(house, survey, PHU_LIEN, [row("a", f"{SCANNER} Rất cần.")])
    await merge(house, 1, 3)
    settings = replace(house.settings, webhook=webhook.parse("https://gate.example", SECRET))
    with hooks.listening(settings):
        await change(house, 1, reply="Sở sẽ cấp máy quét trong quý IV.\nĐơn vị lập danh sách.")
        await change(house, 1, reply="Sở sẽ cấp máy quét trong quý IV.\nĐơn vị lập danh sách.")  # pressed twice
    mails = {mail.to_address: mail for mail in await Message.filter(kind="notice")}
    assert set(mails) == {survey.contact.email, f"u{PHU_LIEN}@hp.example"}
    text = mails[f"u{PHU_LIEN}@hp.example"].text
    assert [part in text for part in ("Số 3: ", "Số 1: ", "Đơn vị lập danh sách.", "{link}")] == [
        True,
        False,
        True,
        True,
    ]
    one = await Recommendation.get(number=1)
    assert (one.state, one.replies, one.answered_at) == ("answered", 1, house.clock())
    told = await Hook.filter(kind=hooks.REPLY).order_by("key").select_related("invitation__campaign")
    bodies = [
        await hookbody.compose(settings, hook, hook.invitation, hook.invitation.campaign, house.clock())
        for hook in told
    ]
    assert '"recommendation":{"number":1,"answered_in":1,"reply":1}' in bodies[0]
    assert '"recommendation":{"number":3,"answered_in":1,"reply":1}' in bodies[1]
    await change(house, 1, reply="Bản sửa: cấp trong tháng 10.")
    assert [reply.text[:7] for reply in await RecommendationReply.all().order_by("number")] == ["Sở sẽ c", "Bản sửa"]
    assert await Message.filter(kind="notice").count() == 4
    # Merged after the answer: the unit that joins is told it, nobody else again.
    await merge(house, 1, 2)
    assert await Message.filter(kind="notice").count() == 5
    own = await ledgeritem.of_unit(survey.invitation.unit_id)
    assert [(one.item.number, one.lead.state, one.reply and one.reply.number) for one in own] == [
        (2, "answered", 2),
        (1, "answered", 2),
    ]


async def test_what_says_something_else_after_the_answer_waits_for_one_again(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER)])
    await change(house, 1, reply="Đã cấp máy.")
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Rà soát", STAFF, house.clock())
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER, h_cause="khac")], "k2")
    assert (await Recommendation.get(number=1)).state == "answered"  # the matter is the same
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Rà soát", STAFF, house.clock())
    await ledgers.report(house, survey, AN_LAO, [row("a", f"{SCANNER} Máy đã hỏng.")], "k3")
    assert (await Recommendation.get(number=1)).state == "open"
    assert await acts(1) == ["raised", "replied", "changed", "changed", "reopened"]


@BOTH
async def test_merging_is_taken_back_step_by_step(house: House, survey: Survey) -> None:
    for place, code in enumerate((AN_LAO, PHU_LIEN, "10888", "10903")):
        await ledgers.report(house, survey, code, [row("a", f"{SCANNER} {'Rất cần. ' * place}")])
    await merge(house, 3, 4)
    await merge(house, 2, 3)
    await merge(house, 1, 2)
    assert [lead for _number, _state, lead, _matter in await ledgers.standing()] == [1, 1, 1, 1]
    assert await listed(house) == [1]
    assert await listed(house, unit="10903") == await listed(house, text="CẨM GIÀNG") == [1]
    (line,) = (await ledger.listing(ledger.Wanted(), 1, house.clock())).lines
    assert [name for _code, name in line.units] == ["Xã An Lão", "Phường Phù Liễn", "Xã Cẩm Giang", "Xã Cẩm Giàng"]
    with pytest.raises(ledgeracts.Merged):
        await change(house, 4, level="city")
    with pytest.raises(ledgeracts.Merged):
        await merge(house, 1, 3)
    with pytest.raises(Invalid):
        await merge(house, 1, 1)
    with pytest.raises(NotFound):
        await merge(house, 1, 99)
    await ledgermerge.split(2, STAFF, house.clock())
    assert [lead for _number, _state, lead, _matter in await ledgers.standing()] == [1, 2, 2, 2]
    await ledgermerge.split(3, STAFF, house.clock())
    await ledgermerge.split(3, STAFF, house.clock())  # it stands by itself already
    assert [lead for _number, _state, lead, _matter in await ledgers.standing()] == [1, 2, 3, 3]
    assert await acts(3) == ["raised", "joined", "merged", "split"]
    assert await audit.first_broken() is None


async def test_the_one_that_leads_stands_while_any_unit_raises_it(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER)])
    await ledgers.report(house, survey, PHU_LIEN, [row("a", SCANNER)])
    await merge(house, 1, 2)
    for code, expected in ((AN_LAO, "open"), (PHU_LIEN, "withdrawn")):
        await reviews.hand_back(house.settings, survey.id, code, "Rà soát", STAFF, house.clock())
        await ledgers.report(house, survey, code, [], "k2")
        assert (await Recommendation.get(number=1)).state == expected
    with pytest.raises(Invalid):
        await change(house, 1, reply="Không còn ai hỏi.")


async def test_who_answers_by_when_counted_in_working_days(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER)])
    due = {"days": "5", "kind": "working_day"}
    one = await change(house, 1, 1, level="ministry", staff=survey.staff.id, due=due)
    assert one.due_at == datetime(2026, 6, 15, 17, 0, tzinfo=ZONE)  # from Monday 8/6, whose day is not counted
    assert (one.due_explained or {})["kind"] == "working_day"
    assert await acts(1) == ["raised", "level", "staff", "due"]
    with pytest.raises(ledgeracts.Stale):
        await change(house, 1, 1, level="city")
    await change(house, 1, one.version, level="ministry")  # it does already
    assert len(await acts(1)) == 4
    assert await listed(house, level="ministry", staff=survey.staff.id) == [1]
    assert await listed(house, overdue=True) == []
    house.clock.set(datetime(2026, 6, 15, 17, 1, tzinfo=ZONE))
    assert await listed(house, overdue=True) == await listed(house, overdue=True, state="open") == [1]
    await change(house, 1, due=None, staff=None)
    again = await Recommendation.get(number=1)
    assert (again.due_at, again.due_explained, again.staff_id) == (None, None, None)


REFUSED: tuple[tuple[dict[str, object], str], ...] = (
    ({"level": "planet"}, "level"),
    ({"level": 3}, "level"),
    ({"staff": "x"}, "staff"),
    ({"staff": 99}, "staff"),
    ({"due": {"days": "-1", "kind": "day"}}, "due"),
    ({"due": {"at": "2020-01-01"}}, "due"),
    ({"reply": "  "}, "reply"),
    ({"reply": "x" * 10_001}, "reply"),
    ({"reply": 5}, "reply"),
    ({"state": "answered"}, "state"),
    ({"state": None}, "state"),
    ({"state": "closed"}, "reason"),
)


async def test_a_change_that_makes_no_sense_is_refused_beside_its_field(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER)])
    for values, field in REFUSED:
        with pytest.raises(Invalid) as error:
            await change(house, 1, **values)
        assert [problem["field"] for problem in error.value.problems] == [field], values
    assert await acts(1) == ["raised"]


async def test_closed_with_a_reason_and_opened_again(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER)])
    await change(house, 1, state="closed", reason="Không thuộc thẩm quyền.")
    note = await RecommendationAct.get(act="closed")
    assert note.note == "Không thuộc thẩm quyền."
    await change(house, 1, state="open")
    assert await acts(1) == ["raised", "closed", "reopened"]
    assert await listed(
        house, state="open", field="Chuyển đổi số, công nghệ thông tin", authority="UBND thành phố"
    ) == [1]
    assert await listed(house, state="closed") == await listed(house, authority="Bộ KH&CN") == []


@BOTH
async def test_what_is_alike_is_suggested_until_a_person_keeps_it_apart(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER), row("b", LINE)])
    await ledgers.report(house, survey, PHU_LIEN, [row("a", SCANNER.upper())])
    now = house.clock()
    assert [[line.item.number for line in group] for group in await ledgeritem.groups(now)] == [[1, 3]]
    assert [one.number for one in (await ledgeritem.sheet(1, now)).alike] == [3]
    apart = await ledgermerge.keep_apart([3, 1], STAFF, now)
    assert await ledgeritem.groups(now) == []
    assert (await ledgeritem.sheet(1, now)).alike == []
    assert [found.kept.numbers for found in await ledgeritem.kept_apart()] == [[1, 3]]
    await ledgermerge.suggest_again(apart.id, STAFF, now)
    await ledgermerge.suggest_again(apart.id, STAFF, now)
    assert len(await ledgeritem.groups(now)) == 1
    with pytest.raises(NotFound):
        await ledgermerge.keep_apart([1, 99], STAFF, now)
    with pytest.raises(Invalid):
        await ledgermerge.keep_apart([1], STAFF, now)


async def test_what_stays_open_is_carried_into_the_next_round_and_linked_there(house: House, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER), row("b", LINE)])
    await change(house, 2, reply="Đã nâng cấp đường truyền.")
    house.clock.forward(timedelta(days=30))
    now = house.clock()
    values = {"title": "Kỳ sau", "period_from": date(2025, 8, 19), "period_to": date(2025, 9, 18)}
    terms = build.terms(survey.campaign.form_id, survey.staff, now, **values)
    following = await campaigns.create(house.settings, terms, principal.SYSTEM, now)
    await campaigns.publish(house.settings, following.id, principal.SYSTEM, now)
    assert await listed(house, campaign=following.id) == [1]
    (carried,) = (await ledger.listing(ledger.Wanted(campaign=following.id), 1, now)).lines
    assert carried.carried
    again = replace(survey, campaign=await Campaign.get(id=following.id))
    await ledgers.report(house, again, PHU_LIEN, [row("z", f"{SCANNER} Vẫn chưa có.")])
    assert await listed(house, campaign=following.id) == [3, 1]
    assert [one.number for one in (await ledgeritem.sheet(3, now)).alike] == [1]
    await merge(house, 1, 3)
    found = (await ledger.listing(ledger.Wanted(campaign=following.id), 1, now)).lines
    assert [(line.item.number, line.carried) for line in found] == [(1, False)]
    assert await listed(house, campaign=survey.id) == [2, 1]
    assert (await Invitation.get(campaign_id=following.id, code=AN_LAO)).state == "not_sent"
