"""When answers are due: reckoned, explained, and what about it people should look at before it is frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reminders import deadlines, plans, timeline
from reminders.calendar import Calendar, CalendarGap
from reminders.deadlines import Explained
from reminders.steps import Step
from service import deadlinewords, life
from service.errors import Invalid
from service.flow.terms import Due, Timing
from service.models import Campaign
from service.words import _, day, due, local, weekday


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due time with its reasons (None for a fixed one) and what is to be said about it.

    With obstacles nothing can be published. `gap` is the year whose table is missing; `due_at` is None then.
    """

    due_at: datetime | None
    explained: Explained | None
    warnings: Sequence[str]
    obstacles: Sequence[str]
    gap: int | None = None


NONE = Deadline(None, None, (), ())


def timing_of(campaign: Campaign) -> Timing:
    """What a campaign's due time hangs on, as it was set before publication."""
    if campaign.due_kind:
        wanted = Due(days=campaign.due_days, kind="day" if campaign.due_kind == "day" else "working_day")
    else:
        wanted = Due(at=campaign.due_at)
    return Timing(wanted, campaign.opens_at, campaign.closes_at, campaign.period_to)


def reckon(timing: Timing, published_at: datetime, calendar: Calendar) -> tuple[datetime, Explained | None]:
    """When answers are due, if published at that moment. A fixed time never rolls. Raises CalendarGap."""
    if timing.due.at is not None:
        return timing.due.at, None
    assert timing.due.days is not None
    assert timing.due.kind
    start = max(published_at, timing.opens_at or published_at)
    found = deadlines.explain(calendar, start, timing.due.days, timing.due.kind)
    return found.end, found


def judge(timing: Timing, now: datetime, calendar: Calendar, plan: Sequence[Step] = ()) -> Deadline:
    """The due time if published now, with warnings and obstacles in words."""
    try:
        when, explained = reckon(timing, now, calendar)
        warnings = _warnings(timing, when, now, calendar)
        lost, refused = _in_vain(timing, when, calendar, plan)
    except CalendarGap as gap:
        return missing(gap)
    return Deadline(when, explained, [*warnings, *lost], [*_obstacles(timing, when, now), *refused])


def missing(gap: CalendarGap) -> Deadline:
    """No due time, for want of a year's table."""
    return Deadline(None, None, (), (deadlinewords.gap(gap.year),), gap.year)


def _warnings(timing: Timing, when: datetime, now: datetime, calendar: Calendar) -> Sequence[str]:
    found = []
    last = local(when).date()
    if not calendar.is_working(last):
        message = _("Hạn gửi rơi vào {weekday}, {day}, không phải ngày làm việc. Hạn cố định không tự dời.")
        found.append(message.format(weekday=weekday(last), day=day(last)))
    # Decree 09/2019, art. 8: at least one working day between the end of the data and the due date.
    if timing.period_to is not None and calendar.working_days_between(timing.period_to, last) < 1:
        message = _(
            "Hạn gửi phải cách ngày chốt số liệu ({day}) ít nhất 01 ngày làm việc "
            "(khoản 5 Điều 8 Nghị định 09/2019/NĐ-CP)."
        )
        found.append(message.format(day=day(timing.period_to)))
    unsure = calendar.uncertain(now, when)
    if unsure:
        days = "; ".join(deadlinewords.uncertain(d) for d in unsure)
        found.append(_("Khoảng thời gian đến hạn đi qua ngày nghỉ chưa chắc chắn: {days}.").format(days=days))
    return found


def _in_vain(
    timing: Timing, when: datetime, calendar: Calendar, plan: Sequence[Step]
) -> tuple[Sequence[str], Sequence[str]]:
    """Steps that would never go: a warning for a usual plan, which is for any campaign; an obstacle for one that
    somebody made, who means what it says."""
    problems = timeline.check(plan, when, timing.closes_at, calendar)
    warnings = []
    if any(p.code == "after_due" for p in problems):
        warnings.append(_("Có bước nhắc hạn rơi vào sau giờ đến hạn nên sẽ không gửi. Anh/chị có thể sửa lịch nhắc."))
    numbers = [str(p.step) for p in problems if p.code == "step_after_closing"]
    if not numbers:
        return warnings, ()
    if plans.is_usual(plan):
        return [*warnings, _("Có bước nhắc sau thời điểm đóng nên sẽ không gửi.")], ()
    message = _(
        "Lịch nhắc có bước rơi vào sau thời điểm đóng nên không bao giờ gửi (bước {numbers}). Vui lòng sửa lịch nhắc."
    )
    return warnings, (message.format(numbers=", ".join(numbers)),)


def _obstacles(timing: Timing, when: datetime, now: datetime) -> Sequence[str]:
    found = []
    if when <= now:
        found.append(_("Hạn gửi ({due}) đã qua. Vui lòng sửa hạn trước khi phát hành.").format(due=due(when)))
    if timing.closes_at is not None and timing.closes_at < when:
        found.append(_("Thời điểm đóng trước hạn gửi. Vui lòng sửa lại."))
    return found


def set_anew(
    wanted: Due, start: datetime, calendar: Calendar, *, after: datetime, closes_at: datetime | None
) -> tuple[datetime, Explained | None]:
    """A due time given to one unit: fixed, or days after `start`. It comes after `after` and not after the closing.

    Raises Invalid, also where a year has no table.
    """
    try:
        when, explained = reckon(Timing(wanted), start, calendar)
    except CalendarGap as gap:
        raise _wrong(deadlinewords.gap(gap.year)) from gap
    if when <= after:
        raise _wrong(_("Hạn mới ({due}) phải sau {after}.").format(due=due(when), after=due(after)))
    if closes_at is not None and life.over(closes_at, when):
        message = _("Hạn mới ({due}) không được sau thời điểm đóng đợt khảo sát ({closes}).")
        raise _wrong(message.format(due=due(when), closes=due(closes_at)))
    return when, explained


def _wrong(message: str) -> Invalid:
    return Invalid([{"field": "due", "message": message}])
