"""What a mail that came in says: reports in the form of RFC 3464, answers, and all that is neither."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import inbound
from reminders.inbound import Answer, Failure, Report
from tests import letters

OURS = "<0123456789abcdef@phieu.test>"


def test_a_report_names_the_message_the_address_and_the_reason() -> None:
    found = inbound.read(letters.report(OURS, "a@anlao.test", "5.1.1", "550 5.1.1 no such user"))
    assert found == Report(OURS, (Failure(("a@anlao.test",), "failed", "5.1.1", "550 5.1.1 no such user"),))


def test_a_report_that_returns_only_the_headers() -> None:
    found = inbound.read(letters.report(OURS, "a@anlao.test", headers_only=True))
    assert isinstance(found, Report)
    assert found.message_id == OURS


def test_an_address_that_was_forwarded_is_known_by_both_its_names() -> None:
    raw = letters.report(OURS, "kho@gmail.test").replace(
        b"Final-Recipient", b"Original-Recipient: rfc822; A@AnLao.test\r\nFinal-Recipient"
    )
    found = inbound.read(raw)
    assert isinstance(found, Report)
    assert found.failures[0].addresses == ("a@anlao.test", "kho@gmail.test")


def test_a_delay_is_told_from_a_failure() -> None:
    found = inbound.read(letters.report(OURS, "a@anlao.test", "4.4.1", action="delayed"))
    assert isinstance(found, Report)
    assert (found.failures[0].action, found.failures[0].status) == ("delayed", "4.4.1")


def test_a_report_without_the_message_or_with_two_ids_names_none() -> None:
    raw = letters.report(OURS, "a@anlao.test")
    for changed in (raw.replace(OURS.encode(), b"nonsense"), raw.replace(OURS.encode(), OURS.encode() + b" <2@x.vn>")):
        found = inbound.read(changed)
        assert isinstance(found, Report)
        assert found.message_id == ""


def test_an_answer_is_its_own_words_in_plain_text() -> None:
    raw = letters.answer(
        OURS, text="Đã nhận được ạ.\r\n\r\n> Kính gửi\r\n> http://phieu.test/p/1-abc\r\n\r\n\r\n\r\nHồng"
    )
    found = inbound.read(raw)
    assert isinstance(found, Answer)
    assert found.about == (OURS,)
    assert (found.from_address, found.from_name) == ("a@anlao.test", "Nguyễn Thị Hồng")
    assert found.subject == "Re: Đề nghị gửi phiếu"
    assert found.text == "Đã nhận được ạ.\n\nHồng"
    assert not found.automatic
    assert found.sent_at is not None
    assert found.sent_at.isoformat() == "2025-07-15T02:00:00+00:00"


def test_of_html_only_the_words_are_kept() -> None:
    page = (
        "<style>p{}</style><p>Chào <b>anh</b></p><script>alert(1)</script><blockquote>trích</blockquote><br>Hồng &lt;3"
    )
    found = inbound.read(letters.answer(OURS, page=page))
    assert isinstance(found, Answer)
    assert found.text == "Chào anh\nHồng <3"


def test_attachments_are_not_kept() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@anlao.test", "Tệp"
    mail.set_content("Gửi kèm.")
    mail.add_attachment("bí mật".encode(), maintype="text", subtype="plain", filename="a.txt")
    found = inbound.read(mail.as_bytes())
    assert isinstance(found, Answer)
    assert found.text == "Gửi kèm."


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"])
def test_an_out_of_office_note_is_no_answer_of_a_person(header: str) -> None:
    found = inbound.read(header.encode() + b"\r\n" + letters.answer(OURS))
    assert isinstance(found, Answer)
    assert found.automatic


def test_a_long_text_is_cut() -> None:
    found = inbound.read(letters.answer(OURS, text="x" * 100_000))
    assert isinstance(found, Answer)
    assert len(found.text) == inbound.LONGEST


@given(st.binary(max_size=300))
def test_whatever_comes_is_read(noise: bytes) -> None:
    inbound.read(noise)
    inbound.read(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n" + noise)
    inbound.read(letters.report(OURS, "a@anlao.test").replace(b"Status:", noise))
    inbound.read(b"From: " + noise + b"\r\nSubject: " + noise + b"\r\nDate: " + noise + b"\r\n\r\n" + noise)


@pytest.mark.parametrize("charset", ["utf-7", "punycode", "rot13", "zlib", "x-unknown", "unicode_escape", "idna"])
def test_odd_encodings_break_nothing(charset: str) -> None:
    raw = f"From: a@anlao.test\r\nContent-Type: text/plain; charset={charset}\r\n\r\nabc +AGE- \\u0041".encode()
    assert isinstance(inbound.read(raw), Answer)
