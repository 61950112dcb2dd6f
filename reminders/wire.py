"""Headers on the wire.

Python's own folding of long headers that are not ASCII loses and adds spaces (3.11: "“abc” gửi" arrived
as "“abc”gửi" in 7 of 10 long Vietnamese subjects), so encoded words are made by email.header.Header.
"""

from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import formataddr
from typing import Any


class WirePolicy(EmailPolicy):
    """EmailPolicy whose Subject, From and To are folded here; for mails that `message.build` makes."""

    def fold(self, name: str, value: Any) -> str:
        folded = _folded(name, value)
        if folded is None:
            return str(super().fold(name, value))
        return f"{name}: {folded}\n".replace("\n", self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        folded = _folded(name, value)
        return super().fold_binary(name, value) if folded is None else self.fold(name, value).encode("ascii")


WIRE = WirePolicy(linesep="\r\n")


def _folded(name: str, value: Any) -> str | None:
    """The header's value in ASCII, lines apart by a line feed and a space; None when it is not ours."""
    if name == "Subject":
        return _words(str(value), name)
    if name in ("From", "To"):
        return ",\n ".join(_address(address, name) for address in value.addresses)
    return None


def _words(text: str, name: str) -> str:
    # "=?" would be read as an encoded word although it is not one.
    plain = text.isascii() and "=?" not in text
    return Header(text, "us-ascii" if plain else "utf-8", header_name=name).encode(linesep="\n")


def _address(address: Address, name: str) -> str:
    if address.display_name.isascii() and "=?" not in address.display_name:
        return formataddr((address.display_name, address.addr_spec))
    return f"{_words(address.display_name, name)}\n <{address.addr_spec}>"
