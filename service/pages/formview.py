"""A form laid out for reading: every part and question, with its rules in words beside the author's own text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from forms.expressions import Expression
from forms.schema import Choice, Form, Item, Kind, Question, Repeat, Shuffle, Text
from forms.xlsform.media import is_file
from service.pages import inwords, looks
from service.words import N_, _, number

KINDS = {
    Kind.TEXT: N_("Chữ"),
    Kind.INTEGER: N_("Số nguyên"),
    Kind.DECIMAL: N_("Số thập phân"),
    Kind.RANGE: N_("Số trên thang"),
    Kind.DATE: N_("Ngày"),
    Kind.TIME: N_("Giờ"),
    Kind.DATETIME: N_("Ngày giờ"),
    Kind.SELECT_ONE: N_("Chọn một"),
    Kind.SELECT_MULTIPLE: N_("Chọn nhiều"),
    Kind.RANK: N_("Xếp thứ tự"),
    Kind.GEOPOINT: N_("Vị trí trên bản đồ"),
    Kind.BARCODE: N_("Mã vạch, nhập dạng chữ"),
    Kind.NOTE: N_("Ghi chú"),
    Kind.CALCULATE: N_("Tự tính, không hiện"),
    Kind.HIDDEN: N_("Ẩn"),
    Kind.ACKNOWLEDGE: N_("Đánh dấu xác nhận"),
    Kind.FILE: N_("Tệp"),
    Kind.IMAGE: N_("Ảnh"),
    Kind.START: N_("Lúc bắt đầu, tự ghi"),
    Kind.END: N_("Lúc kết thúc, tự ghi"),
    Kind.TODAY: N_("Ngày điền, tự ghi"),
    Kind.DEVICEID: N_("Mã máy, để trống"),
}
BINDS = {
    "unit.kind": N_("loại đơn vị"),
    "unit.code": N_("mã đơn vị"),
    "unit.name": N_("tên đơn vị"),
    "period.from": N_("ngày đầu kỳ"),
    "period.to": N_("ngày chốt số liệu"),
    "contact.name": N_("họ tên người điền"),
    "contact.position": N_("chức vụ người điền"),
    "contact.phone": N_("điện thoại người điền"),
    "contact.email": N_("thư điện tử người điền"),
}
CONSOLIDATIONS = {
    "sum": N_("cộng lại"),
    "mean": N_("trung bình"),
    "count": N_("đếm"),
    "list": N_("liệt kê"),
    "ledger": N_("sổ theo dõi kiến nghị"),
    "ratio": N_("tỷ lệ của tổng"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a question: what it is, in words, and the author's own text ("" when the words are all)."""

    label: str
    words: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question, or a group or repeat with entries inside."""

    name: str
    label: str
    hint: str
    kind: str
    required: bool
    rules: tuple[Rule, ...]
    choices: tuple[Choice, ...] = ()
    inside: tuple["Entry", ...] = ()
    repeat: bool = False
    note: bool = False
    guidance: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One screen of the form."""

    key: str
    title: str
    rules: tuple[Rule, ...]
    entries: tuple[Entry, ...]


def parts(form: Form, language: str = "") -> tuple[Part, ...]:
    """The screens in order, the author's words in that language; rules name questions in the default one."""
    found = []
    for place, page in enumerate(form.pages, 1):
        rules = tuple(_when(form, page.group.relevant)) if page.group else ()
        title = _said(page.title, language) or _("Phần {n}").format(n=place)
        found.append(Part(page.key, title, rules, _entries(form, page.items, language)))
    return tuple(found)


def _said(text: Text, language: str) -> str:
    """The text as the author wrote it in a language, `${x}` left in."""
    return "".join(part if isinstance(part, str) else part.source for part in text.in_language(language))


def behind(form: Form) -> tuple[Entry, ...]:
    """What no screen shows: times, dates and values the form works out for itself."""
    shown = {name for page in form.pages for name in _names(page.items)}
    return _entries(form, (item for item in form.items if item.name not in shown and isinstance(item, Question)))


def _names(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield item.name
        if not isinstance(item, Question):
            yield from _names(item.items)


def _entries(form: Form, items: Iterable[Item], language: str = "") -> tuple[Entry, ...]:
    return tuple(_entry(form, item, language) for item in items)


def _entry(form: Form, item: Item, language: str) -> Entry:
    if isinstance(item, Question):
        return Entry(
            item.name,
            _said(item.label, language) or item.name,
            _said(item.hint, language),
            _(KINDS[item.kind]),
            item.required is True,
            (*_rules(form, item), *_manners(form, item)),
            tuple(replace(choice, label=choice.in_language(language)) for choice in form.choices(item)),
            note=item.kind is Kind.NOTE,
            guidance=_said(item.guidance, language),
        )
    repeat = isinstance(item, Repeat)
    counted = isinstance(item, Repeat) and item.count is not None
    kind = _("Nhóm lặp, thêm được nhiều dòng") if repeat and not counted else _("Nhóm lặp") if repeat else _("Nhóm")
    rules = list(_when(form, item.relevant))
    if isinstance(item, Repeat) and item.count is not None:
        rules.append(_rule(form, _("Số dòng"), item.count))
    if isinstance(item, Repeat) and item.consolidate:
        rules.append(Rule(_("Tổng hợp"), _(CONSOLIDATIONS[item.consolidate.how])))
    label, inside = _said(item.label, language) or item.name, _entries(form, item.items, language)
    return Entry(item.name, label, "", kind, False, tuple(rules), inside=inside, repeat=repeat)


def _when(form: Form, relevant: Expression | None) -> Iterator[Rule]:
    if relevant is not None:
        yield _rule(form, _("Chỉ hỏi khi"), relevant)


def _rules(form: Form, question: Question) -> Iterator[Rule]:
    yield from _when(form, question.relevant)
    if isinstance(question.required, Expression):
        yield _rule(form, _("Bắt buộc khi"), question.required, question)
    if question.constraint is not None:
        yield _rule(form, _("Phải thỏa"), question.constraint, question)
    if question.constraint_message:
        yield Rule(_("Báo khi sai"), question.constraint_message.plain)
    if question.calculation is not None:
        yield _rule(form, _("Tự tính bằng"), question.calculation, question)
    if isinstance(question.default, Expression):
        yield _rule(form, _("Điền sẵn"), question.default, question)
    elif question.default:
        yield Rule(_("Điền sẵn"), question.default)
    if question.choice_filter is not None:
        yield _rule(form, _("Lọc lựa chọn theo"), question.choice_filter, question)
    if question.bind:
        yield Rule(_("Hệ thống điền"), _(BINDS[question.bind]))
    if question.read_only:
        yield Rule(_("Chỉ xem"), _("người điền không sửa được"))
    if question.consolidate:
        yield Rule(_("Tổng hợp"), _consolidated(form, question))
    if question.previous:
        yield Rule(_("Kỳ trước"), _previous(question))


def _manners(form: Form, question: Question) -> Iterator[Rule]:
    """How it is answered: when it is computed anew, what it offers, how it is drawn."""
    if question.trigger:
        yield Rule(_("Tính lại khi đổi"), ", ".join(inwords.called(form, name) for name in question.trigger))
    if question.range is not None:
        yield Rule(_("Thang số"), looks.range_words(question))
    if question.rows:
        yield Rule(_("Ô nhập cao"), _("{count} dòng").format(count=question.rows))
    if question.choices and is_file(question.choices):
        yield Rule(_("Danh sách từ tệp"), question.choices)
    if question.shuffle is not None:
        yield from _shuffled(form, question.shuffle)


def _shuffled(form: Form, shuffle: Shuffle) -> Iterator[Rule]:
    label = _("Thứ tự lựa chọn")
    if isinstance(shuffle.seed, Expression):
        yield Rule(
            label,
            _("xáo trộn theo {seed}").format(seed=inwords.in_words(form, shuffle.seed.source)),
            shuffle.seed.source,
        )
    elif shuffle.seed:
        yield Rule(label, _("xáo trộn như nhau cho mọi đơn vị (số gốc {seed})").format(seed=shuffle.seed))
    else:
        yield Rule(label, _("xáo trộn riêng cho từng đơn vị"))


def _consolidated(form: Form, question: Question) -> str:
    found = question.consolidate
    assert found is not None
    words = _(CONSOLIDATIONS[found.how])
    if found.how != "ratio":
        return words
    return f"{words}: {inwords.called(form, found.numerator or '')} ÷ {inwords.called(form, found.denominator or '')}"


def _previous(question: Question) -> str:
    found = question.previous
    assert found is not None
    if found.how == "explain":
        return _("hỏi lý do khi thay đổi quá {percent}%").format(percent=number(found.percent))
    return _("hiện bên cạnh") if found.how == "show" else _("điền sẵn")


def _rule(form: Form, label: str, expression: Expression, question: Question | None = None) -> Rule:
    return Rule(label, inwords.in_words(form, expression.source, question), expression.source)
