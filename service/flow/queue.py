"""The queue of mail as staff steer it: how many wait and why, try again, stop; one message or all of a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tortoise.functions import Count
from tortoise.transactions import in_transaction

from reminders import queue
from reminders.models import Message
from service.errors import NotFound, ServiceError
from service.flow import audit, correspondence, planning
from service.flow.correspondence import Wanted
from service.flow.principal import Principal
from service.words import N_

Act = Literal["retry", "stop"]
FITTING: Mapping[Act, Sequence[str]] = {"retry": queue.RETRIED, "stop": queue.STOPPED}


class NotInQueue(ServiceError):
    status = 409
    code = "not_in_queue"
    message = N_("Thư này đã chuyển trạng thái nên không làm được việc này. Vui lòng tải lại trang.")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages, and of how many units."""

    messages: int
    units: int


async def tally(wanted: Wanted) -> Mapping[str, Tally]:
    """Messages and units of a filter by state, its own state left aside; and of all of them together, as ""."""
    found = await correspondence.matching(wanted, any_state=True)
    rows = (
        await found.annotate(count=Count("id"), units=Count("unit", distinct=True))
        .group_by("state")
        .values_list("state", "count", "units")
    )
    by_state = {str(state): Tally(count, units) for state, count, units in rows}
    units = len(set(await found.distinct().values_list("unit", flat=True)))
    return {"": Tally(sum(one.messages for one in by_state.values()), units), **by_state}


async def of_filter(act: Act, wanted: Wanted, upto: int | None = None) -> Tally:
    """What an act on a filter would change: messages with ids up to `upto`."""
    rows = await _fitting(act, wanted, upto)
    return Tally(len(rows), len({unit for _number, unit in rows}))


async def _fitting(act: Act, wanted: Wanted, upto: int | None) -> list[tuple[int, str]]:
    found = (await correspondence.matching(wanted)).filter(state__in=list(FITTING[act]))
    if upto is not None:
        found = found.filter(id__lte=upto)
    return [(int(number), str(unit)) for number, unit in await found.values_list("id", "unit")]


async def on_filter(act: Act, wanted: Wanted, upto: int, who: Principal, now: datetime) -> int:
    """Do it to every message of the filter that was there when it was confirmed; how many."""
    return await _do(act, [number for number, _unit in await _fitting(act, wanted, upto)], who, now)


async def on_one(act: Act, number: int, who: Principal, now: datetime) -> None:
    """Raises NotFound, NotInQueue."""
    if not await Message.exists(id=number):
        raise NotFound()
    if not await _do(act, [number], who, now):
        raise NotInQueue()


async def _do(act: Act, numbers: Sequence[int], who: Principal, now: datetime) -> int:
    async with in_transaction() as connection:
        if act == "retry":
            done = await queue.retry(connection, numbers, now)
        else:
            done = await queue.stop(connection, numbers, now, planning.STOPPED)
        if done:
            ids = [message.id for message in done]
            subject = f"message:{ids[0]}" if len(ids) == 1 else "messages"
            await audit.record(f"mail.{act}", subject, who, now, {"messages": len(ids), "ids": ids[:1000]})
    return len(done)


async def newest() -> int:
    """The highest id there is now."""
    last = await Message.all().order_by("-id").first().values_list("id", flat=True)
    return int(str(last)) if last is not None else 0
