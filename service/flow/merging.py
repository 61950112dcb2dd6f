"""Three-way merge of a draft, question by question. Pure.

A page posts the version it was drawn from. What others changed since then stays; what only this page changed is
taken; where both changed the same question to different values, both texts are kept until somebody chooses.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Value = str | list[str]
Answers = Mapping[str, Value]

KEPT = "!"  # before a question's key: the text that lost the race, kept beside it; no question begins so


@dataclass(frozen=True, slots=True)
class Revision:
    """What one earlier save changed: key -> (before, after); None where the key was absent."""

    by: str
    changes: Mapping[str, Sequence[Value | None]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The other text of a question that two people changed at once, who wrote it and when."""

    value: Value
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Merge:
    """`changes`: key -> (before, after), to be written. `conflicts`: keys of which both texts are kept now."""

    changes: dict[str, tuple[Value | None, Value | None]] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()

    def applied(self, current: Answers) -> dict[str, Value]:
        answers = dict(current)
        for key, (_before, after) in self.changes.items():
            if after is None:
                answers.pop(key, None)
            else:
                answers[key] = after
        return answers


def merge(
    current: Answers, mine: Answers, since: Sequence[Revision], by: str, at: datetime, drawn: Answers | None = None
) -> Merge:
    """What of `mine` is to be written over `current`.

    `since` are the saves after the version that the page was drawn from, in order; `by` names the page, whose own
    earlier saves are no rival. `drawn` is what the page showed for keys the draft does not hold (defaults).
    """
    shown = drawn or {}
    changes: dict[str, tuple[Value | None, Value | None]] = {}
    conflicts: list[str] = []
    for key, value in mine.items():
        before = current.get(key)
        now = shown.get(key, _blank(value)) if before is None else before
        if value == now:
            continue
        mark = KEPT + key
        if _kept_by(current.get(mark)) == by:
            changes[mark] = (current[mark], _keep(value, by, at))
            conflicts.append(key)
            continue
        touched = [revision for revision in since if key in revision.changes]
        if all(revision.by == by for revision in touched):
            changes[key] = (before, value)
            continue
        if value == _base(key, touched, by, shown.get(key, _blank(value))):
            continue
        changes[mark] = (current.get(mark), _keep(value, by, at))
        conflicts.append(key)
    return Merge(changes, tuple(conflicts))


def _blank(like: Value) -> Value:
    return [] if isinstance(like, list) else ""


def _base(key: str, touched: Sequence[Revision], by: str, absent: Value) -> Value:
    """What the page last knew of the question: its own last save, else the value before the others came."""
    own = [revision.changes[key][1] for revision in touched if revision.by == by]
    found = own[-1] if own else touched[0].changes[key][0]
    return absent if found is None else found


def _keep(value: Value, by: str, at: datetime) -> list[str]:
    return [json.dumps(value, ensure_ascii=False), by, at.isoformat()]


def _kept_by(stored: Value | None) -> str | None:
    return stored[1] if isinstance(stored, list) and len(stored) == 3 else None


def kept(answers: Answers, key: str) -> Kept | None:
    """The text kept beside a question, None when there is no choice to make."""
    stored = answers.get(KEPT + key)
    if not isinstance(stored, list) or len(stored) != 3:
        return None
    value: Value = json.loads(stored[0])
    return Kept(value, stored[1], datetime.fromisoformat(stored[2]))


def all_kept(answers: Answers) -> dict[str, Kept]:
    found = {key[1:]: kept(answers, key[1:]) for key in answers if key.startswith(KEPT)}
    return {key: value for key, value in found.items() if value is not None}


def still_kept(current: Answers, becoming: Answers) -> dict[str, Value]:
    """The kept texts of `current` when its answers are replaced by `becoming`, under their marks.

    An answer that is the kept text now settles that conflict; every other one still waits for a choice.
    """
    return {
        KEPT + key: current[KEPT + key]
        for key, found in all_kept(current).items()
        if becoming.get(key, _blank(found.value)) != found.value
    }


def choose(current: Answers, chosen: Mapping[str, str]) -> Merge:
    """Settle conflicts: "kept" puts the kept text in place of the saved one, "saved" lets it go."""
    changes: dict[str, tuple[Value | None, Value | None]] = {}
    for key, which in chosen.items():
        found = kept(current, key)
        if found is None or which not in ("kept", "saved"):
            continue
        changes[KEPT + key] = (current[KEPT + key], None)
        if which == "kept" and current.get(key) != found.value:
            changes[key] = (current.get(key), found.value)
    return Merge(changes)


@dataclass(frozen=True, slots=True)
class RowAct:
    """One thing done to a repeat's rows: add, remove, restore (at `place`, from 0), up, down.

    It is applied to the rows as they are now, so that two people's acts never meet as a conflict. A removed row's
    answers stay in the draft, unseen, and come back with it.
    """

    act: str
    key: str
    row: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """What a page hands over. `version` is the draft version it was drawn from, `tab` a mark of its own.

    `files` are attachment ids by key, already checked; `chosen` settles conflicts (key -> "kept" or "saved"). `form` is
    the id of the form version whose keys these are, None for the one in force.
    """

    version: int
    tab: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    row: RowAct | None = None
    form: int | None = None


def rows_after(rows: Sequence[str], act: RowAct) -> list[str]:
    """The ordered row ids after the act; an act that no longer fits changes nothing."""
    ids = list(rows)
    if act.act in ("add", "restore") and act.row not in ids:
        ids.insert(len(ids) if act.act == "add" else min(max(act.place, 0), len(ids)), act.row)
    elif act.row in ids:
        place = ids.index(act.row)
        if act.act == "remove":
            del ids[place]
        elif act.act in ("up", "down"):
            other = place + (1 if act.act == "down" else -1)
            if 0 <= other < len(ids):
                ids[place], ids[other] = ids[other], ids[place]
    return ids
