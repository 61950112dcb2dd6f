"""The difference between two versions of a form in words, question by question, with both texts."""

from dataclasses import dataclass, field
from itertools import groupby

from forms.difference import Change, counts
from forms.expressions import Expression
from forms.schema import Form, Kind, Question, Repeat
from service.pages.formview import BINDS, CONSOLIDATIONS, KINDS
from service.pages.inwords import in_words
from service.words import N_, _, number

WHATS = {
    "title": N_("Đổi tên mẫu phiếu"),
    "languages": N_("Đổi ngôn ngữ của phiếu"),
    "instance_name": N_("Đổi cách đặt tên từng phiếu"),
    "added": N_("Thêm mới"),
    "removed": N_("Bỏ"),
    "renamed": N_("Đổi mã câu (phỏng đoán: cùng nội dung, khác mã); câu trả lời cũ không tự chuyển sang"),
    "moved": N_("Chuyển sang phần khác"),
    "rows": N_("Chuyển vào hoặc ra khỏi nhóm lặp; câu trả lời cũ không chuyển theo được"),
    "reordered": N_("Đổi thứ tự"),
    "type": N_("Đổi kiểu trả lời"),
    "label": N_("Sửa nội dung câu"),
    "hint": N_("Sửa gợi ý"),
    "guidance": N_("Sửa hướng dẫn"),
    "required_message": N_("Sửa câu báo khi bỏ trống"),
    "constraint_message": N_("Sửa câu báo khi sai"),
    "required": N_("Đổi quy định bắt buộc"),
    "relevant": N_("Đổi điều kiện hỏi"),
    "constraint": N_("Đổi điều kiện kiểm tra"),
    "calculation": N_("Đổi cách tự tính"),
    "trigger": N_("Đổi câu làm tính lại"),
    "default": N_("Đổi giá trị điền sẵn"),
    "read_only": N_("Đổi quyền sửa"),
    "choice_filter": N_("Đổi cách lọc lựa chọn"),
    "shuffle": N_("Đổi cách xáo trộn lựa chọn"),
    "range": N_("Đổi thang số"),
    "lines": N_("Đổi số dòng của ô nhập"),
    "appearance": N_("Đổi cách trình bày"),
    "bind": N_("Đổi thông tin hệ thống điền"),
    "consolidate": N_("Đổi cách tổng hợp"),
    "previous": N_("Đổi cách dùng số kỳ trước"),
    "count": N_("Đổi cách tính số dòng"),
    "choices_added": N_("Thêm lựa chọn"),
    "choices_removed": N_("Bỏ lựa chọn"),
    "choices_relabelled": N_("Sửa chữ của lựa chọn"),
    "choices_reordered": N_("Đổi thứ tự lựa chọn"),
    "choices_data": N_("Đổi cột dữ liệu của lựa chọn"),
}
COUNTED = {
    "added": N_("{n} mục thêm mới"),
    "removed": N_("{n} mục bỏ"),
    "renamed": N_("{n} mục có thể là đổi mã"),
    "type": N_("{n} câu đổi kiểu trả lời"),
    "moved": N_("{n} mục chuyển phần"),
    "rows": N_("{n} mục vào hoặc ra nhóm lặp"),
}
LOUD = frozenset({"removed", "rows", "type", "choices_removed", "renamed"})  # what answers may be left over by
_RULES = frozenset({"relevant", "constraint", "calculation", "choice_filter", "count"})
_LONE = frozenset({"added", "removed", "reordered", "choices_reordered", "choices_data"})  # both texts say nothing more
_LISTED = frozenset({"choices_added", "choices_removed"})


@dataclass(frozen=True, slots=True)
class Line:
    """One change: what it is, the texts before and after, and the author's own where those are in words."""

    code: str
    what: str
    old: str = ""
    new: str = ""
    both: bool = True
    source_old: str = ""
    source_new: str = ""

    @property
    def loud(self) -> bool:
        return self.code in LOUD


@dataclass(frozen=True, slots=True)
class Block:
    """All changes of one question, group or repeat; of the form as a whole `name` is empty."""

    name: str
    label: str
    kind: str
    lines: tuple[Line, ...] = field(default=())


def blocks(old: Form, new: Form, changes: tuple[Change, ...]) -> list[Block]:
    """The changes in form order, those of one question together."""
    found = []
    for (name, gone), group in groupby(changes, lambda change: (change.name, change.code == "removed")):
        some = tuple(group)
        item = some[0].item
        lines = tuple(_line(old, new, change) for change in some)
        label = item.label.plain or name if item else _("Mẫu phiếu")
        found.append(Block(name, " ".join(label.split()), _kind(old if gone else new, name), lines))
    return found


def summary(changes: tuple[Change, ...]) -> str:
    """ "2 mục thêm mới, 1 mục bỏ, 3 thay đổi khác"; says so when nothing changed."""
    found = counts(changes)
    parts = [_(words).format(n=number(found[code])) for code, words in COUNTED.items() if code in found]
    rest = sum(count for code, count in found.items() if code not in COUNTED)
    if rest:
        parts.append(_("{n} thay đổi khác").format(n=number(rest)))
    return ", ".join(parts) or _("không có gì thay đổi")


def _kind(form: Form, name: str) -> str:
    item = form.item(name)
    if isinstance(item, Question):
        return _(KINDS[item.kind])
    return "" if item is None else _("Nhóm lặp") if isinstance(item, Repeat) else _("Nhóm")


def _line(old: Form, new: Form, change: Change) -> Line:
    what = _(WHATS[change.code])
    language = change.params.get("language")
    if language:
        what = _("{what} (ngôn ngữ {language})").format(what=what, language=language)
    if change.code in _LONE:
        return Line(change.code, what, both=False)
    if change.code in _LISTED:
        listed = _("{what}: {choices}").format(what=what, choices=change.old or change.new)
        return Line(change.code, listed, both=False)
    before, after = (_said(form, change, text) for form, text in ((old, change.old), (new, change.new)))
    rule = change.code in _RULES
    return Line(
        change.code, what, before, after,
        source_old=change.old if rule and before != change.old else "",
        source_new=change.new if rule and after != change.new else "",
    )  # fmt: skip


def _said(form: Form, change: Change, text: str) -> str:
    """One side of a change as a person reads it; "" where there is nothing."""
    if change.code == "required":
        return _required(form, change, text)
    if change.code == "read_only":
        return _("chỉ xem") if text else _("người điền sửa được")
    if not text:
        return ""
    match change.code:
        case "type":
            return _(KINDS[Kind(text)])
        case "bind":
            return _(BINDS[text])
        case "consolidate":
            how, colon, terms = text.partition(":")
            return f"{_(CONSOLIDATIONS[how])}{colon}{terms}"
        case "previous":
            return _previous(text)
        case "rows":
            return _("trong nhóm lặp {names}").format(names=text)
    question = form.question(change.name)
    if change.code in _RULES or (change.code == "default" and question and isinstance(question.default, Expression)):
        return in_words(form, text, question)
    return text


def _required(form: Form, change: Change, text: str) -> str:
    if text in ("", "yes"):
        return _("luôn bắt buộc") if text else _("không bắt buộc")
    return _("bắt buộc khi {rule}").format(rule=in_words(form, text, form.question(change.name)))


def _previous(text: str) -> str:
    how, _more, percent = text.partition(" > ")
    if how == "explain":
        return _("hỏi lý do khi thay đổi quá {percent}").format(percent=percent.replace(".", ","))
    return _("hiện bên cạnh") if how == "show" else _("điền sẵn")
