"""The form of a reminder plan: its rows as typed, and the steps in them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from reminders import plans, steps
from reminders.calendar import Office
from reminders.steps import Problem, Step
from service import planwords, web

_NAME = re.compile(r"step_(\d{1,2})_id")
FIELDS = {"offset": "days", "every": "every", "times": "times"}


@dataclass(frozen=True, slots=True)
class Row:
    """One step as it stands in the form. `text` empty: the one that fits. `open`: drawn with its fields shown."""

    id: str = ""
    days: str = ""
    side: str = "after"
    unit: str = "working_day"
    at: str = "08:00"
    to: str = "official"
    text: str = ""
    every: str = ""
    times: str = ""
    groups: tuple[str, ...] = tuple(planwords.GROUPS)
    approve: bool = False
    approver: str = ""
    open: bool = False


def of_steps(found: Iterable[Step]) -> list[Row]:
    return [
        Row(
            id=step.id,
            days=str(abs(step.offset)),
            side="before" if step.offset < 0 else "after" if step.offset > 0 else "on",
            unit=step.unit,
            at=f"{step.at:%H:%M}",
            to=step.to,
            text="" if step.text == plans.usual_text(step.offset, step.to) else step.text,
            every=str(step.every or ""),
            times=str(step.times or ""),
            groups=tuple(group for group, members in planwords.GROUPS.items() if step.states & members),
            approve=step.approve,
            approver=str(step.approver or ""),
        )
        for step in found
    ]


def of_form(form: FormData) -> list[Row]:
    """The rows that were sent, in their order."""
    numbers = sorted({int(found[1]) for name in form if (found := _NAME.fullmatch(name))})
    return [_row(form, f"step_{number}_") for number in numbers]


def _row(form: FormData, prefix: str) -> Row:
    texts = {name: web.text(form, prefix + name)[:40] for name in ("id", "days", "side", "unit", "at", "to", "text")}
    again = {name: web.text(form, prefix + name)[:40] for name in ("every", "times", "approver")}
    approve = bool(web.text(form, f"{prefix}approve"))
    groups = tuple(group for group in planwords.GROUPS if group in web.texts(form, f"{prefix}groups"))
    return Row(**texts, **again, groups=groups, approve=approve, open=bool(web.text(form, f"{prefix}open")))


def read(rows: Sequence[Row], stored: Sequence[Step]) -> tuple[Step, ...]:
    """The steps of the rows; one that is as a stored one is that one. Raises PlanError, its steps numbered as rows."""
    known = {step.id: step for step in stored}
    if len(rows) > steps.MOST_STEPS:
        raise steps.PlanError([Problem("too_many")])
    found = steps.from_json([_values(number, row) for number, row in enumerate(rows, start=1)])
    return tuple(_kept(step, known.get(row.id), row) for step, row in zip(found, rows, strict=True))


def _values(number: int, row: Row) -> dict[str, object]:
    days = 0 if row.side == "on" else _whole(row.days)
    offset = -days if row.side == "before" and isinstance(days, int) else days
    if row.side != "on" and days == 0:
        offset = ""  # 0 days before or after says two things
    states = sorted(state for group in row.groups for state in planwords.GROUPS[group])
    text = row.text or plans.usual_text(offset if isinstance(offset, int) else 0, row.to)
    return {
        "id": f"row{number}",
        "offset": offset,
        "unit": row.unit,
        "at": row.at,
        "states": states,
        "to": row.to,
        "text": text,
        "every": _whole(row.every) or None,
        "times": _whole(row.times) or None,
        "approve": row.approve,
        "approver": (_whole(row.approver) or None) if row.approve else None,
    }


def _kept(step: Step, before: Step | None, row: Row) -> Step:
    """The form groups states: a step that had part of a group keeps its part while nobody changed the groups."""
    if before is None:
        return step
    groups = tuple(group for group, members in planwords.GROUPS.items() if before.states & members)
    return replace(step, states=before.states if groups == row.groups else step.states)


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else text


def wrong(problems: Iterable[Problem], office: Office) -> dict[str, str]:
    """The words for each field by its id in the page."""
    found: dict[str, str] = {}
    for problem in problems:
        field = {"offset": "days", "states": "groups"}.get(problem.field, problem.field)
        name = f"step_{problem.step}_{field}" if problem.step else "steps"
        words = planwords.fault(problem, office)
        found[name] = f"{found[name]} {words}" if name in found else words
    return found


def opened(rows: Sequence[Row], names: Mapping[str, str]) -> list[Row]:
    """The rows with those shown that something is wrong with."""
    return [
        replace(row, open=row.open or any(name.startswith(f"step_{number}_") for name in names))
        for number, row in enumerate(rows, start=1)
    ]
