"""Mails that come in, as other people's servers and programs write them."""

from email import policy
from email.message import EmailMessage


def report(
    message_id: str,
    address: str,
    status: str = "5.1.1",
    words: str = "550 no such user",
    action: str = "failed",
    *,
    headers_only: bool = False,
) -> bytes:
    """A delivery report as Postfix writes it (RFC 3464), with the mail it is about."""
    returned = (
        f"From: khaosat@phieu.test\r\nTo: {address}\r\nMessage-ID: {message_id}\r\nSubject: Nhac\r\n\r\n"
        + ("" if headers_only else "Kinh gui\r\n")
    )  # fmt: skip
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return (
        "From: MAILER-DAEMON@mail.test\r\nTo: khaosat@phieu.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <report@mail.test>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.test\r\nArrival-Date: Tue, 15 Jul 2025 08:00:00 +0700\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {words}\r\n\r\n"
        f"--B\r\nContent-Type: {kind}\r\n\r\n{returned}\r\n--B--\r\n"
    ).encode()


def answer(
    message_id: str | None,
    address: str = "a@anlao.test",
    text: str = "Đã nhận được ạ.",
    page: str | None = None,
    subject: str = "Re: Đề nghị gửi phiếu",
) -> bytes:
    """Somebody's answer; in HTML only when a page is given."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = f"Nguyễn Thị Hồng <{address}>"
    mail["To"] = "khaosat@phieu.test"
    mail["Subject"] = subject
    mail["Date"] = "Tue, 15 Jul 2025 09:00:00 +0700"
    if message_id is not None:
        mail["In-Reply-To"] = mail["References"] = message_id
    if page is None:
        mail.set_content(text)
    else:
        mail.set_content(page, subtype="html")
    return mail.as_bytes()
