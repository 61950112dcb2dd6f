"""Contacts: people of a file against what the database has -> a preview."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.roster.contact_rows import FIELDS, Entry, find, noted, once, read
from service.roster.headers import Table
from service.roster.names import Known, Matcher, key
from service.roster.people import OFFICIAL, ROLES, Person
from service.roster.previews import Action, Change, Planned, Preview, made
from service.words import N_, _

__all__ = ["Existing", "find", "plan", "shown"]

ACTIVE = {True: N_("Đang dùng"), False: N_("Ngừng dùng")}


@dataclass(frozen=True, slots=True)
class Existing:
    """A contact as the database has it."""

    id: int
    unit_id: int
    role: str
    name: str
    position: str
    email: str
    phone: str
    active: bool


def plan(file: str, table: Table, units: Iterable[Known], existing: Iterable[Existing]) -> Preview:
    """What the file would do. Contacts that are not in it stay as they are."""
    known = list(units)
    entries, planned, skipped = read(table, Matcher(known))
    entries, merged = once(entries)
    planned += merged
    planned += _against(entries, list(existing), {unit.id: unit for unit in known})
    place = {(row.sheet, row.line): index for index, row in enumerate(table.rows)}
    planned.sort(key=lambda row: place[row.sheet, row.line])
    return made("contacts", file, table, planned, skipped)


# Entries against the database


def _against(entries: Sequence[Entry], existing: Sequence[Existing], units: Mapping[int, Known]) -> list[Planned]:
    elsewhere = _uses(entries, existing)
    by_unit: dict[int, list[Existing]] = defaultdict(list)
    for contact in sorted(existing, key=lambda c: (not c.active, c.id)):
        by_unit[contact.unit_id].append(contact)
    asked: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        asked[entry.unit.id].append(entry)
    planned = []
    for unit_id, own in asked.items():
        pairs = _pairs(own, by_unit[unit_id])
        taken = {(c.role, c.email, c.name): c.id for c in by_unit[unit_id]}
        for place, entry in enumerate(own):
            others = elsewhere[entry.person.email] - {unit_id} if entry.person.email else set()
            if others:
                names = ", ".join(sorted(units[other].full_name for other in others))
                note = _("Địa chỉ này cũng dùng cho {units}.").format(units=names)
                entry = replace(entry, person=noted(entry.person, note))
            planned.append(_decided(entry, pairs.get(place), taken))
    return planned


def _uses(entries: Iterable[Entry], existing: Iterable[Existing]) -> Mapping[str, set[int]]:
    uses: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        uses[entry.person.email].add(entry.unit.id)
    for contact in existing:
        if contact.active:
            uses[contact.email].add(contact.unit_id)
    return uses


def _pairs(entries: Sequence[Entry], contacts: Sequence[Existing]) -> dict[int, Existing]:
    """Which contact each entry (by its place) speaks of; surer signs go first, and nobody is taken twice."""
    listed = {entry.person.email for entry in entries}
    signs: tuple[Callable[[Person, Existing], bool], ...] = (
        lambda p, c: _alike(p, c) and p.role == c.role,
        _alike,
        lambda p, c: bool(p.email) and p.email == c.email and not (p.name and c.name),
        # Another person at the same mailbox: the office was handed over.
        lambda p, c: bool(p.email) and p.email == c.email and (p.role or OFFICIAL) == c.role,
        # The same person at another address, unless the file still lists the old one.
        lambda p, c: bool(p.name) and key(p.name) == key(c.name) and (not p.email or c.email not in listed),
        lambda p, c: not p.email and not c.email and bool(p.phone) and p.phone == c.phone,
    )
    free = dict.fromkeys(contacts)
    pairs: dict[int, Existing] = {}
    for sign in signs:
        for place, entry in enumerate(entries):
            found = next((c for c in free if place not in pairs and sign(entry.person, c)), None)
            if found is not None:
                pairs[place] = found
                del free[found]
    return pairs


def _alike(person: Person, contact: Existing) -> bool:
    if person.email:
        return person.email == contact.email and key(person.name) == key(contact.name)
    return not contact.email and bool(person.name) and key(person.name) == key(contact.name)


def _decided(entry: Entry, contact: Existing | None, taken: dict[tuple[str, str, str], int]) -> Planned:
    """Added, changed or unchanged; what the file leaves blank is kept."""
    person = entry.person
    wanted: dict[str, object] = {
        name: getattr(person, name) for name in ("role", "name", "position", "email", "phone") if getattr(person, name)
    }
    if contact is None:
        values = {
            "role": OFFICIAL,
            "name": "",
            "position": "",
            "email": "",
            "phone": "",
            **wanted,
            "unit_id": entry.unit.id,
        }
        changes = tuple(_change(name, "", value) for name, value in values.items() if value and name in FIELDS)
    else:
        wanted["active"] = True
        values = {name: value for name, value in wanted.items() if _differs(name, getattr(contact, name), value)}
        changes = tuple(_change(name, getattr(contact, name), value) for name, value in values.items())
    if contact is not None and not changes:
        return entry.planned(Action.UNCHANGED, target=contact.id)
    role, email, name = (str(values.get(field, getattr(contact, field, ""))) for field in ("role", "email", "name"))
    own = contact.id if contact else -entry.row.line
    if taken.setdefault((role, email, name), own) != own:
        return entry.planned(Action.REFUSED, reason=_("Trùng với một đầu mối đã có của đơn vị này."))
    note = person.note
    if not (person.email or (contact and contact.email)):
        note = " ".join(part for part in (note, _("Chưa có thư điện tử nên không nhận được thư mời.")) if part)
    target = contact.id if contact else None
    action = Action.CHANGED if contact else Action.ADDED
    return entry.planned(action, changes=changes, values=values, target=target, note=note)


def _differs(name: str, before: object, after: object) -> bool:
    if name == "name" and isinstance(before, str) and isinstance(after, str):
        return key(before) != key(after)
    return before != after


def _change(name: str, before: object, after: object) -> Change:
    return Change(name, _(FIELDS[name]), shown(name, before), shown(name, after))


def shown(name: str, value: object) -> str:
    """A field's value as people read it."""
    if isinstance(value, bool):
        return _(ACTIVE[value])
    if name == "role":
        return _(ROLES.get(str(value), str(value)))
    return str(value)
