"""Answers as people read them, on pages and in files alike. Pure."""

from collections.abc import Iterable

from forms.answers import Field, Row, RowGroup
from forms.schema import Kind
from service.words import N_, _

CONFIRMED = N_("Đã xác nhận")
SHORT = 60  # a longer answer does not tell one row from another at a glance
_MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"


def shown(found: Field) -> str:
    """The value of a question; ranked choices with their places, a tick in words."""
    if found.question.kind is Kind.ACKNOWLEDGE and found.shown:
        return _(CONFIRMED)
    if found.question.kind is not Kind.RANK or not isinstance(found.typed, tuple):
        return found.shown
    labels = {choice.name: choice.label for choice in found.choices}
    return ranked(labels.get(name, name) for name in found.typed)


def ranked(labels: Iterable[str]) -> str:
    """1. Đường; 2. Trường."""
    return "; ".join(f"{place}. {label}" for place, label in enumerate(labels, 1))


def on_map(found: Field) -> str:
    """Where a map shows the place of a geopoint, "" for any other answer."""
    if found.question.kind is not Kind.GEOPOINT or not isinstance(found.typed, str):
        return ""
    return _MAP.format(*found.typed.split()[:2])


def below(above: str, row: Row) -> str:
    """The place of a row: "2" on a page, "2.1" in the second row of another repeat."""
    return f"{above}.{row.number}" if above else str(row.number)


def row_title(group: RowGroup, row: Row, place: str) -> str:
    """Hộ 2: Nguyễn Văn An. What the row is called, its place, and its first answer when that is short."""
    name = f"{group.label} {place}".strip()
    told = next((text for item in row.items if isinstance(item, Field) and (text := _telling(item))), "")
    return f"{name}: {told}" if told else name


def _telling(item: Field) -> str:
    telling = item.relevant and item.question.kind in (Kind.TEXT, Kind.SELECT_ONE, Kind.BARCODE)
    return item.shown if telling and len(item.shown) <= SHORT and "\n" not in item.shown else ""
