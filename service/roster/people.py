"""What stands in the cells about a person: addresses, telephones, names, role. Texts in, values or reasons out."""

import re
from dataclasses import dataclass

from reminders import address
from service.words import N_, _, fold

OFFICIAL, LEADER = "official", "leader"
ROLES = {OFFICIAL: N_("Đầu mối"), LEADER: N_("Lãnh đạo")}
LONGEST = 200
LONGEST_PHONE = 40

ADDRESS_REASONS = {
    "empty": N_("Địa chỉ thư trống."),
    "control": N_("Địa chỉ “{text}” có ký tự ẩn; vui lòng gõ lại."),
    "several": N_("“{text}” không phải là một địa chỉ thư; vui lòng ghi mỗi địa chỉ riêng."),
    "not_ascii": N_("Địa chỉ “{text}” có chữ có dấu; địa chỉ thư chỉ gồm chữ không dấu."),
    "no_at": N_("“{text}” không phải là địa chỉ thư điện tử (thiếu @)."),
    "local": N_("Địa chỉ “{text}” sai ở phần trước @."),
    "domain": N_("Địa chỉ “{text}” sai ở phần sau @ (tên miền)."),
    "too_long": N_("Địa chỉ “{text}” quá dài."),
}
_NOTHING = frozenset({"", "khong", "khong co", "chua co", "chua", "trong", "0", "x", "n a", "na", "none", "null"})
_JOINING = frozenset({"va", "hoac", "email", "mail", "thu", "gmail", "dc", "or", "and"})
_EXCEL_ERROR = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!|####*)")
# In brackets, as it is stored, only behind the number: those before it hold its area code.
_EXTENSION = re.compile(
    r"(?:máy lẻ|số lẻ|lẻ|ext\.?|nội bộ)\s*:?\s*(?P<told>\d{1,5})|(?<=\d)\s*\((?P<stored>\d{1,5})\)$", re.IGNORECASE
)
_LEADS = re.compile(
    r"(q|quyen|tq)?\s*(pho\s+)?(chu tich|bi thu)\b(?P<of>.*)"
    r"|((pho\s+)?p?ct|ptbt|pbt)\s+(ubnd|hdnd|thuong truc).*"
    r"|lanh dao\b.*"
)
# Of the commune's People's Committee, when it says of what: not of the People's Council alone, of a front or a union.
_OF = (
    r"(( hdnd| hoi dong nhan dan)?( va)? (ubnd|uy ban nhan dan|uy ban(?! (mat tran|mttq)\b))( .*)?"
    r"| (xa|phuong|dac khu)( .*)?)?"
)
_CHAIRMAN = re.compile(
    r"((q|quyen) )?(chu tich|ct)" + _OF + r"|(pho )?bi thu .*(?<!pho )\bchu tich (ubnd|uy ban nhan dan)\b.*"
)
_DEPUTY = re.compile(r"(pho chu tich|p ?ct)( thuong truc)?" + _OF)
# A chairman of the women's union or a secretary of a party cell does not sign for the commune.
_NOT_OF = re.compile(r"\s*(hoi|cong doan|doan|chi doan|chi bo|mat tran|mttq|uy ban mat tran|uy ban mttq|ubmttq)\b")


class Refused(ValueError):
    """A cell that cannot be taken; the text is the reason, in words."""


@dataclass(frozen=True, slots=True)
class Person:
    """One contact as the file tells it. Blank means the file does not say; so does role None."""

    name: str = ""
    position: str = ""
    email: str = ""
    phone: str = ""
    role: str | None = None
    note: str = ""


def said(text: str) -> str:
    """The cell, "" for a dash, "không có" and the like. Raises Refused for a cell with an Excel error."""
    if _EXCEL_ERROR.fullmatch(text):
        raise Refused(
            _("Ô báo lỗi của Excel ({text}); vui lòng sửa công thức hoặc gõ thẳng giá trị.").format(text=text)
        )
    words = _words(text)
    return "" if words in _NOTHING and "@" not in text else text


def _words(text: str) -> str:
    """Lower case, without marks and punctuation."""
    return " ".join(re.sub(r"[^\w]+", " ", fold(text)).split())


def people(name: str, position: str, email: str, phone: str, role: str) -> list[Person]:
    """The contacts of one row: as many as there are addresses, or names that share one. Raises Refused.

    [] when the row tells neither an address nor a telephone.
    """
    emails, note = addresses(said(email))
    names, positions = _pieces(said(name)), _pieces(said(position))
    phones = telephones(said(phone))
    if not emails and not phones:
        return []
    count = max(len(emails), 1) if len(names) <= 1 or len(emails) > 1 else len(names)
    if len(names) not in (0, 1, count):
        raise Refused(
            _("Có {names} họ tên nhưng {emails} địa chỉ thư, không rõ của ai; vui lòng tách thành nhiều dòng.").format(
                names=len(names), emails=len(emails)
            )
        )
    apart = len(names) > 1 and len(phones) == count
    found = []
    for place in range(count):
        own_position = _pick(positions, place, count)
        own_phones = [phones[place]] if apart else phones
        found.append(
            Person(
                name=_fitting(_pick(names, place, count), _("Họ tên")),
                position=_fitting(own_position, _("Chức vụ")),
                email=_pick(emails, place, count),
                phone=joined(own_phones),
                role=role_of(said(role), own_position),
                note=note,
            )
        )
    return found


def _pick(pieces: list[str], place: int, count: int) -> str:
    """The piece of that place when there is one for each, else all of them for each."""
    return pieces[place] if len(pieces) == count else "; ".join(pieces)


def _pieces(text: str) -> list[str]:
    return [piece for part in re.split(r"[\n;/]+", text) if (piece := " ".join(part.split()).strip(" ,-–"))]


def _fitting(text: str, label: str) -> str:
    if len(text) > LONGEST:
        raise Refused(_("{label} dài quá {limit} ký tự.").format(label=label, limit=LONGEST))
    return text


def addresses(text: str) -> tuple[list[str], str]:
    """The normalised addresses in a cell, each once, and a note on words that were passed over. Raises Refused."""
    if not text:
        return [], ""
    joined = re.sub(r"\s*@\s*", "@", text)
    tokens = [t.strip(".:'\"").removeprefix("mailto:") for t in re.split(r"[,;/|<>()\[\]\s]+", joined)]
    tokens = [token for token in tokens if token]
    if not any("@" in token for token in tokens):
        raise Refused(_(ADDRESS_REASONS["no_at"]).format(text=text))
    found: dict[str, None] = {}
    passed = []
    for token in tokens:
        if "@" in token or ("." in token and token.isascii() and not token.replace(".", "").isdigit()):
            found[parsed(token)] = None
        elif fold(token) not in _JOINING and not re.fullmatch(r"[\W\d]+", token):
            passed.append(token)
    note = _("Bỏ qua chữ “{text}” trong ô thư điện tử.").format(text=" ".join(passed)) if passed else ""
    return list(found), note


def parsed(text: str) -> str:
    """One normalised address. Raises Refused with the reason in words."""
    try:
        return address.parse(text)
    except address.AddressError as error:
        raise Refused(_(ADDRESS_REASONS[error.code]).format(text=text)) from error


def telephones(text: str) -> list[str]:
    """The numbers in a cell, digits only, +84 as 0; "0225 3842123 máy lẻ 12" keeps its extension, as
    "02253842123 (12)", which is read back as it stands. Raises Refused."""
    if not text:
        return []
    found: dict[str, None] = {}
    for part in re.split(r"[,;/|\n]+|\s[-–]\s|\s(?:và|hoặc)\s", text):
        if part.strip(" .-–"):
            found[_telephone(part.strip())] = None
    return list(found)


def _telephone(text: str) -> str:
    extension = _EXTENSION.search(text)
    bare = text[: extension.start()] if extension else text
    digits = re.sub(r"\D", "", bare)
    if not digits:
        raise Refused(_("Điện thoại “{text}” không có chữ số.").format(text=text))
    if digits.startswith("0084"):
        digits = digits[4:]
    elif digits.startswith("84") and ("+" in bare or len(digits) >= 11):
        digits = digits[2:]
    # Excel drops the leading 0 of a number.
    if len(digits) in (9, 10) and not digits.startswith("0"):
        digits = f"0{digits}"
    if not 7 <= len(digits) <= 12:
        raise Refused(_("Điện thoại “{text}” không đủ hoặc thừa chữ số.").format(text=text))
    return f"{digits} ({extension['told'] or extension['stored']})" if extension else digits


def joined(phones: list[str]) -> str:
    text = " / ".join(phones)
    if len(text) > LONGEST_PHONE:
        raise Refused(_("Quá nhiều số điện thoại trong một ô; vui lòng giữ một hoặc hai số."))
    return text


def role_of(text: str, position: str) -> str | None:
    """leader or official by the role column, else leader by the position; None when neither tells. Raises Refused."""
    words = _words(text)
    if words:
        if "lanh dao" in words or words == LEADER or leads(text):
            return LEADER
        if any(part in words for part in ("dau moi", "cong chuc", "can bo", "chuyen vien", "phu trach", OFFICIAL)):
            return OFFICIAL
        raise Refused(_("Vai trò “{text}” không rõ; vui lòng ghi Đầu mối hoặc Lãnh đạo.").format(text=text))
    return LEADER if leads(position) else None


def rank_of(position: str) -> str:
    """chairman (of the People's Committee) or office_head, told by a leader's position; "" for any other."""
    words = _words(position)
    if re.match(r"((q|quyen) )?chanh van phong\b|((q|quyen) )?cvp\b", words):
        return "office_head"
    return "chairman" if _CHAIRMAN.fullmatch(words) else ""


def is_deputy(position: str) -> bool:
    """Whether it is a deputy chairman of the People's Committee, who signs in the chairman's place."""
    return bool(_DEPUTY.fullmatch(_words(position)))


def leads(position: str) -> bool:
    """Chairmen and party secretaries of the commune, and their deputies."""
    words = _words(position)
    match = _LEADS.fullmatch(words)
    return bool(match) and not (match and match["of"] and _NOT_OF.match(match["of"]))
