"""Text made fit for a spreadsheet: no characters XML forbids, no longer than a cell holds, names of sheets."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

CELL_LIMIT = 32_767  # Excel: characters in a cell; XlsxWriter's write_string writes nothing beyond it
NAME_LIMIT = 31  # Excel: characters in the name of a sheet
REPLACEMENT = "\ufffd"

# XML 1.0 allows tab, line feed and everything from the space up, but no half of a surrogate pair. The C1
# controls are allowed and invisible, so they are shown as replaced too.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\n\t]+")


def units(text: str) -> int:
    """Length as Excel counts it: UTF-16 units, two for a character beyond U+FFFF."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def clean(text: str) -> str:
    """The text with forbidden characters replaced and line ends unified, whatever its length."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isprintable() else _FORBIDDEN.sub(REPLACEMENT, text)


def cleaned(value: Any) -> Any:
    """A value with all texts in it as `clean` makes them, in lists and by keys too."""
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {name: cleaned(inner) for name, inner in value.items()}
        case list() | tuple():
            return [cleaned(inner) for inner in value]
    return value


def cell(text: str) -> str:
    """The text as a cell can hold it: forbidden characters replaced, line ends unified, over-long text cut.

    What was cut is said at the end, "… (còn N ký tự)", so that nothing is lost in silence.
    """
    text = clean(text)
    # Only a text half as long as the limit can pass it by characters that count twice.
    if len(text) * 2 > CELL_LIMIT and units(text) > CELL_LIMIT:
        return _cut(text)
    return text


def _cut(text: str) -> str:
    kept = _first(text, CELL_LIMIT - len(_missing(len(text))))
    # What is missing may be a shorter number than the whole length, which leaves room for a character more.
    kept = _first(text, CELL_LIMIT - len(_missing(len(text) - len(kept))))
    return kept + _missing(len(text) - len(kept))


def _missing(count: int) -> str:
    return f"… (còn {count} ký tự)"


def _first(text: str, limit: int) -> str:
    """As many whole characters from the start as fit into `limit` UTF-16 units."""
    encoded = text.encode("utf-16-le")[: limit * 2]
    return encoded.decode("utf-16-le", errors="ignore")


def sheet_names(titles: Iterable[str]) -> tuple[str, ...]:
    """Names that Excel accepts, in the same order: allowed characters, at most 31 of them, each once.

    Excel compares names without regard to case and reserves "History".
    """
    taken = {"history"}
    names: list[str] = []
    for title in titles:
        base = _FORBIDDEN.sub("", _NAME_FORBIDDEN.sub(" ", title)).strip("' ") or "Bảng"
        name, number = _first(base, NAME_LIMIT).rstrip("' "), 2
        while name.casefold() in taken:
            tail = f" ({number})"
            name, number = _first(base, NAME_LIMIT - len(tail)).rstrip("' ") + tail, number + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)
