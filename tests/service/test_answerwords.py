"""Every problem of an answer reads as a polite sentence that names the question."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from forms.answers import Now, Problem, evaluate
from forms.schema import Kind, Question, Text
from forms.values import Typed
from service import answerwords, words
from tests.forms import make

FORMS = Path(__file__).parents[2] / "forms"
JUDGES = ("answers.py", "flat.py", "judge.py", "settle.py", "values.py", "grow.py")
QUESTION = Question("e_recv", "e/e_recv", Kind.INTEGER, Text(("E2. Tổng số hồ sơ tiếp nhận",)))


def codes() -> set[str]:
    """The codes that the form room gives, read from its source."""
    found: set[str] = set()
    for path in (FORMS / name for name in JUDGES if (FORMS / name).exists()):
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'_refused\(\s*"(\w+)"', source))
        found |= set(re.findall(r'_found\(cell, "(\w+)"', source))
        found |= set(re.findall(r'Problem\([^()]*?(?:\([^()]*\)[^()]*?)*?, "(\w+)"[,)]', source))
        found |= set(re.findall(r'code="(\w+)"', source))
    return found


def test_every_code_has_words() -> None:
    found = codes()
    assert {"required", "constraint", "not_integer", "ambiguous_number", "duplicate_row", "wrong_shape"} <= found
    assert found - {"required"} <= answerwords.SENTENCES.keys()


@pytest.mark.parametrize("code", sorted({*answerwords.SENTENCES, "required", "a_code_of_tomorrow"}))
def test_a_problem_is_a_whole_sentence_even_without_parameters(code: str) -> None:
    sentence = answerwords.problem(Problem("e/e_recv", QUESTION, None, code))
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert code not in sentence


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.INTEGER, "Vui lòng trả lời “E2. Tổng số hồ sơ tiếp nhận”."),
        (Kind.SELECT_ONE, "Vui lòng chọn câu trả lời cho “E2. Tổng số hồ sơ tiếp nhận”."),
        (Kind.FILE, "Vui lòng gửi tệp cho “E2. Tổng số hồ sơ tiếp nhận”."),
        (Kind.ACKNOWLEDGE, "Vui lòng đánh dấu vào ô “E2. Tổng số hồ sơ tiếp nhận”."),
    ],
)
def test_what_is_missing_is_asked_for_in_its_own_way(kind: Kind, words: str) -> None:
    assert answerwords.problem(Problem("e/e_recv", replace(QUESTION, kind=kind), None, "required")) == words
    own = Problem("e/e_recv", replace(QUESTION, kind=kind), None, "required", {}, "Đề nghị nhập.")
    assert answerwords.problem(own) == (words if kind is Kind.ACKNOWLEDGE else "Đề nghị nhập.")


def test_the_authors_words_win_and_numbers_are_vietnamese() -> None:
    own = Problem("e/e_recv", QUESTION, None, "constraint", {}, "Phải bằng tổng số.")
    assert answerwords.problem(own) == "Phải bằng tổng số."
    long = Problem("e/e_recv", QUESTION, None, "too_long", {"limit": 20000, "length": 20001})
    assert "20.001 ký tự, tối đa 20.000" in answerwords.problem(long)
    text = Problem("e/e_recv", QUESTION, None, "not_integer", {"text": "{label}"})
    assert "Nội dung đã nhập: “{label}”" in answerwords.problem(text), "what people typed is no template"


def test_a_long_label_is_cut_at_a_word() -> None:
    short = answerwords.short("Một câu hỏi rất dài " * 10)
    assert len(short) <= answerwords.LABEL_LENGTH + 1
    assert short.endswith("…")
    assert not short.removesuffix("…").endswith(" ")


@pytest.mark.parametrize(
    ("languages", "translated", "sentence"),
    [
        ((), {}, "Please answer “Số hồ sơ”."),
        (("Tiếng Việt (vi)", "English (en)"), {}, "Please answer “Số hồ sơ”."),
        (("Tiếng Việt (vi)", "English (en)"), {"English (en)": "How many?"}, "How many?"),
        (("English (en)",), {}, "Bao nhiêu?"),
    ],
)
def test_please_enter_in_vietnamese_alone_gives_way_on_an_english_page(
    languages: tuple[str, ...], translated: dict[str, str], sentence: str
) -> None:
    message = make.words("Bao nhiêu?", **translated)
    made = make.form(make.ask("x", "integer", "Số hồ sơ", required=True, required_message=message), languages=languages)
    (found,) = evaluate(made, {}, Now(datetime(2026, 1, 1, tzinfo=UTC)), language="English (en)").problems
    with words.speaking("en"):
        assert answerwords.problem(found) == sentence
    assert answerwords.problem(found) == translated.get("English (en)", "Bao nhiêu?")


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (1142, 1498, "tăng 31,2% so với kỳ trước"),
        (50, 49, "giảm 2,0% so với kỳ trước"),
        (Decimal("12.50"), Decimal("12.5"), "bằng kỳ trước"),
        (0, 5, "tăng 5 so với kỳ trước"),
        (10_000, 10_001, "tăng 1 so với kỳ trước"),
        (-4, -6, "giảm 50,0% so với kỳ trước"),
        (5, None, ""),
        ("mười", 10, ""),
    ],
)
def test_a_figure_is_compared_with_last_period(before: Typed, now: Typed, words: str) -> None:
    assert answerwords.since(before, now) == words
