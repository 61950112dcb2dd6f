"""The reminder plan as people set it: steps, their default, and their JSON. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal

# The states of an invitation that still owes an answer; an undeliverable one may have a better address by now.
OWING = frozenset({"not_sent", "undeliverable", "sent", "opened", "draft", "awaiting_signoff", "returned"})
BEFORE, AFTER = frozenset({"reminder_before", "reminder_soon"}), frozenset({"reminder_after", "reminder_again"})
TEXTS = BEFORE | AFTER | {"reminder_due", "leader_copy"}
MOST_STEPS = 20
FARTHEST = 250
MOST_ID = 2**31 - 1
_ID = re.compile(r"[a-z][a-z0-9_-]{0,38}")
_OPTIONAL = frozenset({"every", "times", "since", "approve", "approver"})
_FIELDS = _OPTIONAL | frozenset({"id", "offset", "unit", "at", "states", "to", "text"})
Audience = Literal["official", "leader", "office_head", "chairman"]
# Leaders above the one who gets a copy: what goes to them needs a person's approval.
FURTHER_UP: frozenset[Audience] = frozenset({"office_head", "chairman"})
AUDIENCES: tuple[Audience, ...] = ("official", "leader", "office_head", "chairman")


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a plan.

    offset: days from the due date, negative before it, counted in `unit`. at: local time of day.
    states: it goes to invitations in these. to: whose contacts. text: name of a template.
    every, times: then again every so many days (same unit), at most so many times more.
    since: when it came into the plan of a running campaign: moments up to then are not made up for.
    approve: nothing of it goes before a person has approved. approver: the service's id of that person, None: the
    one whom the service names.
    """

    id: str
    offset: int
    unit: Literal["day", "working_day"]
    at: time
    states: frozenset[str]
    to: Audience
    text: str
    every: int | None = None
    times: int | None = None
    since: datetime | None = None
    approve: bool = False
    approver: int | None = None


def _step(id_: str, offset: int, text: str, to: Audience = "official") -> Step:
    return Step(id_, offset, "working_day", time(8, 0), OWING, to, text)


# -3, -1, 0, +1, +3 working days, then every 5, at most 4 times more; +3 has a copy for the leader.
DEFAULT: tuple[Step, ...] = (
    _step("before3", -3, "reminder_before"),
    _step("before1", -1, "reminder_soon"),
    _step("due", 0, "reminder_due"),
    _step("after1", 1, "reminder_after"),
    Step("after3", 3, "working_day", time(8, 0), OWING, "official", "reminder_again", every=5, times=4),
    _step("after3-leader", 3, "leader_copy", to="leader"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a plan: a code, the step (its number from 1, 0 for the whole plan), the field."""

    code: str
    step: int = 0
    field: str = ""


class PlanError(ValueError):
    """The plan cannot be used; `problems` says why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(f"{p.step}:{p.field}:{p.code}" for p in self.problems))


def to_json(steps: Iterable[Step]) -> list[dict[str, object]]:
    """The steps as plain values; `from_json` reads them back to the same steps."""
    return [
        {
            "id": step.id,
            "offset": step.offset,
            "unit": step.unit,
            "at": step.at.strftime("%H:%M"),
            "states": sorted(step.states),
            "to": step.to,
            "text": step.text,
            "every": step.every,
            "times": step.times,
            **({"since": step.since.isoformat()} if step.since else {}),
            **({"approve": True} if step.approve else {}),
            **({"approver": step.approver} if step.approver is not None else {}),
        }
        for step in steps
    ]


def from_json(data: object) -> tuple[Step, ...]:
    """The steps in `data` (a list of objects as `to_json` gives).

    Raises PlanError with every problem found: not_a_list, too_many, not_an_object, unknown_field,
    missing, bad_value, unknown_state, unknown_text, together (every and times go together), needs_approval (it goes
    further up than the leader), duplicate_id.
    """
    if not isinstance(data, list):
        raise PlanError([Problem("not_a_list")])
    if len(data) > MOST_STEPS:
        raise PlanError([Problem("too_many")])
    problems = [p for number, item in enumerate(data, start=1) for p in _wrong(number, item)]
    if problems:
        raise PlanError(problems)
    steps = tuple(_read(item) for item in data)
    seen: set[str] = set()
    for number, step in enumerate(steps, start=1):
        if step.id in seen:
            problems.append(Problem("duplicate_id", number, "id"))
        seen.add(step.id)
    if problems:
        raise PlanError(problems)
    return steps


def _wrong(number: int, item: object) -> list[Problem]:
    if not isinstance(item, Mapping):
        return [Problem("not_an_object", number)]
    problems = [Problem("unknown_field", number, str(name)) for name in item if name not in _FIELDS]
    for name in sorted(_FIELDS - _OPTIONAL - set(item)):
        problems.append(Problem("missing", number, name))
    for name in sorted(_FIELDS & set(item)):
        code = _wrong_value(name, item[name])
        if code:
            problems.append(Problem(code, number, name))
    if (item.get("every") is None) != (item.get("times") is None):
        problems.append(Problem("together", number, "every"))
    if item.get("to") in FURTHER_UP and item.get("approve") in (None, False):
        problems.append(Problem("needs_approval", number, "approve"))
    if item.get("approver") is not None and item.get("approve") in (None, False):
        problems.append(Problem("bad_value", number, "approver"))
    return problems


def _wrong_value(name: str, value: Any) -> str | None:
    match name:
        case "id":
            good = isinstance(value, str) and _ID.fullmatch(value) is not None
        case "offset":
            good = _whole(value) and -FARTHEST <= value <= FARTHEST
        case "every" | "times":
            good = value is None or (_whole(value) and 1 <= value <= FARTHEST)
        case "unit":
            good = value in ("day", "working_day")
        case "to":
            good = value in AUDIENCES
        case "approve":
            good = value is None or isinstance(value, bool)
        case "approver":
            good = value is None or (_whole(value) and 1 <= value <= MOST_ID)
        case "at":
            good = isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None
        case "since":
            good = value is None or _moment(value) is not None
        case "text":
            return None if isinstance(value, str) and value in TEXTS else "unknown_text"
        case "states":
            if not isinstance(value, list) or not value or not all(isinstance(s, str) for s in value):
                return "bad_value"
            return None if set(value) <= OWING else "unknown_state"
    return None if good else "bad_value"


def _moment(value: object) -> datetime | None:
    """An aware moment in ISO 8601, None when it is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read(item: Mapping[str, Any]) -> Step:
    return Step(
        id=item["id"],
        offset=item["offset"],
        unit=item["unit"],
        at=time.fromisoformat(item["at"]),
        states=frozenset(item["states"]),
        to=item["to"],
        text=item["text"],
        every=item.get("every"),
        times=item.get("times"),
        since=_moment(item.get("since")),
        approve=bool(item.get("approve")),
        approver=item.get("approver"),
    )
