import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import message
from reminders.address import Mailbox
from reminders.clean import one_line
from reminders.delivery import Claimed
from reminders.ports import Envelope

LINK = "https://phieu.test/p/abc-123"
NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)


def claimed(subject: str = "Nhắc hạn", text: str = f"Kính gửi\n\n{LINK}\n", name: str = "Nguyễn Văn An") -> Claimed:
    envelope = Envelope(
        id=1,
        key="k",
        kind="reminder",
        ref="77",
        to_address="a@anlao.test",
        to_name=name,
        campaign=1,
        unit="11593",
        contact=1,
        step="due",
        occurrence=0,
        due_round=0,
        template="reminder_due",
        attempt=1,
    )
    return Claimed(envelope, "<0123@phieu.test>", subject, text, LINK)


def sent(item: Claimed) -> EmailMessage:
    """The mail as it comes out of the wire at the other end."""
    mail = message.build(item, Mailbox("Sở KH&CN, Hải Phòng", "khaosat@phieu.test"), NOW)
    read = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_headers_of_a_mail() -> None:
    mail = sent(claimed())
    assert mail["From"].addresses[0].display_name == "Sở KH&CN, Hải Phòng"
    assert mail["To"].addresses[0].addr_spec == "a@anlao.test"
    assert mail["To"].addresses[0].display_name == "Nguyễn Văn An"
    assert mail["Subject"] == "Nhắc hạn"
    assert mail["Message-ID"] == "<0123@phieu.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW


def test_every_byte_is_ascii_so_that_any_server_takes_it() -> None:
    mail = message.build(claimed(), Mailbox("Sở", "khaosat@phieu.test"), NOW)
    raw = mail.content
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize("evil", ["a\r\nBcc: b@x.vn", "a\nX: y", "a\x00b", "a\u2028b", "a\ud800b"])
def test_nothing_that_people_wrote_becomes_a_header(evil: str) -> None:
    mail = sent(claimed(subject=evil, name=evil))
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert len(mail["Subject"].splitlines()) == 1
    assert len(mail["To"].addresses) == 1


LETTER = "Đề nghị Ủy ban nhân dân xã Cẩm Giàng gửi phiếu: “abc” 132/2025/NĐ-CP, (lần 2) <x@y> = ? _ ' =?"
texts = st.lists(st.sampled_from(LETTER.split(" ")), min_size=1, max_size=40).map(" ".join)


@given(subject=texts, name=texts)
def test_long_headers_keep_every_space(subject: str, name: str) -> None:
    """Python's own folding lost spaces in most long Vietnamese subjects."""
    subject, name = one_line(subject), one_line(name, 200)
    raw = message.build(claimed(subject, name=name), Mailbox(name, "khaosat@phieu.test"), NOW).content
    assert max(len(line) for line in raw.split(b"\r\n")) <= 255
    # compat32 decodes encoded words; the newer parser misreads names of several words.
    read = message_from_bytes(raw, policy=policy.compat32)
    assert decoded(read["Subject"]) == subject
    for header, address in (("To", "<a@anlao.test>"), ("From", "<khaosat@phieu.test>")):
        words, _, found = read[header].replace("\r\n", "").rpartition(" ")
        assert found == address
        assert decoded(words).replace('\\"', '"').strip('"') == name.strip('"')


def decoded(header: str) -> str:
    return str(make_header(decode_header(header.replace("\r\n", ""))))


@pytest.mark.parametrize(
    "address", ["a@anlao.test, b@anlao.test", "a@anlao.test\r\nBcc: b@x.vn", "A <a@anlao.test>", ""]
)
def test_a_mail_goes_to_one_address(address: str) -> None:
    item = claimed()
    with pytest.raises(ValueError, match="one address"):
        message.build(replace(item, envelope=replace(item.envelope, to_address=address)), Mailbox("", "k@x.vn"), NOW)


def test_both_parts_say_the_same_and_the_link_is_a_button() -> None:
    mail = sent(claimed(text=f"Kính gửi: Xã An Lão\n\nVui lòng mở:\n\n{LINK}\n\nTrân trọng,\nSở\n"))
    assert f"\n{LINK}\n" in body(mail, "plain")
    page = body(mail, "html")
    assert page.count(f'<a href="{LINK}"') == 2, "the button, and the address to read below it"
    assert f">{LINK}</a>" in page
    assert ">Mở phiếu</a>" in page
    assert "<p>Trân trọng,<br>Sở</p>" in page


def test_a_name_never_becomes_markup() -> None:
    page = message.as_html(f'Xã <script>alert("1")</script> & <a href="x">\n\n{LINK}', [LINK])
    assert "<script>" not in page
    assert "&lt;script&gt;alert(&quot;1&quot;)" in page
    links: list[str | None] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            links.extend(value for name, value in attrs if name == "href")

    Reader().feed(page)
    assert links == [LINK, LINK]


def test_an_address_in_a_text_leads_where_it_shows_and_nowhere_else() -> None:
    page = message.as_html(
        'Mở https://phieu.test/a?b=1&c="2", (http://x.vn/q). javascript:alert(1) //y.vn ftp://z.vn', []
    )
    assert '<a href="https://phieu.test/a?b=1&amp;c=">https://phieu.test/a?b=1&amp;c=</a>&quot;2&quot;, (' in page
    assert '(<a href="http://x.vn/q">http://x.vn/q</a>). javascript:alert(1) //y.vn ftp://z.vn</p>' in page
    assert page.count("<a ") == 2


def test_the_page_suits_dark_and_narrow_screens_and_fetches_nothing() -> None:
    page = message.as_html(f"Kính gửi\n\n{LINK}", [LINK])
    assert 'name="color-scheme" content="light dark"' in page
    assert "overflow-wrap:anywhere" in page
    assert not re.search(r"<(img|link|style|script|iframe)|src=|url\(|[^-]color:#(?!ffffff)", page)


def test_a_preview_leads_nowhere() -> None:
    page = message.as_html("a\n\n[đường dẫn riêng]", ["[đường dẫn riêng]"], "#")
    assert page.count('<a href="#"') == 2


def test_a_calendar_file_goes_along_and_comes_out_as_it_went_in() -> None:
    file = "BEGIN:VCALENDAR\r\nSUMMARY:Hạn gửi\r\nEND:VCALENDAR\r\n"
    mail = sent(replace(claimed(), calendar=file))
    assert mail.get_content_type() == "multipart/mixed"
    assert ">Mở phiếu</a>" in body(mail, "html")
    assert LINK in body(mail, "plain")
    (part,) = mail.iter_attachments()
    assert (part.get_content_type(), part["Content-Type"].params["method"]) == ("text/calendar", "PUBLISH")
    assert part.get_filename() == "han-gui-phieu.ics"
    assert part.get_payload(decode=True) == file.encode()


def test_without_a_link_there_is_no_button() -> None:
    assert "Mở phiếu" not in message.as_html("Kính gửi\n\nhttps://phieu.test/p/other", [])


def test_the_link_is_not_in_what_a_log_would_show() -> None:
    assert "abc-123" not in repr(claimed())
