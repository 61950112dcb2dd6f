"""The screens of units and contacts: who sees what, a form that gives back what was typed, an import in two steps."""

import re

import pytest

from service.flow import contacts, principal, units
from service.models import Contact, StoredFile
from tests.conftest import House
from tests.service import scenes
from tests.service.scenes import Office, csrf

pytestmark = pytest.mark.anyio

HEADER = "Đơn vị;Họ và tên;Chức vụ;Email;Điện thoại\n"


@pytest.fixture
async def office(house: House) -> Office:
    """The department, with its administrator logged in."""
    made = await scenes.office(house.settings, house.clock())
    await scenes.log_in(house.client, made.administrator, house.clock())
    return made


async def token(house: House, path: str) -> str:
    return csrf((await house.client.get(path)).text)


async def upload(house: House, kind: str, name: str, data: bytes) -> tuple[int, str]:
    page = f"/{kind}/import"
    given = {"file": (name, data)} if name else {}
    answer = await house.client.post(page, data={"csrf": await token(house, page)}, files=given)
    return answer.status_code, answer.text


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


async def apply(house: House, page: str, **more: str) -> tuple[int, str]:
    fields = {name: hidden(page, name) for name in ("csrf", "file", "digest")}
    answer = await house.client.post("/contacts/import/apply", data={**fields, **more}, follow_redirects=True)
    return answer.status_code, answer.text


async def test_the_list_has_all_units_and_finds_them_without_marks(house: House, office: Office) -> None:
    page = (await house.client.get("/units")).text
    assert page.count('<th scope="row">') == 114
    assert "114 trên 114 đơn vị chưa có thư điện tử" in page
    found = (await house.client.get("/units", params={"q": "cam giang", "kind": "xa"})).text
    assert "Xã Cẩm Giang</a>" in found
    assert "Xã Cẩm Giàng</a>" in found
    assert "2 trên 114 đơn vị" in found
    nothing = (await house.client.get("/units", params={"q": "<script>"})).text
    assert "Không có đơn vị nào phù hợp" in nothing
    assert "<script>" not in nothing.partition("</header>")[2].partition("<script type")[0]


async def test_the_menu_says_where_one_is(house: House, office: Office) -> None:
    for path in ("/units", "/units/import", "/contacts/import"):
        page = (await house.client.get(path)).text
        assert re.findall(r'<a href="([^"]+)" aria-current="page">', page.partition("</nav>")[0]) == ["/units"]


async def test_viewers_see_the_list_but_no_persons_and_staff_import_nothing(house: House, office: Office) -> None:
    await scenes.log_in(house.client, office.viewer, house.clock())
    page = await house.client.get("/units")
    assert page.status_code == 200
    assert 'href="/units/11629"' not in page.text
    assert (await house.client.get("/units/11629")).status_code == 403
    await scenes.log_in(house.client, office.staff, house.clock())
    assert (await house.client.get("/units/11629")).status_code == 200
    assert (await house.client.get("/contacts/import")).status_code == 403
    assert "Nhập danh sách đầu mối" not in (await house.client.get("/units")).text


async def test_a_contact_is_added_by_form_and_shown(house: House, office: Office) -> None:
    path = "/units/11629/contacts/new"
    data = {"csrf": await token(house, path), "role": "leader", "name": "Lê <b>C</b>", "email": "C@x.vn", "phone": ""}
    answer = await house.client.post(path, data=data, follow_redirects=True)
    assert "Đã thêm đầu mối." in answer.text
    assert "Lê &lt;b&gt;C&lt;/b&gt;" in answer.text
    assert "c@x.vn" in answer.text


async def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(house: House, office: Office) -> None:
    path = "/units/11629/contacts/new"
    data = {"csrf": await token(house, path), "role": "official", "name": "Lê C", "email": "hoà@x", "phone": "abc"}
    answer = await house.client.post(path, data=data)
    assert answer.status_code == 422
    assert answer.text.count("Địa chỉ “hoà@x” có chữ có dấu") == 2, "in the summary and beside the field"
    assert 'href="#email"' in answer.text
    assert 'aria-describedby="email-problem email-hint" aria-invalid="true"' in answer.text
    for typed in ('value="Lê C"', 'value="hoà@x"', 'value="abc"'):
        assert typed in answer.text
    assert await Contact.all().count() == 0


async def test_a_contact_is_changed_stopped_and_used_again(house: House, office: Office) -> None:
    unit, who = await units.of_code("11629"), principal.staff(office.staff.id)
    raw = {"role": "official", "name": "Lê C", "email": "c@x.vn"}
    made = await contacts.save_contact(unit, None, raw, who, house.clock())
    path = f"/units/11629/contacts/{made.id}"
    page = (await house.client.get(path)).text
    assert 'value="c@x.vn"' in page
    await house.client.post(path, data={**raw, "csrf": csrf(page), "position": "Công chức"})
    assert (await Contact.get()).position == "Công chức"
    stop = {"csrf": csrf(page), "active": "0"}
    assert "Ngừng dùng" in (await house.client.post(f"{path}/active", data=stop, follow_redirects=True)).text
    assert not (await Contact.get()).active
    await house.client.post(f"{path}/active", data={**stop, "active": "1"})
    assert (await Contact.get()).active


async def test_a_contact_of_another_unit_is_not_found(house: House, office: Office) -> None:
    unit, who = await units.of_code("11629"), principal.staff(office.staff.id)
    made = await contacts.save_contact(unit, None, {"role": "official", "email": "c@x.vn"}, who, house.clock())
    assert (await house.client.get(f"/units/10888/contacts/{made.id}")).status_code == 404
    assert (await house.client.get("/units/99999")).status_code == 404
    assert (await house.client.get(f"/units/11629/contacts/{10**30}")).status_code == 404


async def test_an_import_is_looked_at_first_and_then_applied(house: House, office: Office) -> None:
    data = (HEADER + "UBND xã An Lão;Nguyễn An;Chuyên viên;a@x.vn;0912345678\n").encode("utf-16")
    status, page = await upload(house, "contacts", "đầu mối.csv", data)
    assert status == 200
    assert "Xem trước: đầu mối.csv" in page
    assert "Thêm mới" in page
    assert "Nguyễn An, a@x.vn" in page
    assert await Contact.all().count() == 0
    status, page = await apply(house, page)
    assert "Đã nhập: thêm mới 1, thay đổi 0, giữ nguyên 0, từ chối 0." in page
    assert (await Contact.get()).email == "a@x.vn"


async def test_refused_rows_stop_the_import_until_they_are_left_out_on_purpose(house: House, office: Office) -> None:
    data = (HEADER + "An Lão;A;;a@x.vn;\nCam Giang;B;;b@x.vn;\n").encode()
    _status, page = await upload(house, "contacts", "d.csv", data)
    assert "“Cam Giang” có thể là Xã Cẩm Giang (mã 10888) và Xã Cẩm Giàng (mã 10903)" in page
    status, again = await apply(house, page)
    assert status == 409
    assert "Chưa nhập gì vì còn dòng bị từ chối" in again
    assert await Contact.all().count() == 0
    await apply(house, again, skip_refused="1")
    assert await Contact.all().values_list("email", flat=True) == ["a@x.vn"]


async def test_a_preview_that_no_longer_holds_comes_back(house: House, office: Office) -> None:
    data = (HEADER + "An Lão;A;;a@x.vn;\n").encode()
    _status, page = await upload(house, "contacts", "d.csv", data)
    unit, who = await units.of_code("11629"), principal.staff(office.staff.id)
    await contacts.save_contact(unit, None, {"role": "official", "email": "a@x.vn"}, who, house.clock())
    status, again = await apply(house, page)
    assert status == 409
    assert "đã thay đổi sau khi anh/chị xem trước" in again
    assert hidden(again, "digest") != hidden(page, "digest")
    await apply(house, again)
    assert (await Contact.get()).name == "A"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("", b"", "Vui lòng chọn tệp Excel (.xlsx) hoặc CSV."),
        ("a.csv", b"", "Tệp rỗng"),
        ("a.csv", b"xin;chao\n", "Không tìm thấy dòng tiêu đề"),
        ("a.xlsx", b"PK\x03\x04broken", "bị hỏng"),
        ("virus.exe", b"MZ\x90\x00\x03\x00\x00\x00", "không phải là bảng Excel"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "lưu lại thành .xlsx"),
        ("to.csv", b"x" * (11 * 1024 * 1024), "quá lớn (tối đa 10 MB)"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_in_words(
    house: House, office: Office, name: str, data: bytes, words: str
) -> None:
    status, page = await upload(house, "contacts", name, data)
    assert status == 422
    assert page.count(words) == 2, "in the summary and beside the field"
    assert await StoredFile.filter(content_type="text/csv").count() == 0


async def test_the_shipped_list_of_units_can_be_imported_on_the_page(house: House, office: Office) -> None:
    data = (units.DATA / "units.csv").read_bytes()
    status, page = await upload(house, "units", "units.csv", data)
    assert status == 200
    assert "Không có gì để nhập" in page
    assert "Cột không dùng: full_name_en, old_province." in page


async def test_an_apply_of_an_unknown_file_is_not_found(house: House, office: Office) -> None:
    fields = {"csrf": await token(house, "/contacts/import"), "file": "9" * 40, "digest": "x"}
    assert (await house.client.post("/contacts/import/apply", data=fields)).status_code == 404
