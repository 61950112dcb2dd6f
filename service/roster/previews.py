"""What an import would do, row by row, as a value: shown before, compared and applied after."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from service.roster.headers import Table
from service.words import N_, _, number


class Action(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


ACTIONS = {
    Action.ADDED: N_("Thêm mới"),
    Action.CHANGED: N_("Thay đổi"),
    Action.UNCHANGED: N_("Giữ nguyên"),
    Action.REFUSED: N_("Từ chối"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, by its name in the database; `label` is what people call it. `before` is "" for what is new."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing the file says. A row with two addresses makes two of these.

    `unit` is the unit's full name, or what the file calls it when none was found. `target` is the id of the row to
    change, `values` what to write. `reason` tells why it is refused, `note` what to look at though it is accepted.
    """

    sheet: str
    line: int
    action: Action
    unit: str
    subject: str
    code: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""
    note: str = ""
    target: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole plan. `applied` says that it has been carried out; `skipped` counts group headings and blank rows."""

    kind: str  # units, contacts
    file: str
    rows: tuple[Planned, ...]
    used: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    unread_sheets: tuple[str, ...]
    skipped: int = 0
    applied: bool = False

    @property
    def counts(self) -> Mapping[Action, int]:
        found = Counter(row.action for row in self.rows)
        return {action: found[action] for action in Action}

    @property
    def refused(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.rows if row.action is Action.REFUSED)

    @property
    def to_write(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.rows if row.action in (Action.ADDED, Action.CHANGED))

    @property
    def notes(self) -> int:
        return sum(1 for row in self.rows if row.note)

    @property
    def digest(self) -> str:
        """The same for the same outcome: what a person has seen is what is applied, or it is shown again."""
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()


def made(kind: str, file: str, table: Table, planned: Sequence[Planned], skipped: int) -> Preview:
    return Preview(kind, file, tuple(planned), table.used, table.ignored, table.unread_sheets, skipped)


def row_line(row: Planned) -> str:
    """Dòng 12: Thêm mới: Xã An Lão: Nguyễn Văn An, an@x.vn. For the command line."""
    place = _("Dòng {line}").format(line=row.line) + (f" ({row.sheet})" if row.sheet else "")
    parts = [place, _(ACTIONS[row.action]), row.unit, row.subject if row.subject != row.unit else ""]
    if row.action is Action.CHANGED:
        parts.append("; ".join(f"{c.label}: {c.before or '–'} → {c.after or '–'}" for c in row.changes))
    parts += [row.reason, row.note]
    return ": ".join(part for part in parts if part)


def counts_line(preview: Preview) -> str:
    """How many of each, and whether anything was written."""
    counts = ", ".join(f"{_(ACTIONS[action]).lower()} {number(n)}" for action, n in preview.counts.items())
    if preview.applied:
        return _("Đã nhập: {counts}.").format(counts=counts)
    if preview.refused:
        return _("Chưa nhập gì vì còn dòng bị từ chối: {counts}.").format(counts=counts)
    return _("Xem trước, chưa nhập gì: {counts}.").format(counts=counts)
