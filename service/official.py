"""A unit's report in the layout of Decree 30/2020/NĐ-CP, annex I: what stands around its sections. Pure.

Its words are those of Vietnamese law and are not translated.
"""

from collections.abc import Sequence
from datetime import date, datetime

from exports import paper
from service import words
from service.flow.mailtexts import letter_words
from service.flow.receipts import Receipt
from service.models import Campaign, Contact, SignedReport
from service.roster import people

MOTTO = ("Cộng hòa xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc")
ISSUER = "Ủy ban nhân dân"
CHAIRMAN = "Chủ tịch"


def report(
    found: Receipt,
    given: SignedReport | None,
    signatory: Contact | None,
    sender: str,
    sections: Sequence[paper.Block],
    now: datetime,
) -> paper.Official:
    """The report with its number and date when they are known, else with room for them. `sender` is who asked."""
    invitation, campaign = found.invitation, found.invitation.campaign
    asked = f"Về việc {campaign.letter_subject}" if campaign.letter_subject else campaign.title
    end = paper.Text(f"Trên đây là báo cáo của {words.office(invitation.full_name)}, kính gửi {sender} tổng hợp./.")
    return paper.Official(
        title=f"Báo cáo của {words.office(invitation.full_name)}",
        issuer=(ISSUER, invitation.full_name),
        motto=MOTTO,
        number=f"Số: {given.number if given and given.number else '        /BC-UBND'}",
        place=f"{invitation.name}, {on(given.date if given else None)}",
        kind="Báo cáo",
        subject=asked,
        to=f"Kính gửi: {sender}",
        blocks=(paper.Text(_opening(campaign, words.office(invitation.full_name), sender)), *sections, end),
        copies=("Nơi nhận:", "- Như trên;", "- Lưu: VT."),
        signer=signer(signatory.position if signatory else ""),
        name=signatory.name if signatory else "",
        made_at=now,
        mark="Dữ liệu minh họa" if campaign.illustrative else "",
    )


def _opening(campaign: Campaign, office: str, sender: str) -> str:
    letter = letter_words(campaign)
    why = f"Thực hiện văn bản {letter} của {sender}" if letter else f"Theo đề nghị của {sender}"
    period = ""
    if campaign.period_from and campaign.period_to:
        period = f" (số liệu từ {words.day(campaign.period_from)} đến hết {words.day(campaign.period_to)})"
    return f"{why}, {office} báo cáo như sau{period}:"


def on(day: date | None) -> str:
    """ngày 05 tháng 02 năm 2026: days below 10 and the first two months have a nought (annex I, II.4)."""
    if day is None:
        return "ngày     tháng     năm        "
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def signer(position: str) -> tuple[str, ...]:
    """For the committee signs its chairman, or in the chairman's place a deputy."""
    if people.is_deputy(position):
        return (f"TM. {ISSUER}", f"KT. {CHAIRMAN}", "Phó Chủ tịch")
    return (f"TM. {ISSUER}", CHAIRMAN)
