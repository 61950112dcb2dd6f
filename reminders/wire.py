"""Headers on the wire, in ASCII, folded.

Python's own folding of long headers that are not ASCII loses and adds spaces (3.11: "“abc” gửi" arrived
as "“abc”gửi" in 7 of 10 long Vietnamese subjects), so encoded words are made by email.header.Header. And its
EmailMessage takes 4.5 ms to build and write one mail, ten times what handing it to the server takes.
"""

from email.header import Header
from email.utils import formataddr


def text(name: str, value: str) -> str:
    """`name: value` for a header of words; `value` has no line breaks."""
    return f"{name}: {_words(value, name)}\n".replace("\n", "\r\n")


def mailbox(name: str, display: str, address: str) -> str:
    """`name: display <address>` for a header with one mailbox; `address` is as address.parse gives it."""
    if display.isascii() and "=?" not in display:
        return f"{name}: {formataddr((display, address))}\r\n"
    return f"{name}: {_words(display, name)}\n <{address}>\n".replace("\n", "\r\n")


def _words(value: str, name: str) -> str:
    # "=?" would be read as an encoded word although it is not one.
    plain = value.isascii() and "=?" not in value
    return Header(value, "us-ascii" if plain else "utf-8", header_name=name).encode(linesep="\n")
