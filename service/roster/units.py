"""Units: rows of a table against the list of units -> a preview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from service.roster import headers
from service.roster.headers import ORDINAL, Column, Row, Table
from service.roster.names import Known, Matcher, code_of, full_name, key, kind_of, split_kind
from service.roster.people import Refused, said
from service.roster.previews import Action, Change, Planned, Preview, made
from service.tables import Sheet
from service.words import KINDS, N_, _, fold

COLUMNS = (
    ORDINAL,
    Column(
        "code",
        N_("mã đơn vị"),
        frozenset({"ma", "ma don vi", "ma dvhc", "ma xa", "ma so", "code"}),
        ("ma don vi", "ma dvhc", "ma xa", "ma so", "ma hanh chinh", "ma phuong"),
    ),
    Column("full_name", N_("tên đầy đủ"), frozenset({"ten day du", "full name"}), ("ten day du",)),
    Column("kind", N_("loại"), frozenset({"loai", "kind", "cap", "loai don vi", "loai hinh"}), ("loai don vi",)),
    Column(
        "group",
        N_("nhóm"),
        frozenset({"nhom", "group", "nhom don vi", "huyen", "old districts"}),
        ("huyen cu", "nhom", "cap huyen", "quan huyen", "dia ban"),
    ),
    Column("parent", N_("mã cấp trên"), frozenset({"ma cap tren", "ma tinh", "parent"}), ("ma cap tren", "ma tinh")),
    Column("latitude", N_("vĩ độ"), frozenset({"lat", "latitude", "vi do"})),
    Column("longitude", N_("kinh độ"), frozenset({"lon", "lng", "longitude", "kinh do"})),
    Column("tile_col", N_("cột trên bản đồ ô"), frozenset({"tile col", "cot o"})),
    Column("tile_row", N_("hàng trên bản đồ ô"), frozenset({"tile row", "hang o"})),
    Column(
        "name",
        N_("tên đơn vị"),
        frozenset({"ten", "name", "don vi", "ten don vi", "xa phuong", "ten xa", "ten xa phuong"}),
        ("ten don vi", "xa phuong", "don vi hanh chinh", "dac khu"),
    ),
)
NEEDED = (frozenset({"code"}), frozenset({"name", "full_name"}))
FIELDS = {
    "code": N_("Mã"),
    "name": N_("Tên"),
    "full_name": N_("Tên đầy đủ"),
    "kind": N_("Loại"),
    "group": N_("Nhóm"),
    "parent": N_("Mã cấp trên"),
    "latitude": N_("Vĩ độ"),
    "longitude": N_("Kinh độ"),
    "tile_col": N_("Cột trên bản đồ ô"),
    "tile_row": N_("Hàng trên bản đồ ô"),
    "active": N_("Tình trạng"),
}
LONGEST = 200
_BOUNDS = {"latitude": 90, "longitude": 180}


@dataclass(frozen=True, slots=True)
class Existing:
    """A unit as the database has it, with all that a file may change."""

    id: int
    code: str
    name: str
    full_name: str
    kind: str
    group: str
    parent: str
    latitude: float | None
    longitude: float | None
    tile_col: int | None
    tile_row: int | None
    active: bool

    @property
    def known(self) -> Known:
        return Known(self.id, self.code, self.name, self.full_name, self.kind)


def find(sheets: Sequence[Sheet]) -> Table:
    """The table of units in a file. Raises Unreadable."""
    return headers.find(sheets, COLUMNS, NEEDED)


def plan(file: str, table: Table, existing: Iterable[Existing]) -> Preview:
    """What the file would do. Units that are not in it stay as they are."""
    stored = {unit.code: unit for unit in existing}
    matcher = Matcher(unit.known for unit in stored.values())
    planned: list[Planned] = []
    seen: dict[str, int] = {}
    skipped = 0
    for row in table.rows:
        if row.heading or not any(text for name, text in row.cells.items() if name != ORDINAL.name):
            skipped += 1
            continue
        try:
            code, note = _code(row, matcher)
            if code in seen:
                raise Refused(_("Mã {code} đã có ở dòng {line}.").format(code=code, line=seen[code]))
            seen[code] = row.line
            planned.append(_decided(row, code, stored.get(code), note))
        except Refused as error:
            called = row.cells.get("full_name") or row.cells.get("name", "")
            code_text = row.cells.get("code", "")
            planned.append(Planned(row.sheet, row.line, Action.REFUSED, called, called, code_text, reason=str(error)))
    return made("units", file, table, planned, skipped)


def _code(row: Row, matcher: Matcher) -> tuple[str, str]:
    """The row's code, or that of the unit its name means; and a note about the name."""
    text = said(row.cells.get("code", ""))
    if text:
        code = code_of(text)
        if code is None:
            raise Refused(_("Mã “{text}” không phải là mã đơn vị (chỉ gồm chữ số).").format(text=text))
        return code, ""
    match = matcher.by_name(row.cells.get("full_name") or row.cells.get("name", ""))
    if match.unit is None:
        raise Refused(_("Thiếu mã. {reason}").format(reason=match.reason))
    return match.unit.code, match.note


def _decided(row: Row, code: str, stored: Existing | None, note: str) -> Planned:
    wanted = _wanted(row, stored)
    if stored is None:
        for name in ("name", "kind"):
            if not wanted.get(name):
                raise Refused(_("Đơn vị mới thiếu {field}.").format(field=_(FIELDS[name]).lower()))
        values: dict[str, object] = {"code": code, "group": "", "parent": "", **wanted}
        changes = tuple(_change(name, "", value) for name, value in values.items() if value not in ("", None))
        target = None
    else:
        values = {name: value for name, value in wanted.items() if getattr(stored, name) != value}
        changes = tuple(_change(name, getattr(stored, name), value) for name, value in values.items())
        target = stored.id
    if "full_name" in values:
        values["folded"] = fold(str(values["full_name"]))
    called = str(values.get("full_name") or (stored.full_name if stored else ""))
    action = Action.ADDED if stored is None else Action.CHANGED if changes else Action.UNCHANGED
    return Planned(row.sheet, row.line, action, called, called, code, changes, note=note, target=target, values=values)


def _wanted(row: Row, stored: Existing | None) -> dict[str, object]:
    """What the row says, typed; a blank cell says nothing. Raises Refused."""
    cells = {name: said(text) for name, text in row.cells.items()}
    wanted: dict[str, object] = {}
    prefix, name = split_kind(cells.get("full_name") or cells.get("name", ""))
    kind = _kind(cells.get("kind", ""), prefix) or (stored.kind if stored else None)
    if name:
        if len(name) > LONGEST - 20:
            raise Refused(_("Tên quá dài (tối đa {limit} ký tự).").format(limit=LONGEST - 20))
        same = stored is not None and key(stored.name) == key(name)
        wanted["name"] = stored.name if stored and same else name
    if kind:
        wanted["kind"] = kind
    if kind and (wanted.get("name") or stored):
        wanted["full_name"] = full_name(kind, str(wanted.get("name") or (stored.name if stored else "")))
    if cells.get("group"):
        wanted["group"] = cells["group"].split(";")[0].strip()[:LONGEST]
    if cells.get("parent"):
        wanted["parent"] = cells["parent"][:10]
    wanted.update(_numbers(cells))
    if stored is not None:
        wanted["active"] = True
    return wanted


def _kind(text: str, prefix: str | None) -> str | None:
    kind = kind_of(text) if text else prefix
    if text and kind is None:
        raise Refused(_("Loại “{text}” không rõ; vui lòng ghi Xã, Phường hoặc Đặc khu.").format(text=text))
    if kind is not None and kind not in KINDS:
        raise Refused(_("Chỉ nhận xã, phường, đặc khu; thị trấn không còn là đơn vị hành chính."))
    if prefix and prefix != kind:
        raise Refused(_("Cột loại và tên ghi hai loại đơn vị khác nhau."))
    return kind


def _numbers(cells: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in ("latitude", "longitude", "tile_col", "tile_row"):
        text = cells.get(name, "").replace(",", ".")
        if not text:
            continue
        try:
            value = Decimal(text)
            fits = value.is_finite() and abs(value) <= _BOUNDS.get(name, 1000)
        except InvalidOperation:
            fits = False
        if not fits or (name not in _BOUNDS and (value % 1 or value < 0)):
            raise Refused(_("{field} “{text}” không phải là số hợp lệ.").format(field=_(FIELDS[name]), text=text))
        found[name] = float(value) if name in _BOUNDS else int(value)
    return found


def _change(name: str, before: object, after: object) -> Change:
    return Change(name, _(FIELDS[name]), _shown(name, before), _shown(name, after))


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Đang dùng") if value else _("Ngừng dùng")
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return _(KINDS.get(str(value), str(value))) if name == "kind" else str(value)
