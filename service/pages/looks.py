"""Which control a question is drawn as, and how an author's appearance changes its looks. Pure.

What an appearance asks for beyond this (a map, a picker of its own) falls back to the plain control.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from forms.answers import Field
from forms.schema import FILES, NUMBERS, Form, Kind, Question
from forms.shown import show_number
from forms.values import number_text
from service.words import _

RADIOS = 12  # more choices than this are a list to open
FINDER = 20  # more than this get a box to search in
MOST_COLUMNS = 7  # a table of choices has no more columns than fit on a page
WIDE = 4  # what a row is divided into where the author's widths do not need more

_KINDS = {
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.ACKNOWLEDGE: "tick",
    Kind.NOTE: "note",
    Kind.SELECT_MULTIPLE: "checks",
    Kind.RANK: "rank",
    Kind.RANGE: "range",
    Kind.GEOPOINT: "point",
    Kind.FILE: "file",
    Kind.IMAGE: "file",
}
_INPUTMODE = {"contact.phone": "tel", "contact.email": "email"}
_WIDTH = re.compile(r"w([1-9]|1[0-2])")
_COLUMNS = re.compile(r"columns-([1-9][0-9]?)")


def what_of(found: Field) -> str:
    """The name of the control, see controls.Control."""
    question = found.question
    if question.kind is Kind.NOTE or question.header:
        return "note"
    if found.locked:
        return "locked"
    if question.kind is Kind.SELECT_ONE:
        listed = question.choice_filter is not None or len(found.choices) > RADIOS
        return "select" if listed or question.appearance & {"minimal", "autocomplete"} else "radio"
    if question.kind in (Kind.INTEGER, Kind.DECIMAL):
        return "number"
    if question.kind is Kind.TEXT and ("multiline" in question.appearance or question.rows):
        return "area"
    what = _KINDS.get(question.kind, "text")
    # A date picker would hide a text that is no date; it is shown as typed.
    return "text" if what in ("date", "time") and found.raw and found.typed is None else what


def options_look(question: Question, count: int, what: str) -> str:
    """CSS classes of a group of radios or boxes."""
    asked = question.appearance
    if what not in ("radio", "checks"):
        return ""
    if "likert" in asked and count <= MOST_COLUMNS:
        return "likert"
    if "horizontal-compact" in asked or "columns-pack" in asked:
        return "inline tight"
    if "horizontal" in asked:
        return "inline"
    columns = min(_first(_COLUMNS, asked), 5) or (3 if "columns" in asked else 1)
    wide = f"columns columns-{columns}" if columns > 1 else ""
    return f"{wide} many".strip() if count > FINDER else wide


def finds(found: Field, what: str) -> bool:
    """Whether the list gets a box to search in."""
    if what not in ("select", "checks"):
        return False
    return len(found.choices) > FINDER or "autocomplete" in found.question.appearance


def inputmode(question: Question) -> str:
    """Which keyboard a phone shows."""
    if question.kind is Kind.INTEGER or (question.kind is Kind.TEXT and "numbers" in question.appearance):
        return "numeric"
    if question.kind is Kind.RANGE:
        below = question.range is not None and min(question.range.start, question.range.end) < 0
        return "" if below else "decimal"  # an iPhone's number keys have no minus
    return "decimal" if question.kind in NUMBERS else _INPUTMODE.get(question.bind or "", "")


def grouped(question: Question) -> str:
    """Whether thousands are parted as one types: "" for no, "years" to leave 2026 alone, "all" where the author
    asked for it."""
    if question.kind is not Kind.INTEGER:
        return ""
    return "all" if "thousands-sep" in question.appearance else "years"


def accept(question: Question) -> str:
    """What a file chooser offers; a phone then offers its camera for pictures too."""
    if question.kind not in FILES:
        return ""
    return "image/jpeg,image/png" if question.kind is Kind.IMAGE else ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"


def width(question: Question) -> int:
    """The author's w1 … w12, 0 without one."""
    return _first(_WIDTH, question.appearance)


def columns(form: Form, question: Question, widths: Sequence[int]) -> int:
    """How many units a row of such questions has: what the group's own width says, else 4, or 12 where one of
    the widths is larger than that."""
    names = question.path.split("/")
    group = form.item(names[-2]) if len(names) > 1 else None
    given = _first(_WIDTH, group.appearance) if group is not None else 0
    return given or (WIDE if max(widths, default=0) <= WIDE else 12)


def span(width: int, columns: int) -> int:
    """A width in twelfths of the row."""
    return min(12, max(1, round(12 * width / columns)))


def _first(pattern: re.Pattern[str], asked: frozenset[str]) -> int:
    found = [int(match[1]) for name in sorted(asked) if (match := pattern.fullmatch(name))]
    return found[0] if found else 0


def ends(question: Question) -> tuple[str, str, str]:
    """A range as a slider takes it: lowest, highest and step, with decimal points."""
    offered = question.range
    if offered is None:
        return "", "", ""
    low, high = sorted((offered.start, offered.end))
    return number_text(low), number_text(high), number_text(abs(offered.step))


def range_words(question: Question) -> str:
    """Từ 1 đến 10, mỗi bước 1."""
    low, high, step = (show_number(Decimal(text)) for text in ends(question))
    return _("Từ {low} đến {high}, mỗi bước {step}.").format(low=low, high=high, step=step)
