"""What a mail that came in says: a delivery report (RFC 3464), or an answer of somebody. Pure; nothing is believed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from reminders.address import AddressError, parse
from reminders.clean import one_line, storable

LONGEST = 4000
_IDS = re.compile(r"<[^<>\s]{1,250}>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of one recipient. addresses: as it was written and as it ended up. action: failed, delayed,
    delivered, relayed, expanded. status: such as 5.1.1; words: the server's."""

    addresses: tuple[str, ...]
    action: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report about the message of that Message-ID ("" when the report does not return it)."""

    message_id: str
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail from somebody. about: the Message-IDs that it answers, the nearest first. automatic: an out-of-office
    note or the like. text: plain, without what it quotes; sent_at: as its sender says."""

    about: tuple[str, ...]
    from_address: str
    from_name: str
    subject: str
    text: str
    automatic: bool
    sent_at: datetime | None


def read(raw: bytes) -> Report | Answer:
    """What the mail says; a mail that makes no sense is an answer without words."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    if mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "delivery-status":
        return _report(mail)
    return _answer(message_from_bytes(raw, policy=policy.default))


def _report(mail: Message) -> Report:
    failures: list[Failure] = []
    returned = ""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            failures += _failures(part)
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/global-headers") and not returned:
            returned = _returned_id(part)
    return Report(returned, tuple(failures[:100]))


def _returned_id(part: Message) -> str:
    """The Message-ID in the returned headers; that of the report itself is another."""
    content: object = part.get_payload()
    if isinstance(content, list):
        headers = content[0] if content and isinstance(content[0], Message) else None
    else:
        raw = part.get_payload(decode=True)
        headers = message_from_bytes(raw if isinstance(raw, bytes) else b"", policy=policy.compat32)
    found = str(headers.get("Message-ID", "")) if headers is not None else ""
    ids = _IDS.findall(found)
    return ids[0] if len(ids) == 1 else ""


def _failures(part: Message) -> Iterator[Failure]:
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        addresses = [_mailbox(str(block.get(name, ""))) for name in ("Original-Recipient", "Final-Recipient")]
        known = tuple(dict.fromkeys(address for address in addresses if address))
        if not known:
            continue
        status = _STATUS.search(str(block.get("Status", "")))
        words = one_line(str(block.get("Diagnostic-Code", "")).partition(";")[2], 500)
        yield Failure(known, str(block.get("Action", "")).strip().lower()[:20], status[0] if status else "", words)


def _mailbox(field: str) -> str:
    """The address in `rfc822; a@b.vn`, "" when it is none."""
    kind, _, text = field.partition(";")
    if kind.strip().lower() not in ("rfc822", "utf-8"):
        return ""
    try:
        return parse(text.strip().strip("<>"))
    except AddressError:
        return ""


def _answer(mail: Message) -> Answer:
    name, found = parseaddr(_header(mail, "From"))
    try:
        address = parse(found)
    except AddressError:
        address = ""
    nearest = [*_IDS.findall(_header(mail, "In-Reply-To")), *reversed(_IDS.findall(_header(mail, "References")))]
    return Answer(
        about=tuple(dict.fromkeys(nearest))[:20],
        from_address=address,
        from_name=one_line(name, 200),
        subject=one_line(_header(mail, "Subject"), 400),
        text=_text(mail),
        automatic=_automatic(mail),
        sent_at=_date(_header(mail, "Date")),
    )


def _header(mail: Message, name: str) -> str:
    try:
        return storable(str(mail.get(name, "")))
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return ""  # Python's parser of headers fails on some that spammers write


def _automatic(mail: Message) -> bool:
    submitted = _header(mail, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    return _header(mail, "Precedence").lower() in ("auto_reply", "bulk", "junk") or "X-Autoreply" in mail


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if 2000 <= found.year <= 2199 else None


def _text(mail: Message) -> str:
    """The plain text; of a mail in HTML only, the words of it."""
    for kind in ("text/plain", "text/html"):
        for part in mail.walk():
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                text = _decoded(part)
                return _own(_words(text) if kind == "text/html" else text)
    return ""


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    data = data[: 50 * LONGEST]  # some encodings take minutes for more
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _own(text: str) -> str:
    """What its writer wrote: lines that quote are left out, and so are control characters."""
    lines = [line.rstrip() for line in storable(text).replace("\r\n", "\n").split("\n") if not line.startswith(">")]
    kept = "".join(c if c == "\n" or c.isprintable() else " " for c in "\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", kept).strip()[:LONGEST]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("script", "style", "head", "blockquote"):
            self.hidden += 1
        elif tag in ("br", "p", "div", "tr", "li"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head", "blockquote"):
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def _words(page: str) -> str:
    reader = _Words()
    reader.feed(page[: 50 * LONGEST])
    return "".join(reader.parts)
