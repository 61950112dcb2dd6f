import pytest

from reminders import address
from reminders.address import AddressError, Mailbox


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("anlao@haiphong.gov.vn", "anlao@haiphong.gov.vn"),
        ("  AnLao@HaiPhong.GOV.vn \n", "anlao@haiphong.gov.vn"),
        ("van-phong.ubnd+phieu@a.vn", "van-phong.ubnd+phieu@a.vn"),
        ("phong@tên-miền.vn", "phong@xn--tn-min-iva0322d.vn"),
    ],
)
def test_good_addresses(text: str, parsed: str) -> None:
    assert address.parse(text) == parsed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("a@x.vn, b@x.vn", "several"),
        ("a@x.vn;b@x.vn", "several"),
        ("a@x.vn b@x.vn", "several"),
        ("a@b@x.vn", "several"),
        ("a@x.vn\r\nBcc: b@x.vn", "control"),
        ("a\x00@x.vn", "control"),
        ("a\u200b@x.vn", "control"),
        ("a\ud800@x.vn", "control"),
        ("anlao", "no_at"),
        ("công.chức@x.vn", "not_ascii"),
        ("@x.vn", "local"),
        (".a@x.vn", "local"),
        ("a..b@x.vn", "local"),
        ('"a"@x.vn', "local"),
        ("An<a@x.vn>", "local"),
        ("a@", "domain"),
        ("a@localhost", "domain"),
        ("a@-x.vn", "domain"),
        ("a@x..vn", "domain"),
        ("a@[127.0.0.1]", "domain"),
        ("a@127.0.0.1", "domain"),
        ("a" * 65 + "@x.vn", "too_long"),
        ("a@" + "b" * 64 + ".vn", "domain"),
        ("a@" + ".".join(["b" * 60] * 5), "too_long"),
    ],
)
def test_bad_addresses_are_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(AddressError) as caught:
        address.parse(text)
    assert caught.value.code == code


def test_composed_and_decomposed_letters_are_one_domain() -> None:
    assert address.parse("a@tên.vn") == address.parse("a@te\u0302n.vn")


def test_a_sender_has_a_name() -> None:
    assert address.mailbox("Sở KH&CN <KhaoSat@x.vn>") == Mailbox("Sở KH&CN", "khaosat@x.vn")
    assert address.mailbox('"Sở, KH&CN" <khaosat@x.vn>') == Mailbox("Sở, KH&CN", "khaosat@x.vn")
    assert address.mailbox("khaosat@x.vn") == Mailbox("", "khaosat@x.vn")
    assert address.mailbox("khaosat@x.vn").domain == "x.vn"
    with pytest.raises(AddressError):
        address.mailbox("Sở <a@x.vn> <b@x.vn>")
