"""Telling the gateway: claimed with a lease, sent with no transaction open, settled; tried again, in the end given up.

Several processes may do it. An event that may have arrived is sent again with the same webhook-id and the same body; a
reminder only in office hours, and on another day in that day's words.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from reminders.settling import BACKOFF, GIVE_UP_AFTER
from service import gateway, webhook, words
from service.flow import hookbody, hooks, planning, units
from service.gateway import Answer
from service.models import Campaign, Hook, HookAttempt, Invitation
from service.settings import Settings

log = logging.getLogger(__name__)

EVERY = 20.0  # seconds between looks when nobody wakes it
LEASE = timedelta(minutes=2)
LANES = 4
_AWAY = ("unreachable", "timeout")


async def claim(settings: Settings, now: datetime) -> Hook | None:
    """The oldest hook that is due and now ours to send; None when none is. On the way those no longer owed end."""
    while True:
        number = 0
        try:
            async with in_transaction():
                hook = await _due(now)
                if hook is None:
                    return None
                number = hook.id
                if await _taken(settings, hook, now):
                    return hook
        except Exception:
            if not number:
                raise
            log.exception("hook %d could not be made ready", number)
            await _postpone(number, now)


async def _due(now: datetime) -> Hook | None:
    """What was lost by whoever sent it, else what waits, the oldest first; locked, and nobody is waited for."""
    for marks in ({"state": "sending", "lease_until__lte": now}, {"state": "waiting", "not_before__lte": now}):
        found = Hook.filter(**marks).order_by("not_before", "id").limit(1)
        for hook in await found.select_for_update(skip_locked=True):
            return hook
    return None


async def _taken(settings: Settings, hook: Hook, now: datetime) -> bool:
    """Whether it goes now; else it has ended."""
    if hook.state == "sending":
        await HookAttempt.create(hook_id=hook.id, number=hook.attempt, at=now, outcome="lost")
    invitation = await Invitation.get(id=hook.invitation_id)
    campaign = await Campaign.get(id=invitation.campaign_id).select_related("staff")
    reason = _why_not(hook, invitation, campaign, now)
    if reason is not None:
        await Hook.filter(id=hook.id).update(state="dropped", why=reason, settled_at=now, lease_until=None)
        return False
    if hook.tried_at is not None and now > hook.tried_at + GIVE_UP_AFTER:
        # One that takes its process with it each time is never settled: it ends here.
        await Hook.filter(id=hook.id).update(state="failed", why="gave_up", settled_at=now, lease_until=None)
        return False
    if hook.kind == hooks.REMINDER and await _deferred(hook, now):
        return False
    if not hook.body or (hook.kind == hooks.REMINDER and not _tried_on_the_day_of(hook, now)):
        hook.body = await hookbody.compose(settings, hook, invitation, campaign, now)
    hook.attempt += 1
    hook.tried_at = hook.tried_at or now
    hook.state, hook.lease_until = "sending", now + LEASE
    await hook.save(update_fields=["body", "attempt", "tried_at", "state", "lease_until"])
    return True


def _why_not(hook: Hook, invitation: Invitation, campaign: Campaign, now: datetime) -> str | None:
    """Why a reminder is owed no longer; what has happened is told however late."""
    if hook.kind != hooks.REMINDER:
        return None
    reason = planning.why_not(campaign, invitation.state, now)
    if reason is not None:
        return reason
    if hook.due_round != invitation.due_round or all(step["id"] != hook.step for step in campaign.reminders):
        return "replanned"
    return "passed" if hook.expires_at is not None and now >= hook.expires_at else None


async def _deferred(hook: Hook, now: datetime) -> bool:
    """Whether a reminder waits until the office opens; its tries begin anew then. Raises CalendarGap."""
    opens_at = (await units.calendar()).next_office_moment(now)
    if opens_at <= now:
        return False
    await Hook.filter(id=hook.id).update(state="waiting", not_before=opens_at, tried_at=None, lease_until=None)
    return True


def _tried_on_the_day_of(hook: Hook, now: datetime) -> bool:
    """Whether its words are of today: "còn 1 ngày làm việc" is true for a day."""
    return hook.tried_at is not None and words.local(hook.tried_at).date() == words.local(now).date()


async def _postpone(number: int, now: datetime) -> None:
    """Count a hook that could not be made ready as a failed attempt."""
    async with in_transaction():
        hook = await Hook.get(id=number)
        hook.attempt += 1
        hook.tried_at = hook.tried_at or now
        await hook.save(update_fields=["attempt", "tried_at"])
        await _record(hook, Answer("not_ready"), now)


async def settle(hook: Hook, answer: Answer, now: datetime) -> None:
    """Record how an attempt ended. One that was taken counts even when its lease had ended."""
    async with in_transaction():
        await _record(hook, answer, now)


async def _record(hook: Hook, answer: Answer, now: datetime) -> None:
    await HookAttempt.create(
        hook_id=hook.id, number=hook.attempt, at=now, outcome=answer.outcome, status=answer.status, words=answer.words
    )
    mine = Hook.filter(id=hook.id, state__in=["sending", "waiting"])
    if answer.outcome != "taken":
        mine = mine.filter(attempt=hook.attempt)
    await mine.update(**_change(hook, answer, now), lease_until=None)


def _change(hook: Hook, answer: Answer, now: datetime) -> dict[str, object]:
    if answer.outcome == "taken":
        return {"state": "sent", "why": "", "settled_at": now}
    if answer.outcome == "gone":
        return {"state": "failed", "why": "gone", "settled_at": now}
    assert hook.tried_at is not None
    again = now + BACKOFF[min(hook.attempt, len(BACKOFF)) - 1]
    if again > hook.tried_at + GIVE_UP_AFTER:
        return {"state": "failed", "why": "gave_up", "settled_at": now}
    return {"state": "waiting", "why": answer.outcome, "not_before": again}


class HookPost:
    """Sends what waits while the process runs; without a webhook in the settings it does nothing."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], *, deadline: float = gateway.DEADLINE
    ) -> None:
        self._settings, self._clock, self._deadline = settings, clock, deadline
        self._woken, self._stopping = asyncio.Event(), False
        self._task: asyncio.Task[None] | None = None
        self._away = False

    def start(self) -> None:
        if self._settings.webhook is not None:
            self._task = asyncio.create_task(self._run(), name="hooks")

    def wake(self) -> None:
        """Send now rather than at the next look; call after the transaction."""
        self._woken.set()

    async def stop(self) -> None:
        """Take nothing new; what is on its way may end."""
        self._stopping = True
        self.wake()
        if self._task is not None:
            _, late = await asyncio.wait({self._task}, timeout=self._deadline + 1)
            for task in late:
                task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def drain(self) -> int:
        """Send what is due, over a few connections at once; how many attempts. Ends early when nobody answers."""
        self._away = False
        counts = await asyncio.gather(*(self._lane() for _ in range(LANES)), return_exceptions=True)
        for failure in counts:
            if isinstance(failure, BaseException):
                raise failure  # once no lane is under way any more
        return sum(count for count in counts if isinstance(count, int))

    async def _lane(self) -> int:
        target, count = self._settings.webhook, 0
        assert target is not None
        while not self._stopping and not self._away:
            hook = await claim(self._settings, self._clock())
            if hook is None:
                break
            body = hook.body.encode()
            headers = webhook.headers(target.secret, hook.number, body, self._clock())
            answer = await gateway.post(target, body, headers, self._deadline)
            await settle(hook, answer, self._clock())
            self._away = self._away or answer.outcome in _AWAY
            count += 1
        return count

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                await self.drain()
            except Exception:
                log.exception("telling the gateway failed; the next look tries again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), EVERY)
