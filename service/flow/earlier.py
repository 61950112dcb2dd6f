"""What a unit sent in an earlier campaign with the same form: the report of the latest period before this one.

Only what a campaign of its day could know counts: campaigns published before it, and, to show a report as it was
sent, what had been recorded by then.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from forms.answers import uses_earlier
from forms.previous import Before, before, comparable
from forms.schema import Form
from service.flow import forms, lookups
from service.models import Campaign, Invitation, Submission

T = TypeVar("T")
KEPT = 500
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
# By equal form names: FormVersion.form_id is the name, the same in all versions.
_LAST = """
SELECT s.id AS id, c.id AS campaign FROM submission s
JOIN invitation i ON i.id = s.invitation_id
JOIN campaign c ON c.id = i.campaign_id
JOIN formversion v ON v.id = c.form_id
WHERE i.unit_id = ?1 AND v.form_id = ?2 AND c.published_at < ?3 AND s.recorded_at <= ?4 AND s.nil_reason = ''
AND (c.period_to IS NULL OR c.period_to < ?5)
ORDER BY c.period_to IS NULL, c.period_to DESC, c.published_at DESC, s.number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class LastPeriod:
    """Answers of last period by flat key, and the dates of that period, None where the campaign gave none."""

    found: Mapping[str, Before] = field(default_factory=dict)
    begin: date | None = None
    end: date | None = None


async def answers(
    invitation: Invitation, campaign: Campaign, form: Form, by: datetime | None = None
) -> Mapping[str, object] | None:
    """Nested, for `${last-saved#…}` and for what x_previous fills in and compares with, in whatever version they were
    sent; None when the form does not ask for them, or nothing was sent. With `by`, as recorded by then."""
    if not uses_earlier(form):
        return None
    row = await _last_row(invitation, campaign, form, by)
    if row is None:
        return None
    return await _once(form, "earlier", row, comparable)


async def beside(invitation: Invitation, campaign: Campaign, form: Form) -> LastPeriod:
    """What stands beside the questions with x_previous."""
    if all(question.previous is None for question in form.questions()):
        return LastPeriod()
    row = await _last_row(invitation, campaign, form, None)
    if row is None:
        return LastPeriod()
    found = await _once(form, "before", row, before)
    round_ = await lookups.one(Campaign, id=row["campaign"])
    assert round_ is not None
    return LastPeriod(found, round_.period_from, round_.period_to)


async def report(invitation: Invitation, campaign: Campaign, form: Form) -> tuple[Submission, Campaign] | None:
    """The unit's last report as it was sent, and its campaign; None for the first."""
    row = await _last_row(invitation, campaign, form, None)
    if row is None:
        return None
    sent, round_ = await lookups.one(Submission, id=row["id"]), await lookups.one(Campaign, id=row["campaign"])
    assert sent is not None
    assert round_ is not None
    return sent, round_


async def _last_row(
    invitation: Invitation, campaign: Campaign, form: Form, by: datetime | None
) -> Mapping[str, int] | None:
    """The ids of the last sending and of its campaign."""
    if campaign.published_at is None:
        return None
    values = (
        (Campaign, "published_at", campaign.published_at),
        (Submission, "recorded_at", by or _EVER),
        (Campaign, "period_to", campaign.period_to or date.max),
    )
    dates = [model._meta.fields_map[name].to_db_value(value, model) for model, name, value in values]
    return await lookups.row(_LAST, invitation.unit_id, form.id, *dates)


async def _once(
    form: Form, name: str, row: Mapping[str, int], make: Callable[[Form, Form, Mapping[str, object]], Mapping[str, T]]
) -> Mapping[str, T]:
    """What is made of a report for a form. Neither ever changes: the last few are kept with the form, by `name`."""
    kept = form.memo.setdefault(name, OrderedDict())
    assert isinstance(kept, OrderedDict)
    if row["id"] not in kept:
        sent = await lookups.one(Submission, id=row["id"])
        assert sent is not None
        kept[row["id"]] = make(form, await forms.built(sent.form_id or await _asked_in(row)), sent.answers)
        if len(kept) > KEPT:
            kept.popitem(last=False)
    found: Mapping[str, T] = kept[row["id"]]
    return found


async def _asked_in(row: Mapping[str, int]) -> int:
    """The form version of the report's campaign."""
    round_ = await lookups.one(Campaign, id=row["campaign"])
    assert round_ is not None
    return int(round_.form_id)
