"""Words about what happened to a recommendation, for its history and wherever several are named."""

from collections.abc import Mapping

from service import words
from service.ledgerwords import NOBODY, level
from service.words import N_, _

ACTS: Mapping[str, str] = {
    "raised": N_("Được nêu trong báo cáo lần {submission}, đã kiểm tra, đạt"),
    "changed": N_("Nội dung thay đổi theo báo cáo lần {submission}"),
    "restored": N_("Được nêu lại trong báo cáo lần {submission}"),
    "withdrawn": N_("Không còn trong báo cáo lần {submission}"),
    "level": N_("Cơ quan trả lời: {level}"),
    "staff": N_("Chuyên viên theo dõi: {staff}"),
    "due": N_("Hạn trả lời: {due}"),
    "replied": N_("Trả lời, bản thứ {reply}"),
    "closed": N_("Kết thúc theo dõi, không trả lời"),
    "reopened": N_("Mở lại, chờ trả lời"),
    "merged": N_("Gộp vào kiến nghị số {into}"),
    "joined": N_("Gộp thêm kiến nghị số {numbers}"),
    "split": N_("Tách khỏi kiến nghị số {lead}"),
    "left": N_("Kiến nghị số {numbers} được tách ra"),
}
NO_DUE = N_("không đặt hạn")


def act(code: str, data: Mapping[str, object]) -> str:
    """What happened, in a sentence. `data` is what the history kept, `staff` and `due` as words."""
    values = {**data, "level": level(str(data.get("level", "")))}
    values["staff"] = data.get("staff") or _(NOBODY)
    values["due"] = data.get("due") or _(NO_DUE)
    numbers = data.get("numbers")
    values["numbers"] = listed(numbers) if isinstance(numbers, list) else ""
    return _(ACTS[code]).format(**values)


def listed(numbers: list[int]) -> str:
    """12, 15, 1.031."""
    return ", ".join(words.number(number) for number in numbers)
