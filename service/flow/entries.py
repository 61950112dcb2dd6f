"""One line of a unit's record."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `at` is when it took effect, `recorded_at` when it was written down; `source` says where
    it is kept, `state` how the unit stood afterwards ("" when that did not change), `link` the page behind it."""

    at: datetime
    recorded_at: datetime
    what: str
    who: str
    source: str
    lines: tuple[str, ...] = ()
    state: str = ""
    link: str = ""


def given(text: str) -> tuple[str, ...]:
    """The line, or none when there is nothing to say."""
    return (text,) if text else ()


def capital(name: str) -> str:
    """Chuyên viên Trần Thị Lan, as the name begins a line."""
    return name[:1].upper() + name[1:]
