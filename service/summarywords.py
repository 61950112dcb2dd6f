"""Consolidated figures in words: numbers, ratios with their denominators, and why something should be looked at again.

Pure. The summary page, the workbook and whatever else is written from the figures say it in these sentences.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from forms.consolidate import Broken, Change, Fences, Outlier, Ratio
from forms.consolidate.doubts import USUAL_CHANGE, USUAL_LEAST
from forms.schema import Question
from service import words
from service.answerwords import short
from service.words import N_, _, number

Label = Callable[[Question], str]

QUARTILES = N_(
    "Tứ phân vị tính theo tỷ lệ giữa hai số liền kề khi xếp từ nhỏ đến lớn (như hàm QUARTILE.INC của Excel). "
    "Số nằm ngoài khoảng từ Q1 − 1,5 × (Q3 − Q1) đến Q3 + 1,5 × (Q3 − Q1) được coi là khác thường (quy tắc Tukey)."
)
ALIKE = N_("Hai ý kiến được xếp cùng nhóm khi có ít nhất một nửa số từ giống nhau, không phân biệt chữ hoa và dấu.")
CHANGES = N_(
    "Thay đổi lớn so với kỳ trước là vượt tỷ lệ ghi trong mẫu phiếu; ở câu không ghi, là vượt {percent}%, với số đếm "
    "thì đồng thời chênh từ {least} trở lên."
)
_KINDS = {"xa": N_("xã"), "phuong": N_("phường"), "dac_khu": N_("đặc khu")}
PLACES = 2


def exact(value: Decimal | int) -> str:
    """1.234,5: every digit that it has."""
    return number(Decimal(value).normalize())


def rounded(value: Decimal | int) -> str:
    """A mean or the like, to two decimals unless it is whole."""
    value = Decimal(value)
    return exact(value) if value == value.to_integral_value() else number(value, PLACES)


def percent(found: Ratio) -> str:
    """91,77%; a dash over nothing."""
    return words.percent(found.numerator_sum, found.denominator_sum, PLACES)


def ratio(found: Ratio, label: Label) -> str:
    """91,77% = 1.048/1.142 (“E2a. Nộp trực tuyến” trên “E2. Tổng số tiếp nhận”, 1 đơn vị trả lời cả hai câu)."""
    return _(
        "{percent} = {above}/{below} (“{numerator}” trên “{denominator}”, {pairs} câu trả lời có cả hai số)"
    ).format(
        percent=percent(found),
        above=exact(found.numerator_sum),
        below=exact(found.denominator_sum),
        numerator=short(label(found.numerator)),
        denominator=short(label(found.denominator)),
        pairs=number(found.pairs),
    )


def outlier(found: Outlier, fences: Fences) -> str:
    """Why a number stands out, with all it was compared with."""
    if found.value > fences.high:
        said = _("{value}, cao hơn ngưỡng {bound} (Q3 {quartile} + 1,5 × khoảng tứ phân vị {range})")
        bound, quartile = fences.high, fences.q3
    else:
        said = _("{value}, thấp hơn ngưỡng {bound} (Q1 {quartile} − 1,5 × khoảng tứ phân vị {range})")
        bound, quartile = fences.low, fences.q1
    why = said.format(
        value=exact(found.value),
        bound=exact(bound),
        quartile=exact(quartile),
        range=exact(fences.q3 - fences.q1),
    )
    return f"{why}; {_beside(found)}"


def _beside(found: Outlier) -> str:
    """gấp 8,61 lần trung vị 104,5 của 10 xã."""
    peers = _("{count} {kind}").format(count=number(found.peers), kind=_(_KINDS.get(found.kind, "đơn vị")))
    middle = _("trung vị {median} của {peers}").format(median=exact(found.median), peers=peers)
    if found.median > 0 and found.value >= 2 * found.median:
        return _("gấp {times} lần {middle}").format(times=rounded(found.value / found.median), middle=middle)
    return middle


def change(found: Change) -> str:
    """từ 50 lên 70 (tăng 40,00%, ngưỡng 30%)."""
    up = found.now > found.before
    said = _("từ {before} lên {now}") if up else _("từ {before} xuống {now}")
    said = said.format(before=exact(found.before), now=exact(found.now))
    if not found.before:
        return _("{change} (kỳ trước không có)").format(change=said)
    share = number(abs(found.now - found.before) * 100 / abs(found.before), PLACES)
    beyond = _("{change} (tăng {share}%, ngưỡng {limit}%)") if up else _("{change} (giảm {share}%, ngưỡng {limit}%)")
    return beyond.format(change=said, share=share, limit=exact(found.percent))


def changes() -> str:
    """From when on a change is told."""
    return _(CHANGES).format(percent=exact(USUAL_CHANGE), least=exact(USUAL_LEAST))


def broken(found: Broken, labels: Mapping[str, str]) -> str:
    """“E2a” 1.048 + “E2b” 97 = 1.145, lệch 3 so với “E2” 1.142."""
    terms = zip(found.tie.parts, found.parts, strict=True)
    parts = " + ".join(f"“{short(labels[name])}” {exact(value)}" for name, value in terms)
    whole = short(labels[found.tie.whole])
    if found.whole is None or found.difference is None:
        return _("{parts}, nhưng không có số “{whole}”").format(parts=parts, whole=whole)
    total = exact(sum(found.parts, Decimal(0)))
    said = _("{parts} = {total}, lệch {difference} so với “{whole}” {given}")
    if not found.tie.equal:
        said = _("{parts} = {total}, vượt {difference} so với “{whole}” {given}")
    if len(found.parts) == 1:
        said = _("{parts}, vượt {difference} so với “{whole}” {given}")
    difference = exact(abs(found.difference))
    return said.format(parts=parts, total=total, difference=difference, whole=whole, given=exact(found.whole))


def remark(label: str, why: str) -> str:
    """What a unit is asked when one of its figures is handed back."""
    return _(
        "Đề nghị đơn vị kiểm tra lại số liệu ở câu “{label}”: {why}. Nếu số liệu chưa đúng, vui lòng sửa và gửi lại; "
        "nếu đúng, vui lòng ghi rõ lý do ở phần ý kiến khác rồi gửi lại."
    ).format(label=short(label), why=why)


def asked(found: Outlier | Change | Broken, labels: Mapping[str, str]) -> str:
    """The same for the unit that is asked about it, without how the threshold was reckoned: 3.600, gấp 12,54 lần trung
    vị 287 của 12 phường."""
    match found:
        case Broken():
            return broken(found, labels)
        case Change():
            return _("thay đổi lớn so với kỳ trước: {change}").format(change=change(found))
        case Outlier():
            return _("{value} khác nhiều so với các đơn vị khác: {beside}").format(
                value=exact(found.value), beside=_beside(found)
            )


def doubt(found: Outlier | Change | Broken, fences: Fences | None, labels: Mapping[str, str]) -> str:
    """What is doubtful about one answer, whichever check says so."""
    return outlier(found, fences) if isinstance(found, Outlier) and fences else asked(found, labels)
