"""A claimed message -> the bytes of a mail. Nothing that people wrote becomes a header or markup."""

import html
from base64 import encodebytes
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256

from reminders import wire
from reminders.address import NAME, Mailbox, is_one
from reminders.clean import one_line
from reminders.delivery import Claimed
from reminders.ports import Mail

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


def build(claimed: Claimed, sender: Mailbox, now: datetime) -> Mail:
    """The mail as it goes out, to one recipient: plain text, and HTML with the link as a button.

    The Message-ID is the row's, the same for every attempt. Raises ValueError when the address is not
    one: addresses come from address.parse, so that is a fault of ours.
    """
    recipient = claimed.envelope.to_address
    if not is_one(recipient):
        raise ValueError("a mail goes to one address")
    # No base64 has an underscore, so that the parts cannot contain their own boundary.
    boundary = f"=_{sha256(claimed.message_id.encode()).hexdigest()[:24]}"
    parts = _part("plain", claimed.text), _part("html", as_html(claimed.text, claimed.link))
    head = (
        wire.mailbox("From", sender.name, sender.address)
        + wire.mailbox("To", one_line(claimed.envelope.to_name, NAME), recipient)
        + wire.text("Subject", one_line(claimed.subject))
        + f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: {claimed.message_id}\r\n"
        # RFC 3834: keeps out-of-office answers away.
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
    )
    body = "".join(f"--{boundary}\r\n{part}" for part in parts) + f"--{boundary}--\r\n"
    return Mail(sender.address, recipient, (head + body).encode("ascii"))


def _part(subtype: str, text: str) -> str:
    lines = encodebytes(text.replace("\n", "\r\n").encode()).decode("ascii").replace("\n", "\r\n")
    return f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}\r\n"


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
