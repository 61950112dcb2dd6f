"""Which answers count as of a moment, and their consolidation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import anyio

from forms import consolidate
from forms.bring import bring
from forms.carry import Left
from forms.schema import Form
from service import life
from service.flow import forms, progress
from service.models import Campaign, FormVersion, Submission

Answered = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """A submission, and its answers in the campaign's version of the form. `left` are those that have no place in it;
    `older` says that it was filled in in another version."""

    submission: Submission
    answers: Mapping[str, Any]
    left: tuple[Left, ...] = ()
    older: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the units that responded are summed up: of one kind, of one group, accepted by the department only."""

    kind: str = ""
    group: str = ""
    accepted: bool = False


EVERYONE = Choice()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whose answers are in a summary, in units. `rate` is of the units chosen, accepted or not.

    `counted` gave the figures that were summed up; `nil` reported that there was nothing, `received` came on paper and
    are not typed in yet: neither has figures. `unaccepted` have, and wait for the department's word where only accepted
    ones are wanted.
    """

    rate: life.Rate
    counted: int
    nil: int
    received: int
    unaccepted: int

    @property
    def missing(self) -> int:
        """Units that have not responded, those that correct their report among them."""
        return self.rate.expected - self.rate.responded


@dataclass(frozen=True, slots=True)
class Consolidated:
    """A campaign's answers summed up as of a moment; `earlier` is the campaign they are compared with."""

    form: Form
    summary: consolidate.Summary
    coverage: Coverage
    rows: Sequence[progress.Row]
    earlier: Campaign | None = None


async def of(campaign: Campaign, as_of: datetime, choice: Choice = EVERYONE) -> Consolidated:
    """The answers of a published campaign as they stood at a moment, beside those of the campaign before it."""
    found = await progress.of(campaign.id, as_of)
    chosen = [row for row in found.rows if _chosen(row, choice)]
    counted = [row for row in chosen if _counts(row, choice)]
    form = await forms.built(campaign.form_id)
    before = await earlier(campaign)
    given = await in_form(form, campaign.form_id, await _sent(counted, as_of))
    then = await earlier_rows(form, campaign, before, as_of, choice) if before else None
    later = sum(row.recorded_later for row in chosen)
    rate = life.rate_of([row.standing for row in chosen], as_of, later)
    summed = await summary(form, given, chosen, then)
    return Consolidated(form, summed, _coverage(rate, chosen, len(given)), found.rows, before)


def _chosen(row: progress.Row, choice: Choice) -> bool:
    return choice.kind in ("", row.kind) and choice.group in ("", row.group)


def _counts(row: progress.Row, choice: Choice) -> bool:
    """Whether the row's answers are summed up: a nil return has none."""
    accepted = row.standing.state is life.State.ACCEPTED
    return has_answers(row) and not row.standing.nil and (accepted or not choice.accepted)


def _coverage(rate: life.Rate, chosen: Sequence[progress.Row], counted: int) -> Coverage:
    with_figures = sum(has_answers(row) and not row.standing.nil for row in chosen)
    return Coverage(rate, counted, rate.nil, rate.received, with_figures - counted)


async def earlier(campaign: Campaign) -> Campaign | None:
    """The campaign of the latest period before this one's with the same form, in whatever version; None for the first.

    The same order as flow.earlier has for a unit's own last report.
    """
    form = await FormVersion.get(id=campaign.form_id).values_list("form_id", flat=True)
    found = await Campaign.filter(
        form__form_id=form, published_at__lt=campaign.published_at, illustrative=campaign.illustrative
    ).order_by("-published_at", "-id")
    end = campaign.period_to or date.max
    fitting = [one for one in found if one.period_to is None or one.period_to < end]
    return max(fitting, key=lambda one: one.period_to or date.min, default=None)


async def earlier_rows(
    form: Form, campaign: Campaign, before: Campaign, as_of: datetime, choice: Choice = EVERYONE
) -> list[tuple[str, Mapping[str, Any]]]:
    """What the campaign before came to by then, in the questions of this one's form."""
    found = await progress.of(before.id, as_of)
    counted = [row for row in found.rows if _chosen(row, choice) and _counts(row, choice)]
    given = await in_form(form, campaign.form_id, await _sent(counted, as_of), before.form_id)
    return [(code, one.answers) for code, one in given.items()]


def has_answers(row: progress.Row) -> bool:
    """Whether what the unit sent is what counts; a paper that was taken in and not typed in takes its place."""
    return row.standing.responded and row.standing.state is not life.State.RECEIVED


async def answers(found: progress.Progress, as_of: datetime) -> dict[str, Submission]:
    """The submission in force of each unit that had responded, by unit code, as of a moment.

    A unit whose reply was only received on paper has none; a returned one does not count.
    """
    return await _sent([row for row in found.rows if has_answers(row)], as_of)


async def _sent(counted: Sequence[progress.Row], as_of: datetime) -> dict[str, Submission]:
    by_invitation = {row.id: row.code for row in counted}
    rows = await Submission.filter(invitation_id__in=list(by_invitation), recorded_at__lte=as_of).order_by("number")
    return {by_invitation[row.invitation_id]: row for row in rows}


async def in_form(
    form: Form, form_id: int, found: Mapping[str, Submission], filled_in: int | None = None
) -> dict[str, Given]:
    """What was sent, in whatever version, by the questions of one version of the form.

    `filled_in` is the version of submissions that do not name theirs, `form_id` unless given.
    """
    versions = {row.form_id or filled_in for row in found.values()} - {None, form_id}
    others = {number: await forms.built(number) for number in versions if number}
    rows = [(code, others.get(row.form_id or filled_in or form_id), row) for code, row in found.items()]
    return await anyio.to_thread.run_sync(lambda: {code: _given(form, own, row) for code, own, row in rows})


def _given(form: Form, own: Form | None, row: Submission) -> Given:
    if own is None:
        return Given(row, row.answers)
    brought = bring(own, form, row.answers)
    return Given(row, brought.answers, brought.left, older=True)


async def summary(
    form: Form, given: Mapping[str, Given], rows: Sequence[progress.Row] = (), earlier: consolidate.Rows | None = None
) -> consolidate.Summary:
    """The summary of these answers, by kind and group of the `rows`, worked out off the event loop."""
    answered = [(code, one.answers) for code, one in sorted(given.items())]
    kinds, groups = {row.code: row.kind for row in rows}, {row.code: row.group for row in rows}
    groupings = {"kind": kinds, "group": groups} if rows else None
    return await anyio.to_thread.run_sync(consolidate.consolidate, form, answered, groupings, earlier)
