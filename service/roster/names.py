"""Which unit a row means: by code, else by name as offices write it. Never by guess.

Hoà and Hòa, Thuỷ and Thủy, Vỹ and Vĩ, NFC and NFD are the same name; Cẩm Giang and Cẩm Giàng are not. Without marks
a name counts only when it can mean one unit.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from service.words import N_, _, fold, kind

KIND_CODES = {"xã": "xa", "phường": "phuong", "đặc khu": "dac_khu"}
_PREFIXES = (
    ("ủy ban nhân dân", None),
    ("hội đồng nhân dân", None),
    ("ubnd", None),
    ("hđnd", None),
    ("văn phòng", None),
    ("đảng ủy", None),
    ("công chức", None),
    ("và", None),
    ("đặc khu", "dac_khu"),
    ("đk", "dac_khu"),
    ("phường", "phuong"),
    ("p", "phuong"),
    ("xã", "xa"),
    ("x", "xa"),
    ("thị trấn", "thi_tran"),
    ("tt", "thi_tran"),
)
_KIND_WORDS = {**KIND_CODES, **{fold(word): code for word, code in KIND_CODES.items()}, "dac_khu": "dac_khu"}
_TAIL = re.compile(
    r"[\s,;(-]+(thuộc )?(thành phố|thanh pho|tp\.?)\s*(hải phòng|hai phong)\s*\)?$|\s*\((hp|hải phòng)\)$",
    re.IGNORECASE,
)
_CODE = re.compile(r"'?\s*(\d{1,10})(?:[.,]0+)?")
_CODE_BEFORE_NAME = re.compile(r"(\d{5})\s*[-–:. ]\s*(?=\D)")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_LONE_Y = re.compile(r"[^aeiouyăâêôơư]*y")
MEANT = N_("{unit} (mã {code})")


@dataclass(frozen=True, slots=True)
class Known:
    """A unit as the database has it."""

    id: int
    code: str
    name: str
    full_name: str
    kind: str

    @property
    def told(self) -> str:
        return _(MEANT).format(unit=self.full_name, code=self.code)


@dataclass(frozen=True, slots=True)
class Match:
    """The unit, or why not (`reason`). `note` tells what a person should look at though it was accepted."""

    unit: Known | None = None
    reason: str = ""
    note: str = ""


def code_of(text: str) -> str | None:
    """10888 of "10888", " '10888", "10888.0" or "108 88"; 00123 of "123". None when it is no code."""
    match = _CODE.fullmatch(text.replace(" ", ""))
    return match[1].zfill(5) if match else None


def kind_of(text: str) -> str | None:
    """xa, phuong, dac_khu of "Xã", "phuong", "Đặc khu"; None for anything else."""
    return _KIND_WORDS.get(unicodedata.normalize("NFC", text).casefold().strip(" ."))


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """The same for every right spelling of a name: tones beside their syllable, y as i, no punctuation, lower case."""
    lower = unicodedata.normalize("NFC", text).casefold().replace("ð", "đ")
    return " ".join(_syllable(part) for part in re.sub(r"[^\w]+", " ", lower).split())


@lru_cache(maxsize=20_000)
def _syllable(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    tones = "".join(sorted(c for c in apart if ord(c) in _TONES))
    letters = unicodedata.normalize("NFC", apart.translate(_TONES))
    if _LONE_Y.fullmatch(letters):
        letters = letters[:-1] + "i"
    return letters + tones


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """The name without marks, for what was typed without them."""
    return fold(re.sub(r"[^\w]+", " ", unicodedata.normalize("NFC", text).replace("ð", "đ").replace("Ð", "Đ")))


def split_kind(text: str) -> tuple[str | None, str]:
    """("xa", "An Lão") of "UBND xã An Lão, TP. Hải Phòng"; the kind is None when it is not named."""
    rest = " ".join(unicodedata.normalize("NFC", text).replace("/", " ").split())
    if tail := _TAIL.search(rest):
        rest = rest[: tail.start()] or rest
    found: str | None = None
    while True:
        word, code = next(((w, c) for w, c in _PREFIXES if _begins(rest, w)), ("", None))
        if not word or (found and code):
            return found, rest
        found, rest = found or code, rest[len(word) :].lstrip(" .,:-–")


def _begins(text: str, word: str) -> bool:
    """Does the text begin with that word, in right spelling or without marks? "Phượng Hoàng" is no phường."""
    head = text[: len(word)]
    after = text[len(word) :]
    if not after or after[0].isalnum() or fold(head[:1]) != fold(word[:1]):
        return False
    if len(word) <= 2 and word not in ("và", "xã") and after[0] not in ". ":
        return False
    same = key(head) == key(word)
    return (same or head.casefold() == fold(word)) and bool(after.strip(" .,:-–"))


class Matcher:
    """Finds units by code and name; built once for a file."""

    def __init__(self, units: Iterable[Known]) -> None:
        self._by_code: dict[str, Known] = {}
        self._by_key: dict[str, list[Known]] = defaultdict(list)
        self._by_plain: dict[str, list[Known]] = defaultdict(list)
        for unit in units:
            self._by_code[unit.code] = unit
            self._by_key[key(unit.name)].append(unit)
            self._by_plain[plain(unit.name)].append(unit)

    def by_code(self, code: str) -> Known | None:
        return self._by_code.get(code)

    def find(self, code_text: str, name_text: str) -> Match:
        """The unit of a row. Code and name must not contradict each other."""
        inside = _CODE_BEFORE_NAME.match(name_text)
        if not code_text and inside:
            code_text, name_text = inside[1], name_text[inside.end() :]
        if not code_text:
            return self.by_name(name_text) if name_text else Match(reason=_("Thiếu mã và tên đơn vị."))
        code = code_of(code_text)
        unit = self._by_code.get(code) if code else None
        if unit is None:
            return Match(reason=self._no_such_code(code_text, name_text))
        return self._agrees(unit, name_text)

    def _no_such_code(self, code_text: str, name_text: str) -> str:
        reason = _("Không có đơn vị nào mang mã “{code}”.").format(code=code_text)
        meant = self.by_name(name_text).unit if name_text else None
        if meant is None:
            return reason
        return reason + " " + _("Nếu là {unit}, vui lòng sửa mã.").format(unit=meant.told)

    def _agrees(self, unit: Known, name_text: str) -> Match:
        if not name_text:
            return Match(unit)
        wanted, name = split_kind(name_text)
        named = key(name) == key(unit.name) or key(name_text) in (key(unit.name), key(unit.full_name))
        unmarked = plain(name) == plain(unit.name) and plain(name) == name.casefold()
        if (named or unmarked) and wanted in (None, unit.kind):
            return Match(unit)
        other = self.by_name(name_text).unit
        if other is not None or named or unmarked:
            reason = _("Mã {code} là {unit}, nhưng tên ghi “{name}”. Vui lòng sửa mã hoặc tên.")
            return Match(reason=reason.format(code=unit.code, unit=unit.full_name, name=name_text))
        if plain(name) == plain(unit.name):
            return Match(unit, note=_("Tên ghi “{name}” khác dấu; lấy theo mã.").format(name=name_text))
        return Match(unit, note=_("Tên ghi “{name}” khác tên đơn vị; lấy theo mã.").format(name=name_text))

    def by_name(self, text: str) -> Match:
        wanted, name = split_kind(text)
        found = self._by_key.get(key(text), []) or self._by_key.get(key(name), [])
        note = ""
        if not found:
            found = self._by_plain.get(plain(text), []) or self._by_plain.get(plain(name), [])
            if found and name.casefold() != plain(name):
                note = _("Tên ghi “{name}” khác dấu với danh mục.").format(name=text)
        if not found:
            return Match(reason=_("Không tìm thấy đơn vị “{name}”.").format(name=text))
        fitting = [unit for unit in found if wanted in (None, unit.kind)]
        if not fitting:
            told = _(" hoặc ").join(unit.told for unit in found)
            return Match(reason=_("“{name}” không đúng loại: đơn vị này là {units}.").format(name=text, units=told))
        if len(fitting) > 1:
            told = _(" và ").join(unit.told for unit in fitting)
            return Match(
                reason=_("“{name}” có thể là {units}. Vui lòng viết đủ dấu hoặc ghi mã.").format(name=text, units=told)
            )
        return Match(fitting[0], note=note)


def full_name(kind_code: str, name: str) -> str:
    """Xã An Lão."""
    return f"{kind(kind_code)} {name}"
