"""CampaignReport -> the words of the official report: texts and blocks by name, for a Word template to place.

Pure. Its sentences are those of Vietnamese administrative practice (Decree 30/2020, annex I) and are not translated.
Every figure comes from the report as it is and stands beside its denominator.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exports import results
from exports.annexes import FIGURES, LISTS, Annexed, annexes
from exports.document import LOCAL
from exports.paper import Bars, Part, Table, Text
from exports.report import CampaignReport, GroupRate, RateFigures
from exports.words import illustrative, number, percent, when, written

MOST_BARS = 40  # more groups than this have no chart
_LITTLE = frozenset({"và", "của"})


@dataclass(frozen=True, slots=True)
class Office:
    """The office that reports: its `name`, the body `above` it, the `place` it writes from."""

    name: str
    above: str
    place: str

    @property
    def sign(self) -> str:
        """The abbreviation in a document's number: Sở Khoa học và Công nghệ -> SKHCN."""
        words = self.name.removesuffix(self.place).replace("&", " & ").split()
        return "".join(word if word.isupper() else word[0].upper() for word in words if self._counts(word))

    @staticmethod
    def _counts(word: str) -> bool:
        return word[0].isalpha() and word.lower() not in _LITTLE

    @property
    def head(self) -> str:
        """Who signs."""
        return "Giám đốc" if self.name.startswith("Sở ") else "Thủ trưởng"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a report says. `texts` stand inside a line, `blocks` in the place of a paragraph of their own."""

    title: str
    office: str
    made_at: datetime
    texts: Mapping[str, str]
    blocks: Mapping[str, tuple[Part, ...]]


def letter(report: CampaignReport, office: Office) -> Letter:
    """The report in words, as of its moment."""
    found = annexes(report, _attached(report, office))
    return Letter(
        title=_subject(report),
        office=office.name,
        made_at=report.made_at,
        texts=_texts(report, office),
        blocks={
            "mo_dau": (Text(_opening(report, office)),),
            "ket_qua_gui": tuple(map(Text, _standing(report, found))),
            "bang_theo_loai": _rates("Loại đơn vị", report.rate.by_kind),
            "bang_theo_nhom": _rates("Nhóm đơn vị", report.rate.by_group),
            "bieu_do": _chart(report),
            "ty_le_tong_hop": tuple(map(Text, results.ratios(report))),
            "so_lieu": (*results.tables(report), *_by_parts(found)),
            FIGURES: found.tables[FIGURES],
            "kien_nghi": tuple(map(Text, results.rows_given(report, found.repeats))),
            "viec_tiep_theo": tuple(map(Text, _next_steps(report, office, found))),
            "ket_thuc": (Text(_end(report, office)),),
            "noi_nhan": tuple(map(Text, _copies(office))),
            "canh_bao": (Text(f"{illustrative(str).upper()}: các số liệu không phải số liệu thật."),)
            if report.illustrative
            else (),
            "phu_luc": found.parts,
            **{f"danh_sach_{name}": found.tables[name] for name in LISTS},
        },
    )


def _texts(report: CampaignReport, office: Office) -> dict[str, str]:
    rate = report.rate
    counts = {name: sum(unit.timing == timing for unit in report.units) for name, timing in _COUNTED.items()}
    return {
        "co_quan_cap_tren": office.above,
        "CO_QUAN_CAP_TREN": office.above.upper(),
        "co_quan": office.name,
        "CO_QUAN": office.name.upper(),
        "so": _number(office),
        "noi_va_ngay": f"{office.place}, {_day_left(report)}",
        "ve_viec": _subject(report),
        "khao_sat": report.title,
        "van_ban": report.letter,
        "ky_so_lieu": _period(report),
        "tinh_den": when(report.as_of),
        "han_gui": when(report.due_at) if report.due_at else "",
        "da_gui": f"{number(rate.responded)}/{number(rate.expected)}",
        "ty_le": percent(rate.responded, rate.expected),
        "so_phai_gui": number(rate.expected),
        "so_da_gui": number(rate.responded),
        "so_chua_gui": number(rate.expected - rate.responded),
        "so_khong_phat_sinh": number(rate.nil),
        "so_da_nhan_van_ban": number(rate.received),
        "so_dang_chinh_sua": number(rate.returned),
        "so_dung_han_ban_dau": number(rate.on_time_original),
        "so_dung_han": number(rate.on_time_extended),
        **{name: number(count) for name, count in counts.items()},
        "chuc_danh_ky": office.head,
        "CHUC_DANH_KY": office.head.upper(),
        "chuyen_vien": report.staff,
        "lap_luc": when(report.made_at),
        "so_ghi_nhan": number(report.highest_event),
    }


_COUNTED = {
    "so_gui_muon": "late",
    "so_chua_den_han": "not_yet_due",
    "so_qua_han": "overdue",
    "so_khong_thuoc_dien": "exempt",
}


def _number(office: Office) -> str:
    return f"Số:          /BC-{office.sign}"


def _day_left(report: CampaignReport) -> str:
    """The day is the clerk's to write; the first two months have a nought (annex I, II.4)."""
    made = report.made_at.astimezone(LOCAL)
    month = f"{made.month:02}" if made.month < 3 else str(made.month)
    return f"ngày      tháng {month} năm {made.year}"


def _attached(report: CampaignReport, office: Office) -> str:
    return f"(Kèm theo Báo cáo số          /BC-{office.sign} {_day_left(report)} của {office.name})"


def _subject(report: CampaignReport) -> str:
    return f"Kết quả {report.subject}" if report.subject else f"Kết quả đợt khảo sát “{report.title}”"


def _period(report: CampaignReport) -> str:
    if report.period_from and report.period_to:
        return f"từ {written(report.period_from)} đến hết {written(report.period_to)}"
    return ""


def _opening(report: CampaignReport, office: Office) -> str:
    why = f"Thực hiện văn bản {report.letter}" if report.letter else f"Thực hiện đợt khảo sát “{report.title}”"
    period = f" (số liệu {_period(report)})" if _period(report) else ""
    return f"{why}, {office.name} báo cáo kết quả tổng hợp từ các đơn vị{period} tính đến {when(report.as_of)} như sau:"


def _standing(report: CampaignReport, found: Annexed) -> Iterator[str]:
    """How many answered, on time, and are still missing, each with its denominator and its annex."""
    rate = report.rate
    yield _responded(rate)
    if rate.responded:
        yield _on_time(report, found)
    if missing := rate.expected - rate.responded:
        yield _missing(missing, rate, found)
    if exempt := found.counts["khong_thuoc_dien"]:
        see = found.see("khong_thuoc_dien")
        yield f"{number(exempt)} đơn vị không thuộc diện báo cáo, không tính vào số phải gửi{see}."
    if rate.recorded_later:
        yield (
            f"Bổ sung sau: {rate.recorded_later:+d} đơn vị có báo cáo trước thời điểm nêu trên nhưng được ghi nhận sau "
            "thời điểm đó; các số liệu trong báo cáo này giữ nguyên."
        )


def _responded(rate: RateFigures) -> str:
    if not rate.expected:
        return "Không có đơn vị nào thuộc diện báo cáo."
    if not rate.responded:
        return f"Chưa có đơn vị nào gửi báo cáo, trên tổng số {number(rate.expected)} đơn vị thuộc diện báo cáo."
    share = f"đạt {percent(rate.responded, rate.expected)}"
    words = f"Có {number(rate.responded)}/{number(rate.expected)} đơn vị thuộc diện báo cáo đã gửi báo cáo, {share}"
    inside = (
        (rate.nil, "đơn vị báo cáo không phát sinh"),
        (rate.received, "đơn vị đã gửi văn bản, chưa nhập số liệu vào hệ thống"),
    )
    parts = [f"{number(count)} {what}" for count, what in inside if count]
    return f"{words}; trong đó có {', '.join(parts)}." if parts else f"{words}."


def _on_time(report: CampaignReport, found: Annexed) -> str:
    rate = report.rate
    due = f" ({when(report.due_at)})" if report.due_at else ""
    first = f"Theo hạn gửi ban đầu{due}, {_both(rate.on_time_original, rate)}."
    extended = f"Tính cả thời gian được gia hạn, {_both(rate.on_time_extended, rate)}{found.see('dung_han')}."
    late = found.counts["gui_muon"]
    last = f"Có {number(late)} đơn vị gửi muộn{found.see('gui_muon')}." if late else "Không có đơn vị gửi muộn."
    return f"{first} {extended} {last}"


def _both(count: int, rate: RateFigures) -> str:
    """On time over responded and over expected."""
    return (
        f"có {number(count)} đơn vị gửi đúng hạn, bằng {percent(count, rate.responded)} số đơn vị đã gửi "
        f"({number(count)}/{number(rate.responded)}) và {percent(count, rate.expected)} số đơn vị phải gửi "
        f"({number(count)}/{number(rate.expected)})"
    )


def _missing(missing: int, rate: RateFigures, found: Annexed) -> str:
    parts = [
        f"{number(count)} đơn vị {what}{found.see(name)}"
        for name, what in (("qua_han", "quá hạn"), ("chua_den_han", "chưa đến hạn"))
        if (count := found.counts[name])
    ]
    words = f"Còn {number(missing)}/{number(rate.expected)} đơn vị chưa tính là đã gửi"
    words += f", gồm {', '.join(parts)}" if parts else ""
    back = (
        f"; trong số này có {number(rate.returned)} đơn vị đã gửi và đang chỉnh sửa, bổ sung" if rate.returned else ""
    )
    return f"{words}{back}."


def _rates(label: str, groups: Sequence[GroupRate]) -> tuple[Part, ...]:
    if not groups:
        return ()
    head = (label, "Phải gửi", "Đã gửi", "Tỷ lệ gửi", "Đúng hạn", "Đúng hạn trên số đã gửi")
    rows = [_rate_row(group.label, group.expected, group.responded, group.on_time) for group in groups]
    sums = [sum(counts) for counts in zip(*((g.expected, g.responded, g.on_time) for g in groups), strict=True)]
    return (Table(head, (*rows, _rate_row("Cộng", *sums)), (34, 12, 12, 14, 12, 16)),)


def _rate_row(label: str, expected: int, responded: int, on_time: int) -> tuple[str, ...]:
    counts = number(expected), number(responded), percent(responded, expected)
    return (label, *counts, number(on_time), percent(on_time, responded))


def _chart(report: CampaignReport) -> tuple[Part, ...]:
    by_group = 1 < len(report.rate.by_group) <= MOST_BARS
    groups, by = (report.rate.by_group, "nhóm") if by_group else (report.rate.by_kind, "loại")
    rows = tuple(
        (g.label, f"{number(g.responded)}/{number(g.expected)}", g.responded / g.expected) for g in groups if g.expected
    )
    title = f"Tỷ lệ gửi báo cáo theo {by} đơn vị (số đã gửi trên số phải gửi)"
    return (Bars(title, rows),) if rows else ()


def _by_parts(found: Annexed) -> tuple[Part, ...]:
    number = found.numbers.get(FIGURES)
    return (Text(f"Số liệu theo loại và nhóm đơn vị được tổng hợp tại {number}."),) if number else ()


def _next_steps(report: CampaignReport, office: Office, found: Annexed) -> Iterator[str]:
    """What still has to be done, as the lists say; nothing is judged here."""
    overdue, coming = found.counts["qua_han"], found.counts["chua_den_han"]
    if overdue:
        yield f"{office.name} tiếp tục đôn đốc {number(overdue)} đơn vị quá hạn gửi báo cáo{found.see('qua_han')}."
    if coming:
        yield f"{office.name} tiếp nhận báo cáo của {number(coming)} đơn vị chưa đến hạn{found.see('chua_den_han')}."
    if report.rate.returned:
        count = number(report.rate.returned)
        yield f"{office.name} theo dõi việc chỉnh sửa, bổ sung báo cáo của {count} đơn vị."
    if report.rate.received:
        count = number(report.rate.received)
        yield f"{office.name} nhập số liệu của {count} đơn vị đã gửi văn bản vào hệ thống để tổng hợp."
    if not (overdue or coming or report.rate.returned or report.rate.received):
        yield "Các đơn vị thuộc diện báo cáo đã gửi đủ báo cáo và số liệu."


def _end(report: CampaignReport, office: Office) -> str:
    subject = _subject(report)
    return f"Trên đây là báo cáo {subject[:1].lower()}{subject[1:]}, {office.name} kính báo cáo./."


def _copies(office: Office) -> tuple[str, ...]:
    leaders = "- Lãnh đạo Sở;" if office.name.startswith("Sở ") else "- Lãnh đạo cơ quan;"
    return (f"- {office.above} (để báo cáo);", leaders, "- Các đơn vị báo cáo;", "- Lưu: VT.")
