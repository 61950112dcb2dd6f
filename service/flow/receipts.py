"""Receipts: the proof of a sending, as PDF, and how anybody who holds one checks it against what is stored.

A receipt is checked with its number and the beginning of its hash, which nobody can guess; the answer says which unit
sent when and whether what is stored still has that hash. It tells no answers.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from exports import paper
from service import life, security, words
from service.errors import ServiceError
from service.flow import attempts, events, filling, papers, recipients, submissions
from service.models import Invitation, Submission
from service.settings import Settings
from service.words import N_, _

SHORTEST = 16  # hexadecimal digits of the hash: 64 bits
PRINTED = 32  # digits in the address of the QR code
TRIES = 30  # failures from one address in a quarter of an hour


class NoSuchReceipt(ServiceError):
    """One answer for a wrong number and for a wrong code."""

    status = 404
    code = "no_such_receipt"
    message = N_(
        "Số xác nhận và mã kiểm tra này không cùng một báo cáo nào trên hệ thống. Vui lòng kiểm tra lại từng ký tự, "
        "hoặc gọi cho chuyên viên có tên trong công văn."
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A sending with what its receipt says. The invitation's campaign is loaded; `due_at` is that of the report,
    `last` whether nothing was sent after it."""

    invitation: Invitation
    submission: Submission
    due_at: datetime
    last: bool

    @property
    def late(self) -> bool:
        return life.over(self.due_at, self.invitation.first_sent_at or self.submission.submitted_at)

    @property
    def result(self) -> str:
        """Đúng hạn; Gửi muộn; Gửi lần 2; each with "không phát sinh" where it is that."""
        if self.submission.number > 1:
            found = _("Gửi lần {number}").format(number=self.submission.number)
        else:
            found = _("Gửi muộn") if self.late else _("Đúng hạn")
        return f"{found}, {_('không phát sinh')}" if self.submission.nil_reason else found


async def of(invitation: Invitation, number: int) -> Receipt:
    """The receipt of an invitation's sending; its campaign is loaded. Raises NotFound."""
    submission = await submissions.numbered(invitation.id, number)
    last = submission.number == await submissions.count(invitation.id)
    return Receipt(invitation, submission, await events.report_due(invitation), last)


def address_of(settings: Settings, submission: Submission) -> str:
    """Where the receipt is checked, with its number and code filled in."""
    query = urlencode({"receipt": submission.receipt, "code": submission.hash[:PRINTED]})
    return f"{settings.public_url}/verify?{query}"


@dataclass(frozen=True, slots=True)
class Check:
    """What checking found: `agrees`, whether what is stored still has the hash that the receipt was given."""

    receipt: Receipt
    agrees: bool


async def check(number: str, code: str, address: str, now: datetime) -> Check:
    """Check a receipt for whoever asks from a network address. Raises NoSuchReceipt, TooManyTries."""
    key = f"verify@{address}"[:120]
    await attempts.require_fewer({key: TRIES}, now)
    given = "".join(code.split()).lower()
    found = await Submission.filter(receipt=number.upper()).select_related("invitation__campaign").first()
    # Compared in any case: whether a number exists must not show in the time it takes.
    stored = found.hash if found else "0" * 64
    same = security.same(stored[: len(given)], given)
    if found is None or not same or len(given) < SHORTEST:
        await attempts.failed([key], now)
        raise NoSuchReceipt()
    agrees = found.hash == submissions.content_hash(
        found.invitation_id, found.number, found.submitted_at, found.answers, found.nil_reason
    )
    return Check(await of(found.invitation, found.number), agrees)


async def pdf_of(settings: Settings, campaign_id: int, code: str, number: int, now: datetime) -> tuple[str, bytes]:
    """The receipt as PDF: (file name, bytes). Raises NotFound."""
    found = await of(await filling.find(campaign_id, code=code), number)
    return f"xac-nhan-{found.submission.receipt}.pdf", await papers.made(laid_out(settings, found, now))


def laid_out(settings: Settings, found: Receipt, now: datetime) -> paper.Paper:
    invitation, submission = found.invitation, found.submission
    campaign = invitation.campaign
    rows = (
        (_("Số xác nhận"), submission.receipt),
        (_("Đơn vị"), f"{invitation.full_name} ({invitation.code})"),
        (_("Đợt khảo sát"), campaign.title),
        (_("Thời điểm gửi"), words.moment(submission.submitted_at)),
        (_("Hạn gửi"), words.due(found.due_at)),
        (_("Kết quả"), found.result),
        (_("Mã kiểm tra nội dung (SHA-256)"), submission.hash),
    )
    how = _(
        "Quét mã, hoặc mở {address} rồi nhập số xác nhận và mã kiểm tra, để biết xác nhận này có thật không và nội "
        "dung đã gửi còn nguyên không. Trang kiểm tra không hiện nội dung báo cáo."
    )
    blocks: list[paper.Block] = [paper.Facts(rows)]
    if not found.last:
        blocks.append(paper.Text(_("Sau lần này đơn vị đã gửi lại.")))
    address = address_of(settings, submission)
    blocks.append(paper.Code(address, how.format(address=f"{settings.public_url}/verify")))
    blocks.append(paper.Text(_("Xác nhận này do hệ thống lập, không cần chữ ký."), soft=True))
    return paper.Paper(
        title=_("Xác nhận đã gửi báo cáo"),
        left=recipients.sender(settings),
        right=submission.receipt,
        foot=_("In lúc {moment}").format(moment=words.moment(now)),
        page=_(papers.PAGE),
        made_at=now,
        mark=_("Dữ liệu minh họa") if campaign.illustrative else "",
        blocks=tuple(blocks),
    )
