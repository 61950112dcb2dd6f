"""The first real survey with real figures: what passes, and where each broken sum stops."""

from typing import Any

import pytest

from forms.answers import Field, Now, Picture, evaluate, flatten
from forms.schema import Form


def judged(form: Form, nested: dict[str, Any], now: Now, **bound: str) -> Picture:
    raw, problems = flatten(form, nested)
    assert problems == ()
    return evaluate(form, raw, now, {key.replace("_", ".", 1): value for key, value in bound.items()})


def field(found: Picture, key: str) -> Field:
    made = found.field(key)
    assert made is not None
    return made


def test_an_laos_figures_pass(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    found = judged(nd132, an_lao, now)
    assert found.problems == ()
    e = found.answers["e"]
    assert isinstance(e, dict)
    assert (e["e_recv"], e["e_settled"], e["e_pct_online"], e["e_pct_ontime"]) == (1142, 1035, 91.77, 100)
    assert field(found, "e/e_note").label == (
        "Tỷ lệ nộp trực tuyến: 91,77%. Đúng hạn trên số đã giải quyết: 100%. Thanh toán trực tuyến: 35,03%."
    )
    assert found.instance_name == "11629-2025-08-18"
    assert all(line.complete for line in found.progress)


@pytest.mark.parametrize(
    ("name", "value", "stopped"),
    [
        ("e_direct", "93", {"e_direct": "Trực tuyến + trực tiếp phải bằng tổng số hồ sơ tiếp nhận (E2a + E2b = E2)."}),
        ("e_online", "1143", {"e_online": "Không được lớn hơn tổng số hồ sơ tiếp nhận (E2).", "e_direct": None}),
        (
            "e_proc",
            "61",
            {
                "e_proc": "Đã giải quyết + rút/hủy + đang giải quyết phải bằng tổng số tiếp nhận "
                "(E3 + E3a + E4 + E5 = E2)."
            },
        ),
        ("e_ontime", "1.036", {"e_proc": None}),
        ("e_late", "108", {"e_late": "Tổng đã giải quyết không được lớn hơn số tiếp nhận.", "e_withdrawn": None}),
        ("e_withdrawn", "108", {"e_withdrawn": "Đã giải quyết + rút/hủy không được lớn hơn số tiếp nhận."}),
        ("e_pay", "1143", {"e_pay": "Không được lớn hơn tổng số hồ sơ tiếp nhận (E2)."}),
    ],
)
def test_each_broken_sum_stops_at_its_question(
    nd132: Form, an_lao: dict[str, Any], now: Now, name: str, value: str, stopped: dict[str, str | None]
) -> None:
    an_lao["e"][name] = value
    found = {problem.key.removeprefix("e/"): problem for problem in judged(nd132, an_lao, now).problems}
    assert stopped.keys() <= found.keys()
    for key, message in stopped.items():
        assert found[key].code == "constraint"
        assert message is None or found[key].message == message


def test_only_the_wrong_sum_is_told(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    an_lao["e"]["e_direct"] = 95
    found = judged(nd132, an_lao, now)
    assert [(problem.key, problem.code) for problem in found.problems] == [("e/e_direct", "constraint")]
    assert found.page_problems("e") == found.problems
    assert found.page_problems("d") == ()


def test_an_empty_draft_asks_for_what_is_required(nd132: Form, now: Now) -> None:
    found = evaluate(nd132, {}, now)
    assert {problem.code for problem in found.problems} == {"required"}
    assert {problem.message for problem in found.problems} == {"Nội dung bắt buộc, đề nghị nhập."}
    assert field(found, "a/a_from").shown == "01/07/2025", "the form's default"


def test_the_unit_and_its_period_are_filled_in_and_locked(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    bound = {
        "unit_kind": "xa",
        "unit_code": "11629",
        "period_from": "2025-07-01",
        "period_to": "2025-08-18",
        "contact_name": "Phạm Văn D",
        "contact_phone": "0225",
    }
    an_lao["a"] = {"a_unit": "10888", "a_title": "Công chức", "a_phone": "0912345678"}
    found = judged(nd132, an_lao, now, **bound)
    assert found.problems == ()
    locked = [part.question.name for part in found.page("a") if isinstance(part, Field) and part.locked]
    assert locked == ["a_kind", "a_unit", "a_from", "a_to", "a_name"]
    assert field(found, "a/a_unit").shown == "Xã An Lão"
    assert [choice.label for choice in field(found, "a/a_unit").choices if choice.name == "10888"] == ["Xã Cẩm Giang"]
    assert len(field(found, "a/a_unit").choices) == 67


def test_skip_logic(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    an_lao["b"] = {"b_dept": "khac", "b_decision": "khong", "b_staff": 0, "b_staff_full": 5}
    an_lao["h"] = {"h_has": "khong", "h_item": [{"h_desc": "ngắn"}]}
    found = judged(nd132, an_lao, now)
    assert [(problem.key, problem.code) for problem in found.problems] == [("b/b_dept_other", "required")]
    b = found.answers["b"]
    assert isinstance(b, dict)
    assert b == {"b_dept": "khac", "b_dept_other": None, "b_decision": "khong", "b_staff": 0, "b_staff_part": 0}
    assert found.answers["h"] == {"h_has": "khong", "h_other": None}


def test_exclusive_choices(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    an_lao["d"] = {"d_tasks": ["chua", "cntt"]}
    (problem,) = judged(nd132, an_lao, now).problems
    assert (problem.key, problem.message) == (
        "d/d_tasks",
        'Đã chọn "Chưa triển khai" thì không chọn thêm nội dung khác.',
    )


def test_phu_lien_gave_no_total(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    an_lao["e"] |= {"e_visits": 4900, "e_recv": None, "e_online": 1055, "e_direct": 3600, "e_pay": 400}
    found = {problem.key: problem.code for problem in judged(nd132, an_lao, now).problems}
    assert found["e/e_recv"] == "required"
    assert found["e/e_direct"] == "constraint"


@pytest.mark.parametrize("typed", ["0912.345.678", "0912 345 678", "0912-345-678", "(0225) 3 123 456", "+84 912345678"])
def test_a_telephone_may_be_typed_as_people_write_it(nd132: Form, an_lao: dict[str, Any], now: Now, typed: str) -> None:
    an_lao["a"]["a_phone"] = typed
    assert field(judged(nd132, an_lao, now), "a/a_phone").problem is None


def test_a_telephone_with_letters_is_still_none(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    an_lao["a"]["a_phone"] = "0912 345 67x"
    assert field(judged(nd132, an_lao, now), "a/a_phone").problem is not None


def test_a_percentage_that_cannot_be_worked_out_yet_is_a_dash(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    an_lao["e"]["e_pay"] = ""
    assert "Thanh toán trực tuyến: –%" in field(judged(nd132, an_lao, now), "e/e_note").label
