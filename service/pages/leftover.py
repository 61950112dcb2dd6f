"""Answers of an earlier version of the form that have no place in this one: shown until the unit has seen to them."""

from dataclasses import dataclass
from datetime import datetime

from forms.keys import locate, pages_of
from forms.schema import FILES, Form, Kind
from service.flow import attachments, carrying, forms
from service.flow.attachments import Given
from service.flow.filling import Filling
from service.models import LeftOver
from service.pages import reading
from service.words import N_, _

REASONS = {
    "removed": N_("Câu này không còn trong phiên bản mới."),
    "rows": N_("Câu này nay hỏi theo từng dòng, hoặc không còn hỏi theo từng dòng như trước."),
    "kind": N_("Câu này nay trả lời theo kiểu khác."),
    "choice": N_("Lựa chọn này không còn trong phiên bản mới."),
    "many": N_("Câu này nay chỉ chọn một."),
    "rows_fewer": N_("Phiên bản mới có ít dòng hơn nên dòng này không còn."),
    "not_asked": N_("Câu này nay do hệ thống tự điền."),
    "wording": N_("Nội dung xác nhận đã thay đổi, cần đánh dấu lại."),
    "rival": N_("Hai người đã sửa khác nhau câu này ở phiên bản trước."),
}
OUTCOMES = {"": N_("đơn vị chưa xem"), "dismissed": N_("đơn vị đã xem"), "restored": N_("đã có chỗ lại trong phiếu")}
TICKED = N_("Đã đánh dấu")
SHOWN = 50  # at once


@dataclass(frozen=True, slots=True)
class Line:
    """One left answer. `id` is None while it is not written down yet; `page` the section where it would stand, with
    its `title`."""

    id: int | None
    label: str
    shown: str
    reason: str
    outcome: str = ""
    page: str = ""
    title: str = ""
    file: Given | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """What is shown at once of left answers; `more` are not, until some of these are settled."""

    shown: list[Line]
    more: int = 0

    @property
    def count(self) -> int:
        return len(self.shown) + self.more


async def waiting(filling: Filling, now: datetime, only: str | None = None) -> Lines:
    """What the unit has not settled yet, in the order it was left over; of the section `only`, or of all."""
    rows = await carrying.waiting(filling.invitation, filling.left, filling.source, now)
    built = {number: await forms.built(number) for number in {row.form_id for row in rows}}
    pages = {number: pages_of(form, filling.form) for number, form in built.items()}
    first = filling.form.pages[0].key if filling.form.pages else ""
    placed = [(row, pages[row.form_id].get(_name(built[row.form_id], row.key), first)) for row in rows]
    wanted = [(row, page) for row, page in placed if only in (None, page)]
    given = await _files(filling.invitation.id, [row for row, _page in wanted[:SHOWN]])
    shown = [_line(row, given, page, _title(filling, page)) for row, page in wanted[:SHOWN]]
    return Lines(shown, len(wanted) - len(shown))


def _name(form: Form, key: str) -> str:
    place = locate(form, key)
    return place[0].name if place else ""


def _title(filling: Filling, key: str) -> str:
    page = filling.form.page(key)
    return reading.title(filling.picture, page) if page else ""


async def all_of(invitation_id: int) -> list[Line]:
    """Everything that was ever left over of a unit's draft, for staff."""
    rows = await carrying.of_invitation(invitation_id)
    given = await _files(invitation_id, rows)
    return [_line(row, given) for row in rows]


async def _files(invitation_id: int, rows: list[LeftOver]) -> dict[str, Given]:
    return await attachments.given(invitation_id, {row.shown for row in rows if row.kind in FILES})


def _line(row: LeftOver, given: dict[str, Given], page: str = "", title: str = "") -> Line:
    shown = _(TICKED) if row.kind == Kind.ACKNOWLEDGE else row.shown
    outcome = _(OUTCOMES[row.outcome])
    return Line(row.id, row.label, shown, _(REASONS[row.code]), outcome, page, title, given.get(row.shown))
