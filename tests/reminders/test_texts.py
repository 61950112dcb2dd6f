import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import texts
from reminders.texts import Template, TemplateError

VALUES = {name: f"<{name}>" for name in texts.PLACEHOLDERS - set(texts.LATE)}
REMINDERS = [name for name in texts.NAMES if name.startswith("reminder_")]


def test_every_template_that_ships_can_be_rendered() -> None:
    for name in texts.NAMES:
        subject, text = texts.render(name, VALUES)
        assert "<khao_sat>" in subject
        assert text.startswith("Kính gửi: ")
        assert "<noi_gui>" in text
        assert texts.faults(texts.load(name), name) == ()
        assert unicodedata.is_normalized("NFC", subject + text)


def test_reminders_say_that_a_report_may_have_crossed_them() -> None:
    for name in REMINDERS:
        _, text = texts.render(name, VALUES)
        assert "vừa gửi phiếu, vui lòng bỏ qua thư này" in text
    assert "vừa gửi phiếu" in texts.render("leader_copy", VALUES)[1]


def test_the_link_stays_open_until_the_mail_goes_out_and_some_letters_have_none() -> None:
    for name in texts.NAMES:
        assert ("{link}" in texts.render(name, VALUES)[1]) is (name not in texts.WITHOUT_LINK)
    assert "https://x/" in texts.render("invitation", {**VALUES, "duong_dan": "https://x/"})[1]


def test_a_line_without_its_value_is_left_out() -> None:
    full = texts.render("invitation", VALUES)[1]
    bare = texts.render("invitation", {**VALUES, "van_ban": "", "dien_thoai": " ", "so_lieu": "", "trang": ""})[1]
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
        ("a\n\n{don_vi.__class__}", "unknown"),
        ("a\n\n{don_vi[0]}", "unknown"),
        ("a\n\n{don_vi!r}", "unknown"),
        ("a\n\n{don_vi:>99999999}", "unknown"),
        ("a\n\n{link}", "unknown"),
        ("a\n\n{{don_vi}}", "doubled"),
        ("a\n\n{{ link }}", "doubled"),
        ("a\n\n{{ {duong_dan} }}", "braces"),
        ("a\n\n{{{duong_dan}}}", "braces"),
        ("a\n\n{{x\n}}", "braces"),
        ("a\n\n" + "x" * 8001, "too_long"),
        ("x" * 201 + "\n\na", "too_long"),
        ("a\n\n{}", "unknown"),
        ("a\n\n{0}", "unknown"),
        ("a\n\n{don_vi", "braces"),
        ("a\n\ndon_vi}", "braces"),
        ("{duong_dan}\n\nx", "not_here"),
    ],
)
def test_a_template_with_an_unknown_placeholder_is_an_error(source: str, code: str) -> None:
    with pytest.raises(TemplateError) as caught:
        texts.parse(source)
    assert caught.value.code == code


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(TemplateError) as caught:
        texts.render("invitation", {"don_vi": "Xã An Lão"})
    assert caught.value.code == "missing"
    with pytest.raises(TemplateError):
        texts.render("no-such-template", VALUES)


def test_what_people_wrote_is_neither_placeholder_nor_header() -> None:
    evil = "Xã {link} {don_vi} {{x}}\r\nBcc: a@x.vn\x00"
    subject, text = texts.render(Template("Gửi {don_vi}", "{don_vi}\n{duong_dan}\n"), {"don_vi": evil})
    assert subject == "Gửi Xã (link) {don_vi} {{x}} Bcc: a@x.vn"
    assert text.count("{link}") == 1
    assert text.endswith("{link}\n")


@given(st.text(max_size=40))
def test_any_text_can_be_a_value(value: str) -> None:
    subject, text = texts.render(Template("Gửi {don_vi}", "Kính gửi {don_vi}\n\n{duong_dan}"), {"don_vi": value})
    assert "\n" not in subject
    assert text.count("{link}") == 1


def test_a_text_that_looks_like_another_language_of_templates_stays_text() -> None:
    template = Template("{{7*7}} {don_vi}", "<b>{{ 7*7 }}</b> {don_vi}\n{{}}\n")
    assert texts.render(template, {"don_vi": "{{7*7}}"}) == ("{{7*7}} {{7*7}}", "<b>{{ 7*7 }}</b> {{7*7}}\n{{}}\n")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("invitation", "{khao_sat} {han_gui}", [("needed", "duong_dan", "text")]),
        ("reminder_due", "{khao_sat}", [("needed", "duong_dan", "text"), ("needed", "han_gui", "text")]),
        ("leader_copy", "{don_vi} {khao_sat} {han_gui} {duong_dan}", [("not_here", "duong_dan", "text")]),
        ("invitation", "{khao_sat} {han_gui} {duong_dan} {ly_do}", [("not_here", "ly_do", "text")]),
        ("returned", "{khao_sat} {han_gui} {duong_dan}", [("needed", "ly_do", "text")]),
        ("receipt", "{khao_sat} {so_xac_nhan} {luc_nhan}", []),
        ("receipt", "{khao_sat} {so_xac_nhan} {mat_khau} }", [("unknown", "mat_khau", "text"), ("braces", "", "text")]),
    ],
)
def test_each_text_has_what_it_needs_and_nothing_of_others(
    name: str, text: str, found: list[tuple[str, str, str]]
) -> None:
    assert [(f.code, f.name, f.field) for f in texts.faults(Template("Gửi", text), name)] == found
