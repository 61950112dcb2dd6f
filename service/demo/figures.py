"""Made-up answers to the first survey (nd132) from a fixed seed, and the two units' real figures of August 2025.

The real ones are from a press article of 20/8/2025: xã An Lão and phường Phù Liễn, 1/7-18/8/2025.
"""

import random
from collections.abc import Mapping
from typing import Any

Answers = dict[str, Any]

AN_LAO = "11629"
PHU_LIEN = "11446"
SEED = 132_2025

# Visits; dossiers received = online + direct; settled on time + late + withdrawn + in progress = received.
AN_LAO_FIGURES: Mapping[str, int] = {
    "e_visits": 7117,
    "e_recv": 1142,
    "e_online": 1048,
    "e_direct": 94,
    "e_ontime": 1035,
    "e_late": 0,
    "e_withdrawn": 45,
    "e_proc": 62,
    "e_proc_late": 0,
}
# No total received was given: 1.055 + 3.600 is 4.655, which is no visit count. A case to clarify.
PHU_LIEN_FIGURES: Mapping[str, str] = {
    "e/e_visits": "4900",
    "e/e_online": "1055",
    "e/e_direct": "3600",
    "e/e_pay": "400",
}
_TASKS = ("do_luong", "chat_luong", "thong_tin_mang")
_DIFFICULTIES = (
    ("tdc", "Đơn vị chưa có công chức được đào tạo nghiệp vụ kiểm tra nhà nước về đo lường."),
    ("cds", "Đường truyền tại bộ phận một cửa chậm vào giờ cao điểm, hồ sơ trực tuyến tải lên lâu."),
    ("cds", "Máy tính và máy quét đã cũ, chưa đáp ứng việc số hóa hồ sơ tại chỗ."),
    ("shtt", "Người dân hỏi thủ tục đăng ký nhãn hiệu, đơn vị chưa có tài liệu hướng dẫn thống nhất."),
)


class Maker:
    """Draws answers that the form accepts; the same seed gives the same answers."""

    def __init__(self, lists: Mapping[str, list[str]], seed: int = SEED) -> None:
        self._lists = lists
        self._random = random.Random(seed)  # noqa: S311 - a sample, not a secret

    def one(self, name: str, *, but: str = "") -> str:
        return self._random.choice([choice for choice in self._lists[name] if choice != but])

    def some(self, name: str, most: int, *, but: str = "") -> list[str]:
        choices = [choice for choice in self._lists[name] if choice != but]
        chosen = self._random.sample(choices, self._random.randint(1, min(most, len(choices))))
        return [choice for choice in choices if choice in chosen]

    def whole(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def answers(self, name: str, figures: Mapping[str, int] | None = None) -> Answers:
        """A whole submission of a unit; `figures` replace the made-up ones of section E."""
        services = self._services()
        services.update(figures or {})
        services["e_pay"] = min(services["e_pay"], services["e_recv"])
        services["e_st"] = min(services["e_st"], services["e_recv"])
        services["e_dayunit"] = self.one("unitday")
        return {
            "a": {
                "a_name": "Nguyễn Văn Minh Họa",
                "a_title": "Công chức Văn hóa - Xã hội",
                "a_phone": f"0225{self.whole(3_000_000, 3_999_999)}",
            },
            "b": self._staff(),
            "c": self._documents(),
            "d": self._tasks(),
            "e": services,
            "f": self._support(),
            "g": {"g_fields": self.some("field", 3), "g_people": self.whole(1, 12), "g_mode": self.one("mode")},
            "h": self._difficulties(name),
            "confirm": "OK",
        }

    def _staff(self) -> Answers:
        staff = self.whole(1, 4)
        found: Answers = {
            "b_dept": self.one("dept", but="khac"),
            "b_staff": staff,
            "b_staff_full": self.whole(0, 1),
            "b_staff_tdc": self.whole(0, staff),
            "b_staff_cert": self.whole(0, 1),
            "b_multi": "co",
            "b_decision": self.one("yesno"),
        }
        if found["b_decision"] == "co":
            found["b_decision_no"] = f"{self.whole(10, 90)}/QĐ-UBND"
            found["b_decision_date"] = f"2025-07-0{self.whole(1, 7)}"
        return found

    def _documents(self) -> Answers:
        found: Answers = {"c_plan": self.one("planst"), "c_bcd": self.one("yesno"), "c_docs": self.whole(0, 6)}
        if found["c_plan"] == "da":
            found["c_plan_no"] = f"{self.whole(10, 90)}/KH-UBND"
            found["c_plan_period"] = self.one("period")
        if found["c_plan"] == "dang":
            found["c_plan_due"] = "2025-09-30"
        return found

    def _tasks(self) -> Answers:
        if self.whole(1, 4) == 1:
            return {"d_tasks": ["chua"]}
        tasks = [task for task in _TASKS if self.whole(0, 1)] or [_TASKS[0]]
        found: Answers = {"d_tasks": tasks}
        if "do_luong" in tasks:
            found |= {"d_meas": self.whole(0, 4), "d_meas_est": self.whole(4, 20)}
            found["d_meas_vio"] = self.whole(0, 2)
            if found["d_meas_vio"]:
                found["d_fine"] = self.whole(1, 20)
        if "chat_luong" in tasks:
            found["d_qual"] = self.whole(0, 5)
        if "thong_tin_mang" in tasks:
            found |= {"d_game": self.whole(0, 9), "d_game_cert": self.whole(0, 2)}
        return found

    def _services(self) -> dict[str, Any]:
        received = self.whole(280, 2400)
        online = received * self.whole(62, 97) // 100
        late = self.whole(0, 6) if self.whole(0, 2) == 0 else 0
        withdrawn, progress = self.whole(0, received // 20), self.whole(0, received // 10)
        found: dict[str, Any] = {
            "e_visits": received + self.whole(received, received * 4),
            "e_recv": received,
            "e_online": online,
            "e_direct": received - online,
            "e_ontime": received - late - withdrawn - progress,
            "e_late": late,
            "e_withdrawn": withdrawn,
            "e_proc": progress,
            "e_pay": received * self.whole(20, 80) // 100,
            "e_st": self.whole(0, 9),
        }
        if progress:
            found["e_proc_late"] = 0
        if late:
            found["e_late_why"] = "Hồ sơ phải xin ý kiến cơ quan khác nên kéo dài."
        return found

    def _support(self) -> Answers:
        officials = self.whole(38, 76)
        channels = self.some("channel", 4, but="khong")
        found: Answers = {
            "f_channels": channels,
            "f_ca": officials,
            "f_sign": self.whole(officials // 2, officials),
            "f_hpnet": self.one("level"),
            "f_group": self.whole(3, 24),
            "f_infra": self.one("level"),
        }
        if "tai_nha" in channels:
            found["f_home"] = self.whole(3, 90)
        return found

    def _difficulties(self, name: str) -> Answers:
        if self.whole(1, 3) == 1:
            return {"h_has": "khong"}
        rows = []
        for field, text in self._random.sample(_DIFFICULTIES, self.whole(1, 2)):
            rows.append(
                {
                    "h_field": field if field in self._lists["field"] else self.one("field"),
                    "h_cause": self.one("cause"),
                    "h_desc": text,
                    "h_prop": f"Đề nghị Sở KH&CN tập huấn và hướng dẫn cho {name}.",
                    "h_to": self.one("authority"),
                }
            )
        return {"h_has": "co", "h_item": rows}
