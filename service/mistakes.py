"""What is wrong with a workbook, gathered for reading: errors and warnings apart, one mistake on many rows once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.schema import Form
from service.words import N_, _, number

FEW = 3  # like mistakes that are still told one by one
SHOWN = 6  # places named before "và … ô nữa"

Told = Mapping[str, object]  # a problem as service.formwords.form_problem hands it over


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake and where it stands: "survey!D14", "survey!D5:D204". `others` are mistakes of the same kind in the
    same column, told in full below the first."""

    warning: bool
    places: tuple[str, ...]
    column: str
    message: str
    count: int = 1
    others: tuple["Mistake", ...] = ()

    @property
    def where(self) -> str:
        """The places in one line, cut where there are very many."""
        named = ", ".join(self.places[:SHOWN])
        rest = len(self.places) - SHOWN
        return _("{places} và {count} chỗ nữa").format(places=named, count=number(rest)) if rest > 0 else named


def gathered(problems: Iterable[Told]) -> tuple[Mistake, ...]:
    """In the order of the sheets: errors first, then warnings; the same sentence in one column of a sheet is one."""
    same: dict[tuple[str, ...], list[Told]] = {}
    for problem in problems:
        key = tuple(str(problem.get(name) or "") for name in ("severity", "sheet", "column", "code", "message"))
        same.setdefault(key, []).append(problem)
    alike: dict[tuple[str, ...], list[Mistake]] = {}
    for key, found in same.items():
        alike.setdefault(key[:4] if key[3] else key, []).append(_mistake(found))
    mistakes = [one for found in alike.values() for one in (_folded(found) if len(found) > FEW else found)]
    return tuple(sorted(mistakes, key=lambda one: one.warning))


def _mistake(found: Sequence[Told]) -> Mistake:
    first = found[0]
    return Mistake(
        first.get("severity") == "warning",
        tuple(_places(found)),
        str(first.get("column") or ""),
        str(first["message"]),
        len(found),
    )


def _folded(found: Sequence[Mistake]) -> list[Mistake]:
    first, *others = found
    count = sum(one.count for one in found)
    return [Mistake(first.warning, first.places, first.column, first.message, count, tuple(others))]


def _places(found: Sequence[Told]) -> Iterator[str]:
    """Cells as Excel's name box takes them, rows that follow each other joined."""
    sheet = str(found[0].get("sheet") or "")
    known = {row for problem in found if isinstance(row := problem.get("row"), int)}
    rows = sorted(known)
    if not rows and sheet:
        yield sheet
    letter = next((cell.rstrip("0123456789") for problem in found if (cell := str(problem.get("cell") or ""))), "")
    begins = [row for row in rows if row - 1 not in known]
    ends = [row for row in rows if row + 1 not in known]
    for first, last in zip(begins, ends, strict=True):
        yield _span(sheet, letter, first, last)


def _span(sheet: str, letter: str, first: int, last: int) -> str:
    if not letter:
        rows = _("dòng {first}") if first == last else _("dòng {first}–{last}")
        return ", ".join(part for part in (sheet, rows.format(first=first, last=last)) if part)
    cells = f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}"
    return f"{sheet}!{cells}" if sheet.isalnum() else f"'{sheet}'!{cells}"


def counts(problems: Iterable[Told]) -> tuple[int, int]:
    """How many errors and how many warnings; those that were cut off a long list count too."""
    errors = warnings = 0
    for problem in problems:
        more = problem.get("count")
        many = more if isinstance(more, int) else 1
        if problem.get("severity") == "warning":
            warnings += many
        else:
            errors += many
    return errors, warnings


def counted(problems: Iterable[Told]) -> str:
    """ "2 lỗi", "2 lỗi và 1 lưu ý", "1 lưu ý"; "" when there is nothing."""
    errors, warnings = counts(problems)
    parts = [
        words.format(count=number(count))
        for count, words in ((errors, _("{count} lỗi")), (warnings, _("{count} lưu ý")))
        if count
    ]
    return _(" và ").join(parts)


REFUSED = N_("Tệp có {counted} nên chưa dùng được. Vui lòng sửa các ô nêu trên rồi kiểm tra lại.")


def refused(problems: Sequence[Told]) -> list[str]:
    """The lines `phieu form check` prints for a workbook that cannot be used."""
    return [*_lines(problems), _(REFUSED).format(counted=counted(problems))]


def usable(form: Form, warnings: Sequence[Told]) -> list[str]:
    """The lines it prints for one that can: warnings, then what the form holds."""
    asked = form.asking
    held = _("Mẫu phiếu dùng được: {title} ({id}, phiên bản {version}), {pages} phần, {questions} câu hỏi.").format(
        title=form.title, id=form.id, version=form.version or "–", pages=len(form.pages), questions=asked
    )
    more = [_("Kèm {counted}.").format(counted=counted(warnings))] if warnings else []
    return [*_lines(warnings), " ".join([held, *more])]


def _lines(problems: Iterable[Told]) -> list[str]:
    return [line for one in gathered(problems) for line in _told(one)]


def _told(one: Mistake) -> list[str]:
    kind = _("Lưu ý") if one.warning else _("Lỗi")
    column = _(" (cột {column})").format(column=one.column) if one.column else ""
    head = f"{kind}: {one.where}{column}: {one.message}" if one.where else f"{kind}: {one.message}"
    return [head, *(f"  {other.where}: {other.message}" for other in one.others)]
