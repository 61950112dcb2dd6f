"""Seeding, importing units and contacts, and one contact at a time, on both databases."""

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid, LinkInvalid, NotFound
from service.flow import audit, contacts, entry, imports, units
from service.flow.principal import SYSTEM
from service.models import AuditRecord, CalendarDay, Contact, StoredFile, Unit
from service.roster import contacts as contact_plan
from service.roster.headers import Row, Table
from service.roster.names import Known
from service.roster.previews import Action, Preview, counts_line, row_line
from tests.conftest import House
from tests.service import build

pytestmark = pytest.mark.anyio

HEADER = "STT;Đơn vị;Họ và tên;Chức vụ;Email;Điện thoại\n"


async def planned(house: House, text: str) -> Preview:
    return await units.import_file("contacts", "d.csv", text.encode(), False, SYSTEM, house.clock())


async def applied(house: House, text: str, *, skip: bool = False) -> Preview:
    now = house.clock()
    return await units.import_file("contacts", "d.csv", text.encode(), True, SYSTEM, now, skip_refused=skip)


def outcomes(preview: Preview) -> list[tuple[int, str]]:
    return [(row.line, str(row.action)) for row in preview.rows]


@pytest.fixture
async def seeded(house: House) -> House:
    await units.seed(house.clock())
    return house


async def test_the_114_units_and_the_calendar_are_seeded_once(seeded: House) -> None:
    await Unit.filter(code="11629").update(name="Sửa tay")
    await units.seed(seeded.clock())
    assert await Unit.all().count() == 114
    assert await CalendarDay.all().count() == 62
    kinds = [await Unit.filter(kind=kind).count() for kind in ("xa", "phuong", "dac_khu")]
    assert kinds == [67, 45, 2]
    unit = await Unit.get(code="11629")
    assert (unit.name, unit.full_name, unit.group, unit.parent) == ("Sửa tay", "Xã An Lão", "Huyện An Lão", "31")
    assert unit.folded == "xa an lao"
    assert await AuditRecord.filter(action="units.seed").count() == 1


async def test_the_calendar_follows_the_table(seeded: House) -> None:
    calendar = await units.calendar()
    assert calendar is await units.calendar()
    assert not calendar.is_working(date(2026, 1, 2))
    assert calendar.is_working(date(2026, 1, 10))
    await CalendarDay.filter(date=date(2026, 1, 10)).delete()
    assert not (await units.calendar()).is_working(date(2026, 1, 10))


async def test_a_messy_list_of_contacts_is_previewed_row_by_row(seeded: House) -> None:
    text = HEADER + (
        '1;UBND xã An Lão;Nguyễn Văn An;Chuyên viên;"a@x.vn, b@x.vn";+84 912.345.678\n'
        ";;Trần Bình;Phó Chủ tịch UBND;binh@x.vn;\n"
        "2;Cam Giang;Lê X;;x@x.vn;\n"
        "3;Phường Thuỷ Nguyên;Lê Hoà;;hoà@x.vn;\n"
        "4;Đặc khu Bạch Long Vỹ;Phạm A;;;không có\n"
        "5;xã Cẩm Giàng;Lê C;;c@x.vn;912345678\n"
        "6;xã Cẩm Giàng;Lê C;;c@x.vn;\n"
        "7;xã Cẩm Giàng;Lê C;;c@x.vn;0900000000\n"
        ";;;;;\n"
        "8;;Vô danh;;v@x.vn;\n"
    )
    preview = await planned(seeded, text)
    assert outcomes(preview) == [
        (2, "added"),
        (2, "added"),
        (3, "added"),
        (4, "refused"),
        (5, "refused"),
        (6, "refused"),
        (7, "added"),
        (8, "unchanged"),
        (9, "refused"),
        (11, "refused"),
    ]
    reasons = [row.reason for row in preview.refused]
    assert "Xã Cẩm Giang (mã 10888) và Xã Cẩm Giàng (mã 10903)" in reasons[0]
    assert "hoà@x.vn" in reasons[1]
    assert reasons[2] == "Không có thư điện tử và điện thoại."
    assert "Trùng với dòng 7 nhưng khác điện thoại" in reasons[3]
    assert reasons[4] == "Thiếu đơn vị."
    assert preview.rows[2].note == "Đơn vị lấy theo dòng 2."
    assert preview.rows[2].values["role"] == "leader"
    assert preview.skipped == 1
    assert all(row_line(row) for row in preview.rows)


async def test_nothing_is_written_while_a_row_is_refused(seeded: House) -> None:
    text = HEADER + "1;An Lão;A;;a@x.vn;\n2;Không Có;B;;b@x.vn;\n"
    preview = await applied(seeded, text)
    assert not preview.applied
    assert await Contact.all().count() == 0
    assert "Chưa nhập gì" in counts_line(preview)
    assert (await applied(seeded, text, skip=True)).applied
    assert await Contact.all().values_list("email", flat=True) == ["a@x.vn"]


async def test_the_same_file_twice_changes_nothing_the_second_time(seeded: House) -> None:
    text = HEADER + "1;An Lão;A;Chuyên viên;a@x.vn;0912345678\n2;Cát Hải;;;c@x.vn;\n;;D;;;0225384212\n"
    assert (await applied(seeded, text)).counts[Action.ADDED] == 3
    again = await applied(seeded, text)
    assert again.counts[Action.UNCHANGED] == 3
    assert not again.to_write
    assert await Contact.all().count() == 3


async def test_a_new_person_at_the_same_mailbox_and_a_new_mailbox_of_the_same_person(seeded: House) -> None:
    await applied(seeded, HEADER + "1;An Lão;Người Cũ;;chung@x.vn;0225111222\n2;Cát Hải;Lê C;;cu@x.vn;\n")
    preview = await applied(seeded, HEADER + "1;An Lão;Người Mới;;chung@x.vn;\n2;Cát Hải;Lê C;;moi@x.vn;\n")
    changes = [[(c.field, c.before, c.after) for c in row.changes] for row in preview.rows]
    assert changes == [[("name", "Người Cũ", "Người Mới")], [("email", "cu@x.vn", "moi@x.vn")]]
    assert await Contact.all().count() == 2
    # A blank cell says nothing: the telephone is kept.
    assert (await Contact.get(name="Người Mới")).phone == "0225111222"


async def test_a_leader_and_an_official_may_share_a_mailbox(seeded: House) -> None:
    await applied(seeded, HEADER + "1;An Lão;Ông Chủ;Chủ tịch UBND;chung@x.vn;\n")
    preview = await applied(seeded, HEADER + "1;An Lão;Cô Thư;Chuyên viên;chung@x.vn;\n")
    assert [row.action for row in preview.rows] == [Action.ADDED]
    assert sorted(await Contact.all().values_list("role", flat=True)) == ["leader", "official"]


async def test_an_address_of_another_unit_is_pointed_out(seeded: House) -> None:
    await applied(seeded, HEADER + "1;An Lão;A;;a@x.vn;\n")
    preview = await planned(seeded, HEADER + "1;Cát Hải;B;;a@x.vn;\n")
    assert "Xã An Lão" in preview.rows[0].note
    assert preview.rows[0].action is Action.ADDED


async def test_a_contact_that_was_stopped_comes_back_with_the_file(seeded: House) -> None:
    text = HEADER + "1;An Lão;A;;a@x.vn;\n"
    await applied(seeded, text)
    await Contact.all().update(active=False)
    preview = await applied(seeded, text)
    assert [(c.before, c.after) for c in preview.rows[0].changes] == [("Ngừng dùng", "Đang dùng")]
    assert (await Contact.get()).active


async def test_a_preview_that_no_longer_holds_is_shown_again(seeded: House) -> None:
    settings, now = seeded.settings, seeded.clock()
    data = (HEADER + "1;An Lão;A;;a@x.vn;\n").encode()
    seen, file_id = await imports.preview(settings, "contacts", "d.csv", data, SYSTEM, now)
    unit = await units.of_code("11629")
    await contacts.save_contact(unit, None, {"role": "official", "name": "A", "email": "a@x.vn"}, SYSTEM, now)
    again = await imports.apply(settings, "contacts", file_id, seen.digest, SYSTEM, now, skip_refused=False)
    assert not again.applied
    assert again.rows[0].action is Action.UNCHANGED
    assert await Contact.all().count() == 1


async def test_what_was_seen_is_what_is_applied_and_the_file_is_kept_once(seeded: House) -> None:
    settings, now = seeded.settings, seeded.clock()
    data = (HEADER + "1;An Lão;A;;a@x.vn;\n").encode()
    seen, file_id = await imports.preview(settings, "contacts", "d.csv", data, SYSTEM, now)
    assert (await imports.preview(settings, "contacts", "d.csv", data, SYSTEM, now))[1] == file_id
    assert await Contact.all().count() == 0
    done = await imports.apply(settings, "contacts", file_id, seen.digest, SYSTEM, now, skip_refused=False)
    assert done.applied
    assert await StoredFile.all().count() == 1
    record = await AuditRecord.get(action="contacts.import")
    assert record.data["added"] == 1
    assert "a@x.vn" not in str(record.data)
    assert await audit.first_broken() is None


async def test_two_imports_at_once_add_each_contact_once(seeded: House) -> None:
    text = HEADER + "1;An Lão;A;;a@x.vn;\n2;Cát Hải;B;;b@x.vn;\n"
    results = await asyncio.gather(*(applied(seeded, text) for _ in range(3)))
    assert sorted(result.counts[Action.ADDED] for result in results) == [0, 0, 2]
    assert await Contact.all().count() == 2


async def test_only_files_of_tables_can_be_applied(seeded: House) -> None:
    now = seeded.clock()
    other = await StoredFile.create(
        sha256="0" * 64, name="a.pdf", size=1, content_type="application/pdf", created_at=now
    )
    with pytest.raises(NotFound):
        await imports.apply(seeded.settings, "contacts", other.id, "", SYSTEM, now, skip_refused=False)


async def test_units_are_added_changed_and_refused(seeded: House) -> None:
    text = (
        "Mã ĐVHC;Tên đơn vị;Loại;Huyện cũ\n"
        "11629;Xã An Lão;;Huyện Khác\n"
        "99001;Phường Mới;;Quận Mới\n"
        "99002;Vô Loại;;\n"
        "99001;Phường Mới;;\n"
        "x1;Xã Sai;;\n"
        "10888;Cẩm Giang;thị trấn;\n"
        ";Phường Thuỷ Nguyên;;\n"
    )
    preview = await units.import_file("units", "u.csv", text.encode(), True, SYSTEM, seeded.clock(), skip_refused=True)
    assert outcomes(preview) == [
        (2, "changed"),
        (3, "added"),
        (4, "refused"),
        (5, "refused"),
        (6, "refused"),
        (7, "refused"),
        (8, "unchanged"),
    ]
    made = await Unit.get(code="99001")
    assert (made.full_name, made.kind, made.group, made.folded) == ("Phường Mới", "phuong", "Quận Mới", "phuong moi")
    assert (await Unit.get(code="11629")).group == "Huyện Khác"
    assert "đã có ở dòng 3" in preview.rows[3].reason


async def test_the_products_own_list_of_units_changes_nothing(seeded: House) -> None:
    data = (units.DATA / "units.csv").read_bytes()
    preview = await units.import_file("units", "units.csv", data, True, SYSTEM, seeded.clock())
    assert preview.counts[Action.UNCHANGED] == 114
    assert not preview.refused


async def test_a_file_that_is_no_table_is_refused_in_words(seeded: House) -> None:
    with pytest.raises(Invalid) as caught:
        await planned(seeded, "xin chào\n")
    assert "dòng tiêu đề" in str(caught.value.problems[0]["message"])


async def test_a_contact_is_added_changed_and_stopped(seeded: House) -> None:
    now, unit = seeded.clock(), await units.of_code("11629")
    raw = {"role": "leader", "name": "  Lê   Văn C ", "position": "", "email": "C@X.VN", "phone": "+84 912 345 678"}
    made = await contacts.save_contact(unit, None, raw, SYSTEM, now)
    assert (made.name, made.email, made.phone) == ("Lê Văn C", "c@x.vn", "0912345678")
    await contacts.save_contact(unit, made.id, {**raw, "position": "Chủ tịch"}, SYSTEM, now)
    assert (await Contact.get()).position == "Chủ tịch"
    await contacts.set_active(unit, made.id, False, SYSTEM, now)
    with pytest.raises(Invalid) as caught:
        await contacts.save_contact(unit, None, raw, SYSTEM, now)
    assert "Dùng lại" in str(caught.value.problems[0]["message"])
    with pytest.raises(NotFound):
        await contacts.contact(await units.of_code("10888"), made.id)


async def test_every_wrong_field_of_a_contact_is_told_at_once(seeded: House) -> None:
    unit = await units.of_code("11629")
    raw = {"role": "boss", "name": "x" * 201, "email": "a@b", "phone": "abc"}
    with pytest.raises(Invalid) as caught:
        await contacts.save_contact(unit, None, raw, SYSTEM, seeded.clock())
    assert [problem["field"] for problem in caught.value.problems] == ["role", "name", "email", "phone"]
    with pytest.raises(Invalid):
        await contacts.save_contact(unit, None, {"role": "official", "name": "A"}, SYSTEM, seeded.clock())


async def test_the_list_is_searched_without_marks_and_tells_who_cannot_be_mailed(seeded: House) -> None:
    await applied(seeded, HEADER + "1;An Lão;A;;a@x.vn;\n2;Cát Hải;B;;;0912345678\n")
    found = await units.listing("an lao")
    assert [line.full_name for line in found.lines] == ["Xã An Lão"]
    assert (found.total, found.without_address) == (114, 113)
    assert [line.code for line in (await units.listing("11914")).lines] == ["11914"]
    assert len((await units.listing(kind="dac_khu", missing=True)).lines) == 2
    names = [line.full_name.partition(" ")[2] for line in (await units.listing()).lines]
    assert names.index("Ái Quốc") < names.index("An Biên") < names.index("Đồ Sơn") < names.index("Gia Lộc")


UNITS = [Known(1, "10888", "Cẩm Giang", "Xã Cẩm Giang", "xa"), Known(2, "10903", "Cẩm Giàng", "Xã Cẩm Giàng", "xa")]
CELL = st.sampled_from(["", "A", "B", "Cẩm Giang", "a@x.vn", "b@x.vn, a@x.vn", "0912345678", "x", "#N/A", "Chủ tịch"])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("unit", "name", "position", "email", "phone"), CELL))))
def test_what_was_applied_is_unchanged_the_next_time(rows: list[dict[str, str]]) -> None:
    table = Table(tuple(Row("", line, cells) for line, cells in enumerate(rows, 2)), (("Đơn vị", "unit"),))
    first = contact_plan.plan("d.csv", table, UNITS, [])
    stored = [
        contact_plan.Existing(place, active=True, **row.values)  # type: ignore[arg-type]  # as the database would
        for place, row in enumerate(first.to_write, 1)
    ]
    again = contact_plan.plan("d.csv", table, UNITS, stored)
    assert not again.to_write
    assert len(again.refused) == len(first.refused)


async def test_the_links_of_somebody_who_left_or_moved_die(house: House) -> None:
    now, settings = house.clock(), house.settings
    survey = await build.survey(settings, now)
    unit = await units.of_code(build.AN_LAO)
    raw = {"role": "official", "name": "Lê C", "email": "c@x.vn"}
    made = await contacts.save_contact(unit, None, raw, SYSTEM, now)
    link = await entry.link_for(survey.invitation.id, made.id, "c@x.vn", now)
    token = entry.address_of("", settings.secret_key, link).rpartition("/")[2]
    _link, session = await entry.enter(token, settings.secret_key, now)

    await contacts.save_contact(unit, made.id, {**raw, "position": "Công chức"}, SYSTEM, now)
    assert await entry.of_session(session, now) is not None, "the address is the same"
    await applied(house, HEADER + "1;An Lão;Lê C;;moi@x.vn;\n")
    assert await entry.of_session(session, now) is None
    with pytest.raises(LinkInvalid):
        await entry.of_link(token, settings.secret_key)


async def test_a_mailbox_that_a_colleague_goes_on_using_keeps_its_links(house: House) -> None:
    now, settings = house.clock(), house.settings
    survey = await build.survey(settings, now)
    unit = await units.of_code(build.AN_LAO)
    first, second = [
        await contacts.save_contact(unit, None, {"role": "official", "name": name, "email": "chung@x.vn"}, SYSTEM, now)
        for name in ("A", "B")
    ]
    link = await entry.link_for(survey.invitation.id, first.id, "chung@x.vn", now)
    token = entry.address_of("", settings.secret_key, link).rpartition("/")[2]
    await contacts.set_active(unit, first.id, False, SYSTEM, now)
    assert (await entry.of_link(token, settings.secret_key)).id == link.id
    await contacts.set_active(unit, second.id, False, SYSTEM, now)
    await contacts.set_active(unit, first.id, False, SYSTEM, now)
    with pytest.raises(LinkInvalid):
        await entry.of_link(token, settings.secret_key)
