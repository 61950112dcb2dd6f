"""A form -> the sheets of an XLSForm workbook that gives the same form when it is imported.

Columns have their canonical names and one order, so that two exports of one form are equal:
`cells(build(cells(form))) == cells(form)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from forms.expressions import Expression
from forms.schema import Choice, Consolidate, Form, Item, Kind, Previous, Question, Repeat, Text
from forms.values import number_text
from forms.xlsform import Cells
from forms.xlsform.media import is_file

_ALWAYS = ("type", "name", "label")
_SURVEY = (
    "type", "name", "label", "hint", "guidance_hint", "required", "required_message", "relevant", "constraint",
    "constraint_message", "calculation", "trigger", "default", "read_only", "choice_filter", "repeat_count",
    "appearance", "parameters", "x_bind", "x_consolidate", "x_previous",
)  # fmt: skip
_LISTED = {Kind.SELECT_ONE: "select_one", Kind.SELECT_MULTIPLE: "select_multiple", Kind.RANK: "rank"}

Row = Mapping[str, str]


def cells(form: Form) -> Cells:
    """The sheets survey, choices (where there are any) and settings, and the CSV files by their names.

    Row 1 of each is its header. Columns that nothing stands in are left out.
    """
    files = {_file(name): listed for name, listed in form.lists.items() if _file(name)}
    choices = [_choice(form, name, one) for name, listed in form.lists.items() if not _file(name) for one in listed]
    found = {"survey": _grid(list(_items(form, form.items)), _columns(form, _SURVEY), _columns(form, _ALWAYS))}
    if choices:
        known = _columns(form, ("list_name", "name", "label"))
        found["choices"] = _grid(choices, [*known, *_further(choices, known)], known)
    settings = _settings(form)
    found["settings"] = _grid([settings], list(settings), ())
    for name, listed in files.items():
        headers = list(listed[0].extra) if listed else ["name", "label"]
        found[name] = [headers, *(_trimmed([one.extra.get(header, "") for header in headers]) for one in listed)]
    return found


def _file(name: str) -> str:
    """The CSV file that a list is made of, "" for one of the sheet choices. Of one file there may be two lists,
    "xa.csv" and "xa.csv?value=ma&label=ten"."""
    file = name.partition("?")[0]
    return file if is_file(file) else ""


def _grid(rows: Sequence[Row], columns: Iterable[str], always: Iterable[str]) -> list[list[str]]:
    """Header and rows, with the columns that hold something or are always there."""
    kept = [column for column in columns if column in always or any(row.get(column) for row in rows)]
    return [kept, *(_trimmed([row.get(column, "") for column in kept]) for row in rows)]


def _trimmed(row: list[str]) -> list[str]:
    """Without blanks at the end, as a workbook is read."""
    while row and not row[-1]:
        row.pop()
    return row


def _further(rows: Iterable[Row], known: Iterable[str]) -> list[str]:
    """The columns of the author's own, in the order they are met."""
    return [column for column in dict.fromkeys(key for row in rows for key in row) if column not in known]


# languages

_TRANSLATED = frozenset({"label", "hint", "guidance_hint", "required_message", "constraint_message"})


def _columns(form: Form, keys: Iterable[str]) -> list[str]:
    """The headers of these columns, one for each language where they are translated."""
    languages = form.languages or ("",)
    return [_header(key, language) for key in keys for language in (languages if key in _TRANSLATED else ("",))]


def _header(key: str, language: str) -> str:
    return f"{key}::{language}" if language else key


def _words(form: Form, key: str, text: Text) -> Iterator[tuple[str, str]]:
    """The author's text in each language, `${x}` left in, with its header."""
    own, *others = form.languages or ("",)
    yield _header(key, own), text.plain
    for language in others:
        parts = text.others.get(language, ())
        yield _header(key, language), "".join(part if isinstance(part, str) else part.source for part in parts)


# rows


def _items(form: Form, items: Iterable[Item]) -> Iterator[Row]:
    for item in items:
        if isinstance(item, Question):
            if not item.explains:  # x_previous brings it back
                yield _question(form, item)
            continue
        what = "repeat" if isinstance(item, Repeat) else "group"
        row = {"type": f"begin {what}", "name": item.name, "relevant": _source(item.relevant)}
        row |= dict(_words(form, "label", item.label)) | {"appearance": " ".join(sorted(item.appearance))}
        if isinstance(item, Repeat):
            row |= {"repeat_count": _source(item.count), "x_consolidate": _consolidate(item.consolidate)}
        yield row
        yield from _items(form, item.items)
        yield {"type": f"end {what}", "name": item.name}


def _question(form: Form, question: Question) -> Row:
    texts = (
        ("label", question.label),
        ("hint", question.hint),
        ("guidance_hint", question.guidance),
        ("required_message", question.required_message),
        ("constraint_message", question.constraint_message),
    )
    return {
        "type": _type(question),
        "name": question.name,
        **dict(pair for key, text in texts for pair in _words(form, key, text)),
        "required": _yes(question.required) if isinstance(question.required, bool) else question.required.source,
        "relevant": _source(question.relevant),
        "constraint": _source(question.constraint),
        "calculation": _source(question.calculation),
        "trigger": ", ".join(f"${{{name}}}" for name in question.trigger),
        "default": _source(question.default),
        "read_only": _yes(question.read_only),
        "choice_filter": _source(question.choice_filter),
        "appearance": " ".join(sorted(question.appearance)),
        "parameters": _parameters(form, question),
        "x_bind": question.bind or "",
        "x_consolidate": _consolidate(question.consolidate),
        "x_previous": _previous(question.previous),
    }


def _type(question: Question) -> str:
    if question.choices is None:
        return question.kind.value
    kind, file = _LISTED[question.kind], _file(question.choices)
    return f"{kind}_from_file {file}" if file else f"{kind} {question.choices}"


def _source(found: Expression | str | None) -> str:
    return found.source if isinstance(found, Expression) else found or ""


def _yes(found: bool) -> str:
    return "yes" if found else ""


def _parameters(form: Form, question: Question) -> str:
    found = []
    if question.choices and _file(question.choices):
        listed = form.choices(question)
        names = {"value": ("name", [one.name for one in listed]), "label": ("label", [one.label for one in listed])}
        columns = {key: _column(listed, texts, usual) for key, (usual, texts) in names.items()}
        found += [f"{key}={column}" for key, column in columns.items() if column != names[key][0]]
    if question.range is not None:
        span = {"start": question.range.start, "end": question.range.end, "step": question.range.step}
        found += [f"{name}={number_text(value)}" for name, value in span.items()]
    if question.shuffle is not None:
        found.append("randomize=true")
        if seed := _source(question.shuffle.seed):
            found.append(f"seed={seed}")
    if question.rows is not None:
        found.append(f"rows={question.rows}")
    return " ".join(found)


def _column(listed: Sequence[Choice], texts: Sequence[str], usual: str) -> str:
    """The column of a file that gives these texts (a blank one is read as the choice's name), the usual one first."""
    headers = list(listed[0].extra) if listed else [usual]

    def gives(header: str) -> bool:
        return all((one.extra[header] or one.name) == text for one, text in zip(listed, texts, strict=True))

    return next((header for header in sorted(headers, key=lambda header: header != usual) if gives(header)), usual)


def _consolidate(found: Consolidate | None) -> str:
    if found is None:
        return ""
    return f"ratio: {found.numerator} / {found.denominator}" if found.how == "ratio" else found.how


def _previous(found: Previous | None) -> str:
    if found is None:
        return ""
    return found.how if found.percent is None else f"{found.how} > {number_text(found.percent)}%"


def _choice(form: Form, name: str, choice: Choice) -> Row:
    own, *others = form.languages or ("",)
    labels = {_header("label", language): choice.labels.get(language, "") for language in others}
    return {"list_name": name, "name": choice.name, _header("label", own): choice.label, **labels, **choice.extra}


def _settings(form: Form) -> Row:
    return {
        "form_title": form.title,
        "form_id": form.id,
        "version": form.version,
        "default_language": form.languages[0] if form.languages else "",
        "instance_name": _source(form.instance_name),
    }
