"""Answers as people read them: for check-your-answers, read-only sections and the receipt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms.answers import Field, Heading, Picture, RowGroup
from forms.schema import FILES, Form, Kind, Page, Question
from service import readable
from service.flow.attachments import Given
from service.words import N_, _

UNTITLED = N_("Câu hỏi khác")
DECLARATION = N_("Cam kết")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `what` is answer, note, title, row or none (a repeat without rows)."""

    what: str
    key: str
    label: str
    text: str = ""
    file: Given | None = None


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    lines: tuple[Line, ...]


def is_declaration(page: Page) -> bool:
    """A page that asks for nothing but ticks: it is drawn where the form is sent."""
    seen = [item for item in page.items if not isinstance(item, Question) or item.seen]
    return bool(seen) and all(isinstance(item, Question) and item.kind is Kind.ACKNOWLEDGE for item in seen)


def sections(form: Form) -> list[Page]:
    """The pages that are filled in one by one."""
    return [page for page in form.pages if not is_declaration(page)]


def declarations(form: Form) -> list[Page]:
    return [page for page in form.pages if is_declaration(page)]


def title(picture: Picture, page: Page) -> str:
    """A page's heading; a page of loose questions is called by its only question, or has none of its own."""
    found = picture.fill(page.title)
    if found:
        return found
    if is_declaration(page):
        return _(DECLARATION)
    only = page.items[0] if len(page.items) == 1 else None
    return picture.fill(only.label) if isinstance(only, Question) else _(UNTITLED)


def read(picture: Picture, pages: Iterable[Page], files: Mapping[str, Given]) -> list[Section]:
    """The relevant answers of pages; a page with nothing to read is left out."""
    found = [Section(page.key, title(picture, page), tuple(lines(picture.page(page.key), files))) for page in pages]
    return [section for section in found if section.lines]


def lines(items: Iterable[Field | Heading | RowGroup], files: Mapping[str, Given], above: str = "") -> Iterator[Line]:
    """Every line in form order; `above` is the place of the row that holds them."""
    for item in items:
        if not item.relevant:
            continue
        if isinstance(item, Heading):
            if item.label:
                yield Line("title", item.key, item.label)
        elif isinstance(item, RowGroup):
            if not item.rows:
                yield Line("none", item.key, item.label)
            for row in item.rows:
                place = readable.below(above, row)
                yield Line("row", row.key, readable.row_title(item, row, place))
                yield from lines(row.items, files, place)
        elif item.question.header:
            continue
        elif item.question.kind is Kind.NOTE:
            yield Line("note", item.key, item.label)
        else:
            yield _answer(item, files)


def _answer(item: Field, files: Mapping[str, Given]) -> Line:
    file = files.get(item.shown) if item.question.kind in FILES else None
    text = file.name if file else readable.shown(item)
    if not text and isinstance(item.raw, str):
        text = item.raw  # not understood, but typed: show what it is
    return Line("answer", item.key, item.label or item.question.name, text, file)


def places(items: Iterable[Field | Heading | RowGroup], above: str = "") -> Iterator[tuple[str, str]]:
    """The key of every question in a row with the words for the row: "Dòng 2", and "Dòng 2.1" in a row of a row."""
    for item in items:
        if isinstance(item, RowGroup):
            for row in item.rows:
                yield from places(row.items, readable.below(above, row))
        elif isinstance(item, Field) and above:
            yield item.key, _("Dòng {number}").format(number=above)
