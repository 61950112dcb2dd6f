"""What a unit sent in an earlier campaign with the same form: the report of the latest period before this one.

Only what a campaign of its day could know counts: campaigns published before it, and, to show a report as it was
sent, what had been recorded by then.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from forms.answers import uses_earlier
from forms.plan import earlier_node
from forms.previous import Before, before, comparable
from forms.schema import Form
from forms.tree import Node
from service.flow import forms, lookups
from service.models import Campaign, Invitation, Submission

KEPT = 500
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
# By equal form names: FormVersion.form_id is the name, the same in all versions.
_LAST = """
SELECT s.id AS id, c.id AS campaign, COALESCE(s.form_id, c.form_id) AS form, c.period_from, c.period_to
FROM submission s
JOIN invitation i ON i.id = s.invitation_id
JOIN campaign c ON c.id = i.campaign_id
JOIN formversion v ON v.id = c.form_id
WHERE i.unit_id = ?1 AND v.form_id = ?2 AND c.published_at < ?3 AND s.recorded_at <= ?4 AND s.nil_reason = ''
AND (c.period_to IS NULL OR c.period_to < ?5)
ORDER BY c.period_to IS NULL, c.period_to DESC, c.published_at DESC, s.number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a form takes from a report that was sent: what stands beside its questions with x_previous, by flat key, and
    what its expressions look into."""

    found: Mapping[str, Before] = field(default_factory=dict)
    tree: Node | None = None


@dataclass(frozen=True, slots=True)
class LastPeriod:
    """A unit's last report as this period's form reads it (see _Read), empty where there is none or the form takes
    nothing from it, and the dates of that period, None where the campaign gave none."""

    read: _Read = _Read()
    begin: date | None = None
    end: date | None = None

    @property
    def found(self) -> Mapping[str, Before]:
        return self.read.found

    @property
    def tree(self) -> Node | None:
        return self.read.tree


async def last_period(invitation: Invitation, campaign: Campaign, form: Form, by: datetime | None = None) -> LastPeriod:
    """For `${last-saved#…}` and for x_previous, in whatever version it was sent. With `by`, as recorded by then."""
    row = await _last_row(invitation, campaign, form, by) if _looks_back(form) else None
    if row is None:
        return LastPeriod()
    columns = Campaign._meta.fields_map
    begin, end = (columns[name].to_python_value(row[name]) for name in ("period_from", "period_to"))
    return LastPeriod(await _read(form, row["id"], row["form"]), begin, end)


def _looks_back(form: Form) -> bool:
    if "looks_back" not in form.memo:
        form.memo["looks_back"] = uses_earlier(form) or any(question.previous for question in form.questions())
    return bool(form.memo["looks_back"])


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
) -> Mapping[str, Any] | None:
    """The ids of the last sending, of its campaign and version, and its period as the driver has it."""
    if campaign.published_at is None:
        return None
    values = (
        (Campaign, "published_at", campaign.published_at),
        (Submission, "recorded_at", by or _EVER),
        (Campaign, "period_to", campaign.period_to or date.max),
    )
    dates = [model._meta.fields_map[name].to_db_value(value, model) for model, name, value in values]
    return await lookups.row(_LAST, invitation.unit_id, form.id, *dates)


async def _read(form: Form, number: int, version: int) -> _Read:
    """Neither a report nor a version of a form ever changes: the last few are kept with the form."""
    kept = form.memo.setdefault("earlier", OrderedDict())
    assert isinstance(kept, OrderedDict)
    if number not in kept:
        sent, was = await lookups.one(Submission, id=number), await forms.built(version)
        assert sent is not None
        found = before(form, was, sent.answers)
        kept[number] = _Read(found, earlier_node(form, comparable(form, sent.answers, found)))
        if len(kept) > KEPT:
            kept.popitem(last=False)
    read: _Read = kept[number]
    return read
