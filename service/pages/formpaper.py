"""A form as a paper: blank, to be filled in by hand, or with a unit's answers. Drawn from what its pages draw."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exports import paper
from forms.answers import Field, Heading, Picture, RowGroup
from forms.expressions import Expression
from forms.schema import LISTED, Choice, Form, Kind, Question
from service import readable
from service.flow.attachments import Given
from service.pages import inwords, reading
from service.words import _

MOST_BOXES = 15  # longer lists are written in, not ticked
MOST_COLUMNS = 6  # wider repeats are printed one row under the other
IN_A_CELL = 4
BLANK_ROWS = 5
LINES = 3  # of a long text without a number of rows of its own
BOX = "☐"
_NUMBERED = re.compile(r"([A-ZĐ]|[IVX]+|\d+)[.)]\s")
ROOM = "\u00a0\n\u00a0"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What drawing needs to know. `files` are the given ones by id; `blank` leaves room for answers by hand, `report`
    puts each answer in the line of its question."""

    form: Form
    files: Mapping[str, Given]
    language: str
    blank: bool
    report: bool = False


def filled(picture: Picture, files: Mapping[str, Given]) -> list[paper.Block]:
    """The relevant questions with their answers."""
    return _whole(picture, _Sheet(picture.form, files, "", blank=False))


def report(picture: Picture, files: Mapping[str, Given]) -> list[paper.Block]:
    """The same as numbered sections of a report; what is only confirmed when sending is confirmed by the signature."""
    sheet = _Sheet(picture.form, files, "", blank=False, report=True)
    found: list[paper.Block] = []
    number = 0
    for page in reading.sections(picture.form):
        if inside := list(_items(picture.page(page.key), sheet)):
            number += 1
            title = reading.title(picture, page)
            found += (paper.Heading(title if _NUMBERED.match(title) else f"{number}. {title}"), *inside)
    return found


def blank(picture: Picture, language: str) -> list[paper.Block]:
    """Every question, with when it is asked and room to answer; what is known already is printed."""
    return _whole(picture, _Sheet(picture.form, {}, language, blank=True))


def _whole(picture: Picture, sheet: _Sheet) -> list[paper.Block]:
    found: list[paper.Block] = []
    for page in picture.form.pages:
        inside = list(_items(picture.page(page.key), sheet))
        if inside:
            found.append(paper.Heading(reading.title(picture, page)))
            if page.group:
                found += _condition(page.group.relevant, sheet)
            found += inside
    return found


def _items(parts: Iterable[Field | Heading | RowGroup], sheet: _Sheet, above: str = "") -> Iterator[paper.Block]:
    for part in parts:
        if not (part.relevant or sheet.blank):
            continue
        if isinstance(part, RowGroup):
            yield from _repeat(part, sheet, above)
        elif isinstance(part, Heading):
            if part.label:
                yield paper.Heading(part.label, 2)
            yield from _condition(part.group.relevant, sheet)
        elif part.question.header:
            continue
        elif part.question.kind is Kind.NOTE:
            if not (sheet.blank and part.question.label.filled):  # nothing is known yet of the answers it tells
                yield paper.Text(part.label, soft=True)
        else:
            yield _question(part, sheet)


def _condition(relevant: Expression | None, sheet: _Sheet) -> list[paper.Block]:
    words = _asked_when(relevant, sheet)
    return [paper.Text(words, soft=True)] if words else []


def _asked_when(relevant: Expression | None, sheet: _Sheet) -> str:
    if relevant is None or not sheet.blank:
        return ""
    return _("Chỉ trả lời khi {rule}.").format(rule=inwords.in_words(sheet.form, relevant.source))


def _question(field: Field, sheet: _Sheet) -> paper.Question | paper.Answer:
    question = field.question
    label = field.label or question.name
    given = _given(field, sheet)
    if sheet.report:
        return paper.Answer(label if label.endswith(("?", ":")) else f"{label}:", given or "–")
    if not sheet.blank:
        choices = _ticked(field) if given or question.kind is Kind.ACKNOWLEDGE else ()
        return paper.Question(label, "", "" if choices else given or "–", choices)
    if field.locked or not question.asked:
        return paper.Question(label, answer=given or _("(hệ thống tự tính)"))
    if boxes := _boxes(field, sheet):
        return paper.Question(label, _hint(field, sheet), choices=tuple((text, False) for text in boxes))
    return paper.Question(label, _hint(field, sheet), lines=_lines(question))


def _given(field: Field, sheet: _Sheet) -> str:
    """The answer in words; the name of a file; of what was not understood, what was typed."""
    if field.shown in sheet.files:
        return sheet.files[field.shown].name
    text = readable.shown(field)
    return text or (field.raw if isinstance(field.raw, str) else "")


def _ticked(field: Field) -> tuple[tuple[str, bool], ...]:
    """The boxes of an answered question; () when it has none, or too many."""
    if field.question.kind is Kind.ACKNOWLEDGE:
        return ((_("Đã xác nhận"), bool(field.shown)),)
    if field.question.kind not in LISTED or field.question.kind is Kind.RANK or len(field.choices) > MOST_BOXES:
        return ()
    chosen = field.typed if isinstance(field.typed, tuple) else (field.typed,)
    return tuple((choice.label, choice.name in chosen) for choice in field.choices)


def _boxes(field: Field, sheet: _Sheet) -> Sequence[str]:
    """What may be ticked by hand."""
    if field.question.kind is Kind.ACKNOWLEDGE:
        return (_("Xác nhận"),)
    choices = _offered(field.question, sheet)
    return [choice.in_language(sheet.language) for choice in choices] if len(choices) <= MOST_BOXES else ()


def _offered(question: Question, sheet: _Sheet) -> Sequence[Choice]:
    """The whole list, also where another answer would shorten it."""
    return sheet.form.choices(question) if question.kind in LISTED else ()


def _hint(field: Field, sheet: _Sheet) -> str:
    question = field.question
    parts = [
        _("Bắt buộc.") if field.required else "",
        _asked_when(question.relevant, sheet),
        _("Chọn một.") if question.kind is Kind.SELECT_ONE else "",
        _("Có thể chọn nhiều.") if question.kind is Kind.SELECT_MULTIPLE else "",
        _("Đánh số thứ tự.") if question.kind is Kind.RANK else "",
        _("Kèm tệp.") if question.kind in (Kind.FILE, Kind.IMAGE) else "",
        field.hint,
    ]
    return " ".join(part for part in parts if part)


def _lines(question: Question) -> int:
    if question.kind is Kind.TEXT and "multiline" in question.appearance:
        return min(question.rows or LINES, 12)
    return 1


def _repeat(group: RowGroup, sheet: _Sheet, above: str) -> Iterator[paper.Block]:
    if group.label:
        yield paper.Heading(group.label, 2)
    yield from _condition(group.repeat.relevant, sheet)
    columns = _columns(group)
    if not sheet.blank and not group.rows:
        yield paper.Text(_("Không có dòng nào."), soft=True)
    elif columns:
        yield _table(group, columns, sheet)
    elif sheet.blank:
        yield paper.Text(_("Mỗi dòng ghi các mục sau; vui lòng chép thêm cho các dòng tiếp theo."), soft=True)
        yield from _items(group.rows[0].items if group.rows else (), sheet)
    else:
        for row in group.rows:
            place = readable.below(above, row)
            yield paper.Heading(readable.row_title(group, row, place), 3)
            yield from _items(row.items, sheet, place)


def _columns(group: RowGroup) -> Sequence[Question]:
    """The questions of a row when a row fits into one line of a table, else ()."""
    items = [item for item in group.repeat.items if not isinstance(item, Question) or item.seen]
    columns = [item for item in items if isinstance(item, Question) and not item.header and item.kind is not Kind.NOTE]
    return columns if len(columns) == len(items) and len(columns) <= MOST_COLUMNS else ()


def _table(group: RowGroup, columns: Sequence[Question], sheet: _Sheet) -> paper.Table:
    labels = {field.question.name: field.label for row in group.rows for field in _fields(row.items)}
    head = [labels.get(question.name) or question.label.plain or question.name for question in columns]
    rows: list[tuple[str, ...]] = []
    if sheet.blank:
        count = max(len(group.rows), BLANK_ROWS)
        rows = [(str(n), *(_cell(question, sheet) for question in columns)) for n in range(1, count + 1)]
    else:
        for row in group.rows:
            given = {f.question.name: _given(f, sheet) for f in _fields(row.items) if f.relevant}
            rows.append((str(row.number), *(given.get(question.name) or "–" for question in columns)))
    return paper.Table((_("STT"), *head), tuple(rows), (0.6, *(_share(question) for question in columns)))


def _fields(parts: Iterable[Field | Heading | RowGroup]) -> Iterator[Field]:
    return (part for part in parts if isinstance(part, Field))


def _cell(question: Question, sheet: _Sheet) -> str:
    """Boxes where there are few choices, else room for two lines of writing."""
    choices = _offered(question, sheet)
    if 0 < len(choices) <= IN_A_CELL:
        return "\n".join(f"{BOX} {choice.in_language(sheet.language)}" for choice in choices)
    return ROOM


def _share(question: Question) -> float:
    """How wide a column is against others."""
    return 2 if question.kind is Kind.TEXT else 1.2 if question.kind in LISTED else 1
