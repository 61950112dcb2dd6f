import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import texts
from reminders.texts import Template, TemplateError

VALUES = {name: f"<{name}>" for name in texts.PLACEHOLDERS - texts.LATE}


def test_every_template_that_ships_can_be_rendered() -> None:
    for name in texts.NAMES:
        subject, text = texts.render(name, VALUES)
        assert "<survey>" in subject
        assert text.startswith("Kính gửi: ")
        assert "<sender>" in text
        assert unicodedata.is_normalized("NFC", subject + text)


def test_reminders_say_that_a_report_may_have_crossed_them() -> None:
    for name in ("reminder_before", "reminder_due", "reminder_after"):
        _, text = texts.render(name, VALUES)
        assert "vừa gửi phiếu, vui lòng bỏ qua thư này" in text
    assert "vừa gửi phiếu" in texts.render("leader_copy", VALUES)[1]


def test_the_link_stays_open_until_the_mail_goes_out_and_two_letters_have_none() -> None:
    for name in texts.NAMES:
        assert ("{link}" in texts.render(name, VALUES)[1]) is (name not in texts.WITHOUT_LINK)
    assert "https://x/" in texts.render("invitation", {**VALUES, "link": "https://x/"})[1]


def test_a_line_without_its_value_is_left_out() -> None:
    full = texts.render("invitation", VALUES)[1]
    bare = texts.render("invitation", {**VALUES, "letter": "", "staff_phone": " ", "figures": "", "site": ""})[1]
    assert "Điện thoại" in full
    for words in ("Văn bản đề nghị", "Điện thoại", "Số liệu cần chuẩn bị", "tự mở địa chỉ"):
        assert words in full
        assert words not in bare
    assert "\n\n\n" not in bare


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "no_subject"),
        ("Chỉ có tiêu đề", "no_text"),
        ("{pasword}\n\nx", "unknown"),
        ("a\n\n{unit.__class__}", "unknown"),
        ("a\n\n{unit[0]}", "unknown"),
        ("a\n\n{unit!r}", "unknown"),
        ("a\n\n{unit:>99999999}", "unknown"),
        ("a\n\n{}", "unknown"),
        ("a\n\n{0}", "unknown"),
        ("a\n\n{unit", "braces"),
        ("a\n\nunit}", "braces"),
        ("{link}\n\nx", "not_here"),
    ],
)
def test_a_template_with_an_unknown_placeholder_is_an_error(source: str, code: str) -> None:
    with pytest.raises(TemplateError) as caught:
        texts.parse(source)
    assert caught.value.code == code


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(TemplateError) as caught:
        texts.render("invitation", {"unit": "Xã An Lão"})
    assert caught.value.code == "missing"
    with pytest.raises(TemplateError):
        texts.render("no-such-template", VALUES)


def test_what_people_wrote_is_neither_placeholder_nor_header() -> None:
    evil = "Xã {link} {unit} {{x}}\r\nBcc: a@x.vn\x00"
    subject, text = texts.render(Template("Gửi {unit}", "{unit}\n{link}\n"), {"unit": evil})
    assert subject == "Gửi Xã (link) {unit} {{x}} Bcc: a@x.vn"
    assert text.count("{link}") == 1
    assert text.endswith("{link}\n")


@given(st.text(max_size=40))
def test_any_text_can_be_a_value(value: str) -> None:
    subject, text = texts.render(Template("Gửi {unit}", "Kính gửi {unit}\n\n{link}"), {"unit": value})
    assert "\n" not in subject
    assert text.count("{link}") == 1
