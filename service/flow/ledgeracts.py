"""What staff do with a recommendation: say who answers and by when, answer, close, open again.

Every act is in the item's history and in the audit log; a reply is told to the units in the same transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from forms.values import clean
from reminders import deadlines as counting
from service import ledgerwords
from service.errors import Invalid, NotFound, ServiceError
from service.flow import audit, calendars, deadlines, ledgermail, locks, terms
from service.flow.ledgerintake import note
from service.flow.principal import Principal
from service.flow.terms import Due, Reader
from service.models import Recommendation, RecommendationReply, Staff
from service.settings import Settings
from service.words import N_, _, number

LONGEST = {"reply": 10_000, "reason": 2_000}
FIELDS = ("level", "staff", "due", "reply", "state", "reason")


class Stale(ServiceError):
    status = 409
    code = "stale_recommendation"
    message = N_("Kiến nghị này vừa được người khác cập nhật. Vui lòng xem lại rồi lưu lần nữa nếu vẫn cần.")


class Merged(ServiceError):
    """It is answered with the one it was merged into."""

    status = 409
    code = "merged_recommendation"
    message = N_("Kiến nghị số {number} đã gộp vào số {lead}. Vui lòng làm việc này ở kiến nghị số {lead}.")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change: only what `given` names. `staff` and `due` None take it away; `state` is open or closed."""

    given: frozenset[str]
    level: str = ""
    staff: int | None = None
    due: Due | None = None
    reply: str = ""
    state: str = ""
    reason: str = ""


def read(values: Mapping[str, object]) -> Change:
    """The change in plain values. Raises Invalid with a problem per field; nothing is stored."""
    reader = Reader(values)
    given = frozenset(values) & set(FIELDS)
    found = Change(
        given,
        level=_one_of(reader, "level", ("", *ledgerwords.LEVELS)),
        staff=reader.number("staff"),
        due=_due(reader),
        reply=_lines(reader, "reply", _("Vui lòng nhập nội dung trả lời.") if "reply" in given else ""),
        state=_one_of(reader, "state", ("open", "closed") if "state" in given else ("",)),
        reason=_lines(reader, "reason", _("Vui lòng ghi lý do kết thúc.") if values.get("state") == "closed" else ""),
    )
    if reader.problems:
        raise Invalid(reader.problems)
    return found


def _one_of(reader: Reader, field: str, codes: Collection[str]) -> str:
    value = reader.values.get(field, "")
    found = value if isinstance(value, str) else ""
    if (value is not None and value != found) or found not in codes:
        reader.wrong(field, _("Giá trị không hợp lệ. Vui lòng chọn lại."))
    return found


def _lines(reader: Reader, field: str, required: str) -> str:
    """A text of several lines."""
    value = reader.values.get(field)
    if value is not None and not isinstance(value, str):
        reader.wrong(field, _("Mục này phải là chữ."))
        return ""
    found = clean(value or "").strip()
    if required and not found:
        reader.wrong(field, required)
    if len(found) > LONGEST[field]:
        reader.wrong(field, _("Nội dung dài quá {limit} ký tự. Vui lòng rút gọn.").format(limit=number(LONGEST[field])))
    return found


def _due(reader: Reader) -> Due | None:
    if reader.values.get("due") in (None, ""):
        return None
    try:
        return terms.due(reader.values["due"])
    except Invalid as error:
        reader.problems += error.problems
        return None


async def change(
    settings: Settings, about: int, wanted: Change, who: Principal, now: datetime, expected: int | None = None
) -> Recommendation:
    """Do it to a recommendation that leads; `expected` is the version that the change was made from.

    Days of a due time count from now. What stands so already changes nothing. A new reply is mailed to the units that
    raised it. Raises NotFound, Invalid, Merged, Stale.
    """
    async with in_transaction() as connection:
        one = await leading(about, expected)
        acts = [*await _assigned(one, wanted), *await _timed(one, wanted, now), *_moved(one, wanted)]
        for act, data in acts:
            await note(one, act, who, now, data, wanted.reason if act == "closed" else "")
        replied = "reply" in wanted.given and await _replied(settings, connection, one, wanted.reply, who, now)
        if acts or replied:
            one.version += 1
            await one.save()
            done = [act for act, _data in acts] + (["replied"] if replied else [])
            data = {"acts": done, "level": one.level, "staff": one.staff_id, "reply": one.replies, "state": one.state}
            await audit.record("ledger.change", f"ledger:{about}", who, now, data)
    return one


async def leading(about: int, expected: int | None = None) -> Recommendation:
    """The recommendation, with the ledger locked to the end of the transaction."""
    await locks.ledger()
    one = await Recommendation.get_or_none(number=about)
    if one is None:
        raise NotFound()
    if one.lead != one.number:
        raise Merged(number=one.number, lead=one.lead)
    if expected is not None and expected != one.version:
        raise Stale()
    return one


Acts = list[tuple[str, dict[str, object]]]


async def _assigned(one: Recommendation, wanted: Change) -> Acts:
    """Who answers, and who follows it here."""
    found: Acts = []
    if "level" in wanted.given and wanted.level != one.level:
        one.level = wanted.level
        found.append(("level", {"level": one.level}))
    if "staff" in wanted.given and wanted.staff != one.staff_id:
        if wanted.staff is not None and not await Staff.exists(id=wanted.staff, active=True):
            raise Invalid([{"field": "staff", "message": _("Không có chuyên viên này. Vui lòng chọn lại.")}])
        one.staff_id = wanted.staff
        found.append(("staff", {"staff": wanted.staff}))
    return found


async def _timed(one: Recommendation, wanted: Change, now: datetime) -> Acts:
    """By when it is to be answered."""
    if "due" not in wanted.given:
        return []
    when: datetime | None = None
    explained = None
    if wanted.due is not None:
        if wanted.due.at is not None and wanted.due.at == one.due_at:
            return []
        when, explained = deadlines.set_anew(wanted.due, now, await calendars.current(), after=now, closes_at=None)
    if when == one.due_at:
        return []
    one.update_from_dict({"due_at": when, "due_explained": counting.to_json(explained) if explained else None})
    return [("due", {"due": when.isoformat() if when else None})]


def _moved(one: Recommendation, wanted: Change) -> Acts:
    """Closed without an answer, or open again. What the units withdrew comes back by their reports alone."""
    if "state" not in wanted.given or wanted.state == one.state:
        return []
    _standing(one, "state")
    one.state = wanted.state
    return [("closed" if wanted.state == "closed" else "reopened", {})]


def _standing(one: Recommendation, field: str) -> None:
    """Raises Invalid for one that no report holds any more."""
    if one.state == "withdrawn":
        message = _("Đơn vị không nêu kiến nghị này nữa nên không cần xử lý.")
        raise Invalid([{"field": field, "message": message}])


async def _replied(
    settings: Settings, connection: BaseDBAsyncClient, one: Recommendation, text: str, who: Principal, now: datetime
) -> bool:
    """Answered anew; the same words again are no new version, unless it waits for an answer again."""
    _standing(one, "reply")
    latest = await latest_reply(one)
    if latest is not None and latest.text == text and one.state == "answered":
        return False
    one.replies, one.state, one.answered_at = one.replies + 1, "answered", now
    reply = await RecommendationReply.create(recommendation=one, number=one.replies, text=text, at=now, by=who.ref)
    await note(one, "replied", who, now, {"reply": reply.number})
    await ledgermail.tell(settings, connection, reply, await ledgermail.units([one.number]), now)
    return True


async def latest_reply(one: Recommendation) -> RecommendationReply | None:
    return await RecommendationReply.filter(recommendation_id=one.id).order_by("-number").first()
