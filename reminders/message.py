"""A claimed message -> EmailMessage. Nothing that people wrote becomes a header or markup."""

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from reminders.address import NAME, Mailbox
from reminders.clean import one_line
from reminders.delivery import Claimed
from reminders.wire import WIRE

_PAGE = (
    '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"></head>'
    '<body style="font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a">{body}</body></html>'
)
_BUTTON = (
    '<p><a href="{link}" style="display:inline-block;padding:12px 20px;background:#0b4f8a;color:#ffffff;'
    'text-decoration:none;border-radius:4px;font-weight:bold">{label}</a></p>'
    '<p style="font-size:14px">{link}</p>'
)
_LABEL = "Mở phiếu"


def build(claimed: Claimed, sender: Mailbox, now: datetime) -> EmailMessage:
    """The mail as it goes out, to one recipient: plain text, and HTML with the link as a button.

    The Message-ID is the row's, the same for every attempt. Raises ValueError when an address is
    not one; addresses come from address.parse, so that is a fault of ours.
    """
    mail = EmailMessage(policy=WIRE)
    mail["From"] = sender.header()
    mail["To"] = Address(display_name=one_line(claimed.envelope.to_name, NAME), addr_spec=claimed.envelope.to_address)
    mail["Subject"] = one_line(claimed.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = claimed.message_id
    # RFC 3834: keeps out-of-office answers away.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(claimed.text, subtype="plain", charset="utf-8", cte="base64")
    mail.add_alternative(as_html(claimed.text, claimed.link), subtype="html", charset="utf-8", cte="base64")
    return mail


def as_html(text: str, link: str) -> str:
    """`text` as paragraphs, escaped; a line that is `link` and nothing else becomes a button."""
    parts = []
    for block in text.strip().split("\n\n"):
        lines: list[str] = []
        for line in block.split("\n"):
            if link and line.strip() == link:
                parts.extend(_paragraph(lines))
                lines = []
                parts.append(_BUTTON.format(link=html.escape(link), label=_LABEL))
            else:
                lines.append(html.escape(line))
        parts.extend(_paragraph(lines))
    return _PAGE.format(body="".join(parts))


def _paragraph(lines: list[str]) -> list[str]:
    return ["<p>" + "<br>".join(lines) + "</p>"] if any(line.strip() for line in lines) else []
