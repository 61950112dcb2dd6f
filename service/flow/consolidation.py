"""Which answers count as of a moment, and their consolidation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio

from forms import consolidate
from forms.bring import bring
from forms.carry import Left
from forms.schema import Form
from service.flow import forms, progress
from service.models import Submission

Answered = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """A submission, and its answers in the campaign's version of the form. `left` are those that have no place in it;
    `older` says that it was filled in in another version."""

    submission: Submission
    answers: Mapping[str, Any]
    left: tuple[Left, ...] = ()
    older: bool = False


async def answers(found: progress.Progress, as_of: datetime) -> dict[str, Submission]:
    """The submission in force of each unit that had responded, by unit code, as of a moment.

    A unit whose reply was only received on paper has none; a returned one does not count.
    """
    by_invitation = {row.id: row.code for row in found.rows if row.standing.responded}
    rows = await Submission.filter(invitation_id__in=list(by_invitation), recorded_at__lte=as_of).order_by("number")
    return {by_invitation[row.invitation_id]: row for row in rows}


async def in_form(form: Form, form_id: int, found: Mapping[str, Submission]) -> dict[str, Given]:
    """What was sent, in whatever version, by the questions of one version of the form."""
    versions = {row.form_id for row in found.values() if row.form_id not in (None, form_id)}
    others = {number: await forms.built(number) for number in versions}
    rows = [(code, others.get(row.form_id or form_id), row) for code, row in found.items()]
    return await anyio.to_thread.run_sync(lambda: {code: _given(form, own, row) for code, own, row in rows})


def _given(form: Form, own: Form | None, row: Submission) -> Given:
    if own is None:
        return Given(row, row.answers)
    brought = bring(own, form, row.answers)
    return Given(row, brought.answers, brought.left, older=True)


async def summary(form: Form, given: Mapping[str, Given]) -> consolidate.Summary:
    """The summary of these answers, worked out off the event loop."""
    rows = [(code, one.answers) for code, one in sorted(given.items())]
    return await anyio.to_thread.run_sync(consolidate.consolidate, form, rows)
