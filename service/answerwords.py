"""Problems of answers in words. A form author's own message, where there is one, wins; save for a box to tick, which
would be told the "please enter" that stands beside every required question, and for such a "please enter" in Vietnamese
on a page in another language."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from forms.answers import Problem
from forms.schema import FILES, SELECTS, Kind, Question
from forms.shown import show_number
from forms.values import Typed
from forms.views import Sum
from service.words import N_, OWN, _, language, language_of, number

LABEL_LENGTH = 90

REQUIRED = {
    "select": N_("Vui lòng chọn câu trả lời cho “{label}”."),
    "file": N_("Vui lòng gửi tệp cho “{label}”."),
    "rank": N_("Vui lòng xếp thứ tự các lựa chọn ở “{label}”."),
    "tick": N_("Vui lòng đánh dấu vào ô “{label}”."),
    "other": N_("Vui lòng trả lời “{label}”."),
}
SENTENCES: Mapping[str, str] = {
    "constraint": N_("Câu trả lời cho “{label}” chưa hợp lệ. Vui lòng kiểm tra lại."),
    "cannot_evaluate": N_(
        "Chưa kiểm tra được “{label}” với các câu trả lời hiện có. Vui lòng kiểm tra các câu liên quan."
    ),
    "not_offered": N_("Lựa chọn ở “{label}” không còn phù hợp với câu trả lời khác. Vui lòng chọn lại."),
    "not_choice": N_("Lựa chọn “{text}” không có trong danh sách của “{label}”. Vui lòng chọn lại."),
    "not_integer": N_("“{label}” cần một số nguyên, ví dụ 1.142. Nội dung đã nhập: “{text}”."),
    "not_number": N_("“{label}” cần một số, ví dụ 12,5. Nội dung đã nhập: “{text}”."),
    "ambiguous_number": N_(
        "Số “{text}” có thể hiểu theo hai cách. Vui lòng viết số nguyên liền nhau (ví dụ 1142), "
        "phần thập phân sau dấu phẩy và đủ rõ (ví dụ 1,14)."
    ),
    "too_large": N_("Số ở “{label}” quá lớn (tối đa {digits} chữ số). Vui lòng kiểm tra lại."),
    "out_of_range": N_("“{label}” cần một số từ {start} đến {end}."),
    "off_step": N_("“{label}” cần một số trong dãy bắt đầu từ {start}, cách nhau {step}."),
    "incomplete_rank": N_("“{label}” cần xếp thứ tự đủ mọi lựa chọn, mỗi lựa chọn đúng một lần."),
    "not_geopoint": N_("“{label}” cần vĩ độ rồi kinh độ, ví dụ 20,8449 106,6881. Nội dung đã nhập: “{text}”."),
    "not_date": N_("“{label}” cần một ngày có thật, ví dụ 18/7/2025. Nội dung đã nhập: “{text}”."),
    "not_time": N_("“{label}” cần giờ và phút, ví dụ 07:30. Nội dung đã nhập: “{text}”."),
    "not_datetime": N_("“{label}” cần ngày và giờ, ví dụ 18/7/2025 07:30. Nội dung đã nhập: “{text}”."),
    "not_file": N_("Không tìm thấy tệp của “{label}”. Vui lòng gửi lại tệp."),
    "too_long": N_("“{label}” dài {length} ký tự, tối đa {limit}. Vui lòng rút gọn hoặc gửi kèm tệp."),
    "wrong_shape": N_("Câu trả lời cho “{label}” không đúng dạng. Vui lòng nhập lại."),
    "unknown_question": N_("Phiếu không có câu hỏi “{label}”."),
    "too_many_rows": N_("“{label}” có {rows} dòng, tối đa {limit}. Vui lòng gộp bớt hoặc gửi kèm tệp."),
    "bad_row_id": N_("Mã dòng thứ {place} của “{label}” không hợp lệ."),
    "duplicate_row": N_("Dòng thứ {place} của “{label}” trùng mã với dòng khác."),
    "conflict": N_("Hai người đã sửa “{label}” khác nhau. Vui lòng chọn nội dung giữ lại."),
}
OTHER = N_("Câu trả lời cho “{label}” chưa dùng được. Vui lòng kiểm tra lại.")


def problem(found: Problem, label: str = "") -> str:
    """One problem as a sentence. `label` is the question's label as it is shown; else the author's text."""
    required = found.question is not None and found.code == "required"
    if found.message and not (required and _replaced(found)):
        return found.message
    name = short(label or _label(found))
    if found.question is not None and required:
        return _(REQUIRED[_manner(found.question)]).format(label=name)
    params = {key: number(value) if isinstance(value, int | Decimal) else value for key, value in found.params.items()}
    return _(SENTENCES.get(found.code, OTHER)).format_map(_Params(params, label=name))


def _replaced(found: Problem) -> bool:
    """Whether the author's "please enter" gives way to ours."""
    tick = found.question is not None and found.question.kind is Kind.ACKNOWLEDGE
    return tick or language_of(found.language) == OWN != language.get()


class _Params(dict[str, object]):
    """A parameter that a code does not carry reads as an ellipsis rather than breaking a page."""

    def __missing__(self, key: str) -> str:
        return "…"


def _manner(question: Question) -> str:
    if question.kind in SELECTS:
        return "select"
    if question.kind is Kind.RANK:
        return "rank"
    if question.kind in FILES:
        return "file"
    return "tick" if question.kind is Kind.ACKNOWLEDGE else "other"


def _label(found: Problem) -> str:
    if found.question is None:
        return found.key or "…"
    return found.question.label.plain or found.question.name


def short(text: str) -> str:
    """A label cut at a word, for quoting inside a sentence."""
    text = " ".join(text.split()).rstrip(".:")
    if len(text) <= LABEL_LENGTH:
        return text
    return text[:LABEL_LENGTH].rsplit(" ", 1)[0].rstrip(",;:(–- ") + "…"


def problems(found: Iterable[Problem], label: Callable[[str], str] = lambda key: "") -> list[dict[str, object]]:
    """Problems as the API and pages hand them over: question, key, row, code, message."""
    return [
        {
            "question": one.question.name if one.question else one.key,
            "key": one.key,
            "row": one.row,
            "code": one.code,
            "message": problem(one, label(one.key)),
        }
        for one in found
    ]


def since(before: Typed, now: Typed) -> str:
    """tăng 31,2% so với kỳ trước; of nothing, or by less than 0,1%, how much more or less. "" for what is no figure."""
    if not isinstance(before, int | Decimal) or not isinstance(now, int | Decimal):
        return ""
    if now == before:
        return _("bằng kỳ trước")
    was = Decimal(before)
    more = abs(now - was)
    share = number(more * 100 / abs(was), 1) if was else ""
    change = f"{share}%" if share.strip("0,") else show_number(more)
    words = _("tăng {change} so với kỳ trước") if now > before else _("giảm {change} so với kỳ trước")
    return words.format(change=change)


def running(sums: Iterable[Sum]) -> str:
    """1.048 + 94 = 1.142 ✓; 1.048 + 90 = 1.138, còn thiếu 4 so với 1.142. Several sums stand one below the other."""
    return "\n".join(map(_running, sums))


def _running(found: Sum) -> str:
    said = f"{' + '.join(map(show_number, found.terms))} = {show_number(found.total)}"
    missing = found.whole - found.total
    if not missing:
        return f"{said} ✓"
    words = _("còn thiếu {difference} so với {whole}") if missing > 0 else _("thừa {difference} so với {whole}")
    return f"{said}, {words.format(difference=show_number(abs(missing)), whole=show_number(found.whole))}"
