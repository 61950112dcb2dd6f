"""Workbooks to begin a form with: a template with help in Vietnamese, and a form that is ready to use.

Both import without a problem or a warning. The sheet "Hướng dẫn" is the author's own: the import passes over it.
"""

from collections.abc import Iterable, Mapping, Sequence

from exports.xlsform import Sheet, write
from service import guide, starterforms
from service.words import _

SURVEY = tuple(guide.SURVEY)
_LISTS: Mapping[str, Sequence[str]] = {
    "required": ("yes", "no"),
    "read_only": ("yes", "no"),
    "x_consolidate": ("sum", "mean", "count", "list", "ledger", "ratio: a / b"),
    "x_previous": ("show", "prefill", "explain > 30%"),
    "x_bind": guide.BINDS,
    "appearance": ("multiline", "numbers", "minimal", "autocomplete", "horizontal", "likert", "field-list"),
}


def template() -> bytes:
    """A short form of every common kind of question, with notes on each column and a sheet of explanations."""
    rows, headings = _guide()
    types = [number for number, row in enumerate(rows) if row and row[0] in {kind[0] for kind in guide.TYPES}]
    area = f"='{guide.SHEET}'!$A${types[0] + 1}:$A${types[-1] + 1}"
    lists: dict[str, Sequence[str] | str] = {"type": area, **_LISTS}
    sheets = _form(
        starterforms.TEMPLATE_SURVEY, starterforms.TEMPLATE_CHOICES, _("Mẫu phiếu mới"), "mau_phieu_moi", lists
    )
    return write({**sheets, guide.SHEET: Sheet(rows, prose=True, headings=headings)})


def example() -> bytes:
    """A form that may be used as it is: a monthly report with repeats, skip logic, sums and a share."""
    lists: dict[str, Sequence[str] | str] = dict(_LISTS)
    return write(
        _form(
            starterforms.EXAMPLE_SURVEY,
            starterforms.EXAMPLE_CHOICES,
            _("Báo cáo tháng về thiết bị và tập huấn chuyển đổi số"),
            "bao_cao_thang_cds",
            lists,
        )
    )


def _form(
    survey: Iterable[Mapping[str, str]],
    choices: Iterable[Mapping[str, str]],
    title: str,
    form_id: str,
    lists: Mapping[str, Sequence[str] | str],
) -> dict[str, Sheet]:
    notes = {name: _(words) for name, (words, _example) in guide.SURVEY.items()}
    choice_notes = {name: _(words) for name, (words, _example) in guide.CHOICES.items()}
    setting_notes = {name: _(words) for name, (words, _example) in guide.SETTINGS.items()}
    return {
        "survey": Sheet(_grid(survey, SURVEY), notes, lists),
        "choices": Sheet(_grid(choices, ("list_name", "name", "label")), choice_notes),
        "settings": Sheet([["form_title", "form_id", "version"], [title, form_id, "1"]], setting_notes),
    }


_TRANSLATED = frozenset({"label", "hint", "guidance_hint", "required_message", "constraint_message"})


def _grid(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> list[list[str]]:
    return [
        list(columns),
        *(
            [_(text) if name in _TRANSLATED and (text := row.get(name, "")) else row.get(name, "") for name in columns]
            for row in rows
        ),
    ]


def _guide() -> tuple[list[list[str]], frozenset[int]]:
    """The rows of the sheet of explanations, and which of them are headings."""
    rows: list[list[str]] = [[_("Hướng dẫn soạn mẫu phiếu (XLSForm)")], *([_(line)] for line in guide.OPENING), []]
    headings = {0}
    for title, table in guide.TABLES:
        headings.add(len(rows))
        rows.append([_(title)])
        rows += [[_(cell) if place else cell for place, cell in enumerate(row)] for row in table]
        rows.append([])
    return rows, frozenset(headings)
