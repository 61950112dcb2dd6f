"""Which answers count as of a moment, and their consolidation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import anyio

from forms import consolidate
from forms.schema import Form
from service.flow import progress
from service.models import Submission

Answered = Mapping[str, Mapping[str, Any]]


async def answers(found: progress.Progress, as_of: datetime) -> dict[str, Submission]:
    """The submission in force of each unit that had responded, by unit code, as of a moment.

    A unit whose reply was only received on paper has none; a returned one does not count.
    """
    by_invitation = {row.id: row.code for row in found.rows if row.standing.responded}
    rows = await Submission.filter(invitation_id__in=list(by_invitation), recorded_at__lte=as_of).order_by("number")
    return {by_invitation[row.invitation_id]: row for row in rows}


async def summary(form: Form, given: Mapping[str, Submission]) -> consolidate.Summary:
    """The summary of these answers, worked out off the event loop."""
    rows = [(code, submission.answers) for code, submission in sorted(given.items())]
    return await anyio.to_thread.run_sync(consolidate.consolidate, form, rows)
