"""Why a question is hidden or refused, in words that fit whatever a form may hold."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from forms import xlsform
from forms.answers import Now, evaluate
from forms.schema import Form
from forms.xlsform.media import read_files
from service import explainwords
from service.explainwords import Told
from service.pages import inwords
from tests.forms.conftest import ZONE, make_cells
from tests.forms.gallery import EXAMPLES, Example

NOW = Now(datetime(2025, 8, 20, 9, 0, tzinfo=ZONE))
SURVEY = [
    {"type": "select_one co_khong", "name": "co", "label": "Có vướng mắc?"},
    {"type": "begin group", "name": "g", "label": "Chi tiết", "relevant": "${co} = 'co'"},
    {"type": "integer", "name": "n", "label": "Số vụ", "required": "${co} = 'co'", "constraint": ". > 0 and . < 10"},
    {"type": "begin repeat", "name": "vu", "label": "Vụ", "repeat_count": "${n}"},
    {"type": "text", "name": "ten", "label": "Tên vụ"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "cac_vu", "calculation": "join('; ', ${ten})"},
    {"type": "end group"},
]  # fmt: skip
CHOICES = [
    {"list_name": "co_khong", "name": "co", "label": "Có"},
    {"list_name": "co_khong", "name": "khong", "label": "Không"},
]


@pytest.fixture(scope="module")
def form() -> Form:
    return xlsform.build(make_cells(SURVEY, CHOICES))


def told(form: Form, raw: Mapping[str, str | list[str]], page: str) -> dict[str, Told]:
    found = explainwords.told(form, evaluate(form, raw, NOW).explain(page), inwords.in_words)
    return {one.key: one for one in found}


def test_what_a_group_hides_says_so_once_and_points_to_the_group(form: Form) -> None:
    found = told(form, {"co": "khong"}, "g")
    (rule,) = found["g"].reasons
    assert (found["g"].words, rule.title) == ("Đang ẩn", "Ẩn vì không thỏa")
    assert rule.words == "“Có vướng mắc?” là “Có”"
    assert rule.values == ("“Có vướng mắc?”: Không",)
    (inside,) = found["g/n"].reasons
    assert (inside.title, inside.words) == ("Ẩn vì", "nhóm “Chi tiết” đang ẩn")


def test_a_condition_tells_its_truth_and_a_refusal_its_terms(form: Form) -> None:
    found = told(form, {"co": "co", "g/n": "12"}, "g")["g/n"]
    assert (found.state, found.required) == ("refused", True)
    refused, required, constraint = found.reasons
    assert refused.words == "Câu trả lời cho “Số vụ” chưa hợp lệ. Vui lòng kiểm tra lại."
    assert required.words == "“Có vướng mắc?” là “Có” (đúng)"
    assert constraint.title == "Chưa thỏa"
    assert constraint.terms == (("câu này > 0", "đúng"), ("câu này < 10", "sai"))
    assert constraint.values == ("Câu này: 12",)
    assert told(form, {"co": "co"}, "g")["g/n"].words == "Còn trống"


def test_rows_are_counted_and_their_values_told_one_by_one(form: Form) -> None:
    raw: dict[str, str | list[str]] = {"co": "co", "g/n": "8", "g/vu/r1/ten": "A" * 200, "g/vu/r2/ten": "B"}
    found = told(form, raw, "g")
    (count,) = found["g/vu"].reasons
    assert (found["g/vu"].state, count.words) == ("group", "“Số vụ”: 8 dòng")
    (rule,) = found["g/cac_vu"].reasons
    (values,) = rule.values
    assert values == f"“Tên vụ”: {'A' * 120}…; B; để trống; để trống; để trống; và 3 dòng nữa"
    hidden = told(form, {"co": "khong"}, "g")["g/cac_vu"]
    assert hidden.state == "hidden"


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_every_example_is_explained(example: Example) -> None:
    form = xlsform.build({**example.cells(), **read_files(example.media())})
    for page in form.pages:
        for one in told(form, {}, page.key).values():
            assert one.state in explainwords.STATES
            assert one.label
            assert all(why.title and why.words for why in one.reasons)
