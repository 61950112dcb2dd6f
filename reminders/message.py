"""A claimed message -> the bytes of a mail. Nothing that people wrote becomes a header or markup."""

import html
import re
from base64 import b64encode
from collections.abc import Collection
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from reminders import wire
from reminders.address import NAME, Mailbox, is_one
from reminders.clean import one_line
from reminders.delivery import Claimed
from reminders.ports import Attachment, Mail

# No colours but the button's own, so that a dark screen draws light letters; nothing is fetched from anywhere.
_PAGE = (
    '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>'
    '<body style="margin:0;padding:16px;font-family:Arial,sans-serif;font-size:16px;line-height:1.5">'
    '<div style="max-width:640px;overflow-wrap:anywhere">{body}</div></body></html>'
)
_BUTTON = (
    '<p style="margin:24px 0 8px"><a href="{target}" style="display:inline-block;padding:12px 24px;background:#0b4f8a;'
    'color:#ffffff;text-decoration:none;border-radius:6px;font-weight:bold">{label}</a></p>'
    '<p style="margin:0 0 24px;font-size:14px"><a href="{target}">{shown}</a></p>'
)
_LABEL = "Mở phiếu"
# An address as it stands in a text; a dot or bracket that ends the sentence is not part of it.
_ADDRESS = re.compile(r"https?://[^\s<>\"'“”]*[^\s<>\"'“”.,;:!?)\]}]")
CALENDAR_NAME = "han-gui-phieu.ics"
_CALENDAR = f'text/calendar; charset=utf-8; method=PUBLISH; name="{CALENDAR_NAME}"'


def build(claimed: Claimed, sender: Mailbox, now: datetime, file: Attachment | None = None) -> Mail:
    """The mail as it goes out, to one recipient: plain text, HTML with the link as a button, and what goes along: the
    calendar file, a file.

    The Message-ID is the row's, the same for every attempt. Raises ValueError when the address is not
    one: addresses come from address.parse, so that is a fault of ours.
    """
    recipient = claimed.envelope.to_address
    if not is_one(recipient):
        raise ValueError("a mail goes to one address")
    mark = sha256(claimed.message_id.encode()).hexdigest()[:24]
    texts = (
        _part("text/plain; charset=utf-8", claimed.text),
        _part("text/html; charset=utf-8", as_html(claimed.text, claimed.links)),
    )
    content = _several("alternative", f"=_a{mark}", texts)
    if claimed.calendar:
        attached = f'Content-Disposition: attachment; filename="{CALENDAR_NAME}"\r\n'
        content = _several("mixed", f"=_m{mark}", (content, _part(_CALENDAR, claimed.calendar, attached)))
    if file is not None:
        attached = f'Content-Disposition: attachment; filename="{file.name}"\r\n'
        content = _several("mixed", f"=_f{mark}", (content, _encoded(file.media_type, file.data, attached)))
    head = (
        wire.mailbox("From", sender.name, sender.address)
        + wire.mailbox("To", one_line(claimed.envelope.to_name, NAME), recipient)
        + wire.text("Subject", one_line(claimed.subject))
        + f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: {claimed.message_id}\r\n"
        # RFC 3834: keeps out-of-office answers away.
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
    )
    return Mail(sender.address, recipient, (head + content).encode("ascii"))


def _several(subtype: str, boundary: str, parts: tuple[str, ...]) -> str:
    """Parts under one header. No base64 has an underscore, so that they cannot contain their boundary."""
    body = "".join(f"--{boundary}\r\n{part}" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{body}--{boundary}--\r\n'


def _part(content_type: str, text: str, more: str = "") -> str:
    return _encoded(content_type, text.replace("\r\n", "\n").replace("\n", "\r\n").encode(), more)


def _encoded(content_type: str, content: bytes, more: str) -> str:
    data = b64encode(content).decode("ascii")
    lines = "\r\n".join([data[start : start + 76] for start in range(0, len(data), 76)])
    return f"Content-Type: {content_type}\r\n{more}Content-Transfer-Encoding: base64\r\n\r\n{lines}\r\n\r\n"


def as_html(text: str, links: Collection[str], target: str = "") -> str:
    """`text` as paragraphs, escaped; a line that is one of the links and nothing else becomes a button with the
    address below.

    Other addresses become links that show where they lead. target: where the button leads instead (a preview, whose
    link is masked).
    """
    parts = []
    for block in text.strip().split("\n\n"):
        lines: list[str] = []
        for line in block.split("\n"):
            link = line.strip()
            if link and link in links:
                parts.extend(_paragraph(lines))
                lines = []
                shown = html.escape(link)
                parts.append(_BUTTON.format(target=html.escape(target) or shown, shown=shown, label=_LABEL))
            else:
                lines.append(_linked(line))
        parts.extend(_paragraph(lines))
    return _PAGE.format(body="".join(parts))


def _paragraph(lines: list[str]) -> list[str]:
    return ["<p>" + "<br>".join(lines) + "</p>"] if any(line.strip() for line in lines) else []


@lru_cache(1024)
def _escaped(line: str) -> str:
    """Most lines of a text say the same to every unit."""
    return html.escape(line)


def _linked(line: str) -> str:
    """A line escaped, its addresses as links."""
    if "://" not in line:
        return _escaped(line)
    found, start = [], 0
    for address in _ADDRESS.finditer(line):
        shown = html.escape(address[0])
        found += [html.escape(line[start : address.start()]), f'<a href="{shown}">{shown}</a>']
        start = address.end()
    return "".join(found) + html.escape(line[start:])
