"""Mail addresses, parsed at the door: what is stored is normalised, ASCII and one address."""

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address

from reminders.clean import one_line

NAME = 200

_ATEXT = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_WHOLE = re.compile(rf"{_ATEXT.pattern}@{_LABEL.pattern}(\.{_LABEL.pattern})+")
_NAMED = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]+)>$")


class AddressError(ValueError):
    """An address that cannot be used. `code`: empty, control, several, not_ascii, no_at, local, domain,
    too_long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name (may be empty) and a normalised address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def header(self) -> Address:
        return Address(display_name=self.name, addr_spec=self.address)


def parse(text: str) -> str:
    """The one address in `text`, lower case, its domain in punycode where it is not ASCII.

    Letter case is dropped on both sides of the @: no office gives A@ and a@ to two people, and one
    mailbox must get one mail. Raises AddressError; lists, names, quotes and comments are refused.
    """
    _refuse_control(text)
    text = unicodedata.normalize("NFC", text.strip()).lower()
    if not text:
        raise AddressError("empty")
    if re.search(r"[,;\s]", text) or text.count("@") > 1:
        raise AddressError("several")
    local, at, domain = text.partition("@")
    if not at:
        raise AddressError("no_at")
    if not local.isascii():
        raise AddressError("not_ascii")
    if not _ATEXT.fullmatch(local):
        raise AddressError("local")
    address = f"{local}@{_domain(domain)}"
    if len(local) > 64 or len(address) > 254:
        raise AddressError("too_long")
    return address


def is_one(text: str) -> bool:
    """Whether it is one address in the form that parse gives."""
    return len(text) <= 254 and _WHOLE.fullmatch(text) is not None


def mailbox(text: str) -> Mailbox:
    """`Name <a@b.vn>` or `a@b.vn`, as a sender is configured. Raises AddressError."""
    _refuse_control(text)
    named = _NAMED.match(text.strip())
    if named is None:
        return Mailbox("", parse(text))
    return Mailbox(one_line(named["name"].strip().strip('"'), NAME), parse(named["address"]))


def _refuse_control(text: str) -> None:
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text.strip(" \t\r\n")):
        raise AddressError("control")


def _domain(text: str) -> str:
    try:
        ascii_text = text.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise AddressError("domain") from error
    labels = ascii_text.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise AddressError("domain")
    return ascii_text
