"""Templates of mails: a subject, an empty line, a text; placeholders from a fixed list.

A placeholder is `{name}`, nothing more: no attribute, no format, no conversion. A line with a
placeholder whose value is empty is left out, so a letter without a number or a telephone reads well.
What people wrote is put in as it is: it becomes neither a placeholder nor a second header.

Values are ready for reading: due "17:00 ngày 18/7/2025", days_left "còn 2 ngày làm việc", days_late "1
ngày làm việc", share "59/114", letter "Công văn số 123/SKHCN ngày 8/7/2025", minutes "30".
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from reminders.clean import one_line

# Filled in when the mail goes out, never stored.
LATE = frozenset({"link", "code"})
PLACEHOLDERS = LATE | frozenset(
    {
        "unit",
        "recipient",
        "survey",
        "letter",
        "due",
        "days_left",
        "days_late",
        "share",
        "staff_name",
        "staff_phone",
        "minutes",
        "figures",
        "site",
        "receipt",
        "submitted_at",
        "hash",
        "sender",
    }
)
NAMES = (
    "invitation",
    "reminder_before",
    "reminder_due",
    "reminder_after",
    "leader_copy",
    "receipt",
    "receipt_without_link",  # to an address that nobody of the unit uses any more
)
WITHOUT_LINK = frozenset({"leader_copy", "receipt_without_link"})


# A line: what stands there, and the placeholder after it.
Parts = tuple[tuple[str, str | None], ...]


class TemplateError(ValueError):
    """A template that cannot be used. `code`: no_subject, no_text, braces, unknown, missing, not_here (a
    link in a text that must have none, or in the subject), no_template. `name`: the placeholder."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(f"{code} {name}".strip())
        self.code = code
        self.name = name


@dataclass(frozen=True, slots=True)
class Template:
    subject: str
    text: str

    def placeholders(self) -> frozenset[str]:
        return frozenset(_names(self.subject)) | frozenset(_names(self.text))


@cache
def load(name: str) -> Template:
    """The template that ships with the product. Raises TemplateError("no_template")."""
    if name not in NAMES:
        raise TemplateError("no_template", name)
    return parse((files("reminders") / "templates" / f"{name}.txt").read_text(encoding="utf-8"))


def parse(source: str) -> Template:
    """A template from its text: the first line is the subject. Raises TemplateError."""
    head, _, text = source.replace("\r\n", "\n").strip().partition("\n")
    template = Template(head.strip(), text.strip() + "\n")
    check(template)
    return template


def check(template: Template) -> None:
    """Raise TemplateError unless the template can be rendered."""
    if not template.subject:
        raise TemplateError("no_subject")
    if not template.text.strip():
        raise TemplateError("no_text")
    for name in _names(template.subject):
        if name in LATE:
            raise TemplateError("not_here", name)
    template.placeholders()


def render(template: str | Template, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text with `values` in place; `{link}` and `{code}` stay unless given.

    Raises TemplateError: unknown (a placeholder outside the list), missing (no value given), braces.
    """
    found = load(template) if isinstance(template, str) else template
    head, lines = _compiled(found)
    safe = {name: _value(text) for name, text in values.items()}
    subject = one_line(_fill(head, safe))
    if not subject:
        raise TemplateError("no_subject")
    kept = _single_blank(line for line in lines if not any(safe.get(name) == "" for _, name in line if name))
    return subject, "\n".join(_fill(line, safe) for line in kept).strip() + "\n"


@lru_cache(maxsize=100)
def _compiled(template: Template) -> tuple[Parts, tuple[Parts, ...]]:
    """Subject and lines in their parts. Raises TemplateError unless the template can be rendered."""
    check(template)
    return _parts(template.subject), tuple(_parts(line) for line in template.text.split("\n"))


def _value(text: str) -> str:
    """A value cannot bring a late placeholder of its own."""
    for name in LATE:
        text = text.replace("{" + name + "}", f"({name})")
    return text.strip()


def _parts(text: str) -> Parts:
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise TemplateError("braces") from error
    for _literal, name, form, conversion in parsed:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            raise TemplateError("unknown", name)
    return tuple((literal, name) for literal, name, _form, _conversion in parsed)


def _names(text: str) -> list[str]:
    return [name for _, name in _parts(text) if name is not None]


def _fill(parts: Parts, values: Mapping[str, str]) -> str:
    found = []
    for literal, name in parts:
        found.append(literal)
        if name is None:
            continue
        if name in values:
            found.append(values[name])
        elif name in LATE:
            found.append("{" + name + "}")
        else:
            raise TemplateError("missing", name)
    return "".join(found)


def _single_blank(lines: Iterable[Parts]) -> Iterator[Parts]:
    """No two empty lines after each other: the lines left out leave no hole."""
    blank = True
    for line in lines:
        empty = not any(name or literal.strip() for literal, name in line)
        if not (empty and blank):
            yield line
        blank = empty
