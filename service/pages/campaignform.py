"""The form of a campaign: what stands in its fields, and the plain values that service.flow.terms reads.

Nothing typed is lost: what cannot be read is drawn again as it was typed.
"""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from starlette.datastructures import FormData

from forms.values import read_date
from reminders import plans, steps
from reminders.steps import Step
from service import mailwords, web
from service.models import Campaign, Unit
from service.words import local, number

SPARE_STEPS = 2
TEXTS = (
    "title",
    "form",
    "letter_number",
    "letter_date",
    "letter_subject",
    "staff",
    "period_from",
    "period_to",
    "opens_on",
    "opens_time",
    "due_mode",
    "due_on",
    "due_time",
    "due_days",
    "due_kind",
    "closes_on",
    "closes_time",
    "roster",
    "allow_nil",
    "signoff",
    "letter_kept",
    "letter_kept_name",
)
DEFAULTS = dict.fromkeys(TEXTS, "") | {
    "opens_time": "08:00",
    "due_mode": "at",
    "due_time": "17:00",
    "due_kind": "working_day",
    "closes_time": "17:00",
    "roster": "all",
}
# Where the summary of errors leads for a field of terms.
ANCHORS = {
    "due": "due_mode_at",
    "units": "roster_all",
    "reminders": "step_0_on",
    "opens_at": "opens_on",
    "closes_at": "closes_on",
}
STEP_TEXTS = ("id", "on", "days", "side", "unit", "at", "to", "every", "times")


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row of the reminder plan as it stands in the form. `on` is "on" or ""; `side` before, on or after."""

    id: str = ""
    on: str = ""
    days: str = ""
    side: str = "after"
    unit: str = "working_day"
    at: str = "08:00"
    to: str = "official"
    every: str = ""
    times: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The whole form as typed."""

    texts: Mapping[str, str]
    kinds: Collection[str] = ()
    groups: Collection[str] = ()
    units: Collection[str] = ()
    steps: Sequence[StepRow] = field(default=())


def blank(staff_id: int) -> Filled:
    """A new campaign: the staff member who makes it is the one to call, the default plan stands."""
    return Filled({**DEFAULTS, "staff": str(staff_id)}, steps=_rows(steps.DEFAULT))


def of_campaign(campaign: Campaign) -> Filled:
    """The form of a campaign that is not published yet."""
    texts = {
        **DEFAULTS,
        "title": campaign.title,
        "form": str(campaign.form_id),
        "letter_number": campaign.letter_number,
        "letter_date": _iso(campaign.letter_date),
        "letter_subject": campaign.letter_subject,
        "staff": str(campaign.staff_id or ""),
        "period_from": _iso(campaign.period_from),
        "period_to": _iso(campaign.period_to),
        "due_mode": "days" if campaign.due_kind else "at",
        "due_days": number(campaign.due_days.normalize()) if campaign.due_days is not None else "",
        "due_kind": campaign.due_kind or DEFAULTS["due_kind"],
        "roster": "all" if campaign.roster is None else "units",
        "allow_nil": "on" if campaign.allow_nil else "",
        "signoff": "on" if campaign.signoff else "",
    }
    for name, value in (("opens", campaign.opens_at), ("due", campaign.due_at), ("closes", campaign.closes_at)):
        texts |= _moment(name, value)
    units = () if campaign.roster is None else tuple(campaign.roster)
    return Filled(texts, units=units, steps=_rows(steps.from_json(campaign.reminders)))


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def _moment(name: str, value: datetime | None) -> dict[str, str]:
    if value is None:
        return {}
    return {f"{name}_on": local(value).date().isoformat(), f"{name}_time": f"{local(value):%H:%M}"}


def _rows(found: Sequence[Step]) -> tuple[StepRow, ...]:
    rows = [
        StepRow(
            id=step.id,
            on="on",
            days=str(abs(step.offset)),
            side=_side(step),
            unit=step.unit,
            at=f"{step.at:%H:%M}",
            to=step.to,
            every=str(step.every or ""),
            times=str(step.times or ""),
        )
        for step in found
    ]
    return (*rows, *(StepRow() for _ in range(SPARE_STEPS)))


def of_form(form: FormData) -> Filled:
    """The form as it was posted."""
    texts = {name: web.text(form, name) for name in TEXTS}
    rows: list[StepRow] = []
    while f"step_{len(rows)}_id" in form and len(rows) <= steps.MOST_STEPS:
        rows.append(StepRow(**{name: web.text(form, f"step_{len(rows)}_{name}") for name in STEP_TEXTS}))
    return Filled(texts, web.texts(form, "kinds"), web.texts(form, "groups"), web.texts(form, "units"), rows)


def of_query(query: Mapping[str, str]) -> Filled:
    """The parts of the form that an address gives, the rest empty."""
    return Filled({name: query.get(name, "")[:100] for name in TEXTS})


def kept(filled: Filled, digest: str, name: str) -> Filled:
    """The form with an official letter that was already taken in."""
    return replace(filled, texts={**filled.texts, "letter_kept": digest, "letter_kept_name": name})


def values(filled: Filled, known: Sequence[Unit], stored: Campaign | None = None) -> dict[str, object]:
    """The plain values for terms.read; what the form does not show is as in the campaign that is `stored`."""
    texts = filled.texts
    return {
        "title": texts["title"],
        "form": texts["form"],
        "letter": {
            "number": texts["letter_number"],
            "date": _day(texts["letter_date"]),
            "subject": texts["letter_subject"],
        },
        "staff": texts["staff"],
        "period_from": _day(texts["period_from"]),
        **timing(texts, stored),
        "units": _units(filled, known),
        "allow_nil": texts["allow_nil"],
        "signoff": texts["signoff"],
        "illustrative": stored is not None and stored.illustrative,
        "reminders": _steps(filled, steps.from_json(stored.reminders) if stored else ()),
    }


def timing(texts: Mapping[str, str], stored: Campaign | None = None) -> dict[str, object]:
    """The values that a due time hangs on, for terms.read and terms.timing."""
    opens, due_at, closes = (stored.opens_at, stored.due_at, stored.closes_at) if stored else (None, None, None)
    return {
        "opens_at": _at(texts, "opens", opens),
        "due": due(texts, due_at),
        "closes_at": _at(texts, "closes", closes),
        "period_to": _day(texts["period_to"]),
    }


def plan_words(filled: Filled) -> list[str]:
    """The reminder plan as a list to read; empty when a step cannot be read."""
    try:
        found = steps.from_json(_steps(filled, ()))
    except steps.PlanError:
        return []
    return [mailwords.step(step) for step in found]


def _day(text: str) -> str:
    found = read_date(text)
    return found.isoformat() if found else text


def _at(texts: Mapping[str, str], name: str, stored: datetime | None) -> str:
    """The moment typed; the seconds, which the form does not show, stay while the rest stays."""
    day, clock = _day(texts[f"{name}_on"]), texts[f"{name}_time"] or DEFAULTS[f"{name}_time"]
    if stored is not None and _moment(name, stored) == {f"{name}_on": day, f"{name}_time": clock}:
        return stored.isoformat()
    return f"{day}T{clock}" if day else ""


def due(texts: Mapping[str, str], stored: datetime | None = None) -> dict[str, object] | None:
    """The due time as typed (due_mode, due_on, due_time, due_days, due_kind), for terms.due."""
    if texts["due_mode"] == "days":
        return {"days": texts["due_days"], "kind": texts["due_kind"]}
    at = _at(texts, "due", stored)
    return {"at": at} if at else None


def _units(filled: Filled, known: Sequence[Unit]) -> object:
    match filled.texts["roster"]:
        case "all":
            return "all"
        case "groups":
            return [u.code for u in known if u.kind in filled.kinds or u.group in filled.groups]
        case _:
            return list(filled.units)


def _steps(filled: Filled, stored: Sequence[Step]) -> list[dict[str, object]]:
    """The steps that are ticked. A new one gets an id that no other row has."""
    before = {step.id: step for step in (*steps.DEFAULT, *stored)}
    taken = {row.id for row in filled.steps}
    fresh = (name for number in itertools.count(1) if (name := f"own{number}") not in taken)
    return [_step(replace(row, id=row.id or next(fresh)), before) for row in filled.steps if row.on]


def _step(row: StepRow, before: Mapping[str, Step]) -> dict[str, object]:
    """One step. The form shows neither states nor text: they stay as they were, the text while it still goes to
    the same people on the same side of the due date."""
    known = before.get(row.id)
    days = _whole(row.days) if row.side != "on" else 0
    offset = -days if row.side == "before" and isinstance(days, int) else days
    text = plans.usual_text(offset if isinstance(offset, int) else 0, row.to)
    chosen = known and known.text != plans.usual_text(known.offset, known.to)
    if known and chosen and (known.to, _side(known)) == (row.to, row.side):
        text = known.text
    return {
        "id": row.id,
        "offset": offset,
        "unit": row.unit,
        "at": row.at,
        "states": sorted(known.states if known else steps.OWING),
        "to": row.to,
        "text": text,
        "every": _whole(row.every) or None,
        "times": _whole(row.times) or None,
        # What goes further up waits for a person; who that is, is chosen on the plan's page.
        "approve": row.to in steps.FURTHER_UP or (known is not None and known.approve),
        "approver": known.approver if known else None,
    }


def _side(step: Step) -> str:
    return "before" if step.offset < 0 else "after" if step.offset > 0 else "on"


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else text
