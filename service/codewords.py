"""The mail with a one-time code, and the code as people read and type it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from service import words
from service.security import CODE_DIGITS
from service.words import _


@dataclass(frozen=True, slots=True)
class Asked:
    """What the mail is about: the unit's full name, when the code was asked for and until when it can be used."""

    unit: str
    at: datetime
    until: datetime


def subject(asked: Asked) -> str:
    return _("Mã dùng một lần để vào phiếu của {unit}").format(unit=words.office(asked.unit))


def text(asked: Asked, sender: str) -> str:
    """The whole text, with `{code}` where the code goes."""
    minutes = round((asked.until - asked.at).total_seconds() / 60)
    shown = {"unit": words.office(asked.unit), "sender": sender, "at": words.moment(asked.at), "minutes": minutes}
    parts = [
        _("Kính gửi: {unit}"),
        _("Mã dùng một lần để vào phiếu khảo sát của Quý đơn vị:"),
        "{code}",
        _(
            "Vui lòng nhập mã này ở trang vừa xin mã, trên cùng máy và cùng trình duyệt đó. Mã dùng được một lần, "
            "trong {minutes} phút kể từ {at}."
        ),
        _(
            "{sender} không bao giờ hỏi mã này qua điện thoại, tin nhắn hay thư. Nếu Quý đơn vị không xin mã, vui lòng "
            "bỏ qua thư này: không ai vào được phiếu nếu không có mã."
        ),
        "{sender}",
    ]
    return "\n\n".join(part if part == "{code}" else part.format(**shown) for part in parts) + "\n"


def spaced(code: str) -> str:
    """1234 5678, which is easier to read and to type."""
    return f"{code[: CODE_DIGITS // 2]} {code[CODE_DIGITS // 2 :]}"


def digits(typed: str) -> str | None:
    """The code in what was typed or pasted, None when it is none: blanks, dots and hyphens in it do not matter."""
    kept = "".join(c for c in typed if c not in ".-–" and not c.isspace() and c.isprintable())
    return kept if len(kept) == CODE_DIGITS and kept.isascii() and kept.isdigit() else None
