"""What the department's gateway is to be told: written in the transaction of the act, sent by flow/hookpost.

Nothing is written while no gateway is configured, so that an office without one does no work for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from service import life
from service.errors import NotFound, ServiceError
from service.flow import audit
from service.flow.principal import Principal
from service.models import Event, Hook, HookAttempt, Invitation, Recommendation, RecommendationReply
from service.settings import Settings
from service.words import N_

REMINDER = "reminder.due"
REPLY = "ledger.replied"
ACTS: Mapping[life.Act, str] = {
    life.Act.SUBMIT: "report.submitted",
    life.Act.SIGN_OFF: "report.submitted",
    life.Act.INTAKE: "report.received",
    life.Act.RETURN: "report.returned",
    life.Act.ACCEPT: "report.accepted",
}
KINDS = (*dict.fromkeys(ACTS.values()), REPLY, REMINDER)
STATES = ("waiting", "sending", "sent", "failed", "dropped")
RETRIED = ("failed", "waiting")
PAGE = 50
_listeners = 0


class NotRetried(ServiceError):
    status = 409
    code = "not_retried"
    message = N_("Tin này đã chuyển trạng thái nên không gửi lại được. Vui lòng tải lại trang.")


@contextmanager
def listening(settings: Settings) -> Iterator[None]:
    """While this is open, what happens in this process is noted for the gateway, if the settings name one."""
    global _listeners
    change = int(settings.webhook is not None)
    _listeners += change
    try:
        yield
    finally:
        _listeners -= change


async def note(invitation: Invitation, event: Event) -> None:
    """Note an act for the gateway, in its transaction."""
    if _listeners and event.act in ACTS:
        kind, now = ACTS[life.Act(event.act)], event.recorded_at
        hook = made(f"event:{event.id}", kind, invitation.id, now)
        hook.event_id = event.id
        await hook.save()


async def note_reply(
    reply: RecommendationReply, raised: Iterable[Recommendation], connection: BaseDBAsyncClient, now: datetime
) -> None:
    """Note for the gateway that these recommendations were answered, in the reply's transaction; each once a reply."""
    if _listeners:
        rows = [made(f"{REPLY}:{reply.id}:{one.number}", REPLY, one.invitation_id, now) for one in raised]
        await Hook.bulk_create(rows, ignore_conflicts=True, using_db=connection)


def replied(key: str) -> tuple[int, int]:
    """The reply that a hook's key names, and the recommendation that it answers."""
    _kind, reply, number = key.split(":")
    return int(reply), int(number)


def made(key: str, kind: str, invitation_id: int, now: datetime) -> Hook:
    """A hook that waits, not yet stored."""
    number = f"msg_{uuid4().hex}"
    return Hook(key=key, number=number, kind=kind, invitation_id=invitation_id, not_before=now, created_at=now)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of hooks, the newest first, their invitations loaded; `tally` counts all of them by state."""

    hooks: Sequence[Hook]
    tally: Mapping[str, int]
    page: int
    pages: int


async def listing(state: str, page: int) -> Listing:
    """Those in a state, "" for all."""
    counted = await Hook.annotate(count=Count("id")).group_by("state").values_list("state", "count")
    tally = {str(name): int(count) for name, count in counted}
    total = tally.get(state, 0) if state else sum(tally.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = Hook.filter(state=state) if state else Hook.all()
    rows = await found.order_by("-id").offset((page - 1) * PAGE).limit(PAGE).select_related("invitation")
    return Listing(rows, tally, page, pages)


async def one(number: int) -> tuple[Hook, Sequence[HookAttempt]]:
    """A hook with its attempts, the latest first. Raises NotFound."""
    hook = await Hook.filter(id=number).select_related("invitation").first()
    if hook is None:
        raise NotFound()
    return hook, await HookAttempt.filter(hook_id=number).order_by("-id")


async def retry(number: int | None, who: Principal, now: datetime) -> int:
    """Send one again now, or (None) all that failed; how many. Raises NotFound, NotRetried."""
    async with in_transaction():
        if number is not None and not await Hook.exists(id=number):
            raise NotFound()
        chosen = Hook.filter(state="failed") if number is None else Hook.filter(id=number, state__in=list(RETRIED))
        changes = {"state": "waiting", "why": "", "not_before": now, "tried_at": None, "settled_at": None}
        count = await chosen.update(**changes)
        if number is not None and not count:
            raise NotRetried()
        if count:
            subject = "hooks" if number is None else f"hook:{number}"
            await audit.record("hook.retry", subject, who, now, {"hooks": count})
    return count
