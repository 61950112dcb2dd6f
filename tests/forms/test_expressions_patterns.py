"""Regular expressions of forms: the same answers as `re` where both agree on the meaning, and no runaway."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.expressions.errors import EvaluationError
from forms.expressions.pattern_automaton import MOST_VISITS
from forms.expressions.patterns import LONGEST_PATTERN, LONGEST_TEXT, BadPattern, compile_pattern, found


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("^(0|\\+84)[0-9]{9,10}$", ["0912345678", "+84912345678"], ["912345678", "0 912345678", "0912345678\n"]),
        ("^[^@ ]+@[^@ ]+\\.[^@ ]+$", ["a@b.vn"], ["a@b", "a b@c.vn", "@b.vn"]),
        ("^[0-9]+/.+$", ["15/QĐ-UBND"], ["/QĐ", "15/"]),
        ("^[\\w.-]+@([\\w-]+\\.)+[\\w-]{2,4}$", ["a.b@c-d.hp.vn"], ["a@b", "a@b.toolong"]),
        ("^(?:xa|phuong|dac_khu)$", ["xa", "dac_khu"], ["xa ", "huyen"]),
        ("^(?P<so>[0-9]+)-(?<nam>[0-9]{4})$", ["15-2025"], ["15-25"]),
        ("^\\p{Lu}\\p{Ll}+$", ["Đồng", "Ủy"], ["đồng", "ĐỒNG"]),
        ("^[\\p{L} ]+$", ["Nguyễn Văn Ánh"], ["Nguyễn V. Á"]),
        ("^\\P{L}+$", ["123 -"], ["12a"]),
        ("\\bhai\\b", ["một hai ba", "hai"], ["haimươi", "nhai"]),
        ("a\\Bb", ["ab"], ["a b"]),
        ("^.$", ["đ"], ["\n", "ab", ""]),
        ("^\\s\\S\\d\\D$", [" x1x", "\u00a0x1x"], ["xx1x", " x٣x"]),
        ("^\\x41\\u0110\\t$", ["AĐ\t"], ["aĐ\t"]),
        ("[]a]b", ["]b", "ab"], ["b"]),
        ("^[a\\]\\-]+$", ["a]-"], ["b"]),
        ("^[-a]+$", ["-a"], ["b"]),
        ("^[a-]+$", ["-a"], ["b"]),
        ("^[^]]$", ["a"], ["]"]),
        ("^a{0}b$", ["b"], ["ab"]),
        ("^a{2,}?$", ["aa", "aaa"], ["a"]),
        ("^(a|b|)c$", ["ac", "c"], ["abc"]),
        ("(^a|b$)", ["ax", "xb"], ["xax", "bx"]),
        ("^(a*)*$", ["", "aaa"], ["b"]),
        ("", ["", "x"], []),
        ("^(?!0)\\d{2,4}$", ["12"], ["012", "1"]),
        ("(\\d)\\1", ["x11"], ["12"]),
        ("(?i)^phiếu$", ["PHIếU"], ["phieu"]),
        ("^(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,20}$", ["abcDEF12"], ["abcdef12"]),
        ("^(?=.*[0-9])(?=.*[a-z]).{4,8}$", ["ab12"], ["abcd", "a1"]),
    ],
)
def test_what_a_pattern_finds(pattern: str, yes: list[str], no: list[str]) -> None:
    search = compile_pattern(pattern)
    assert [text for text in yes if not search(text)] == []
    assert [text for text in no if search(text)] == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "syntax"),
        (")", "syntax"),
        ("[a", "syntax"),
        ("a\\", "syntax"),
        ("(?P<a", "syntax"),
        ("*a", "repeat"),
        ("a**", "repeat"),
        ("a{3,1}", "repeat"),
        ("^*", "repeat"),
        ("a++", "repeat"),
        ("\\q", "escape"),
        ("[\\b]", "escape"),
        ("[z-a]", "class"),
        ("[\\d-z]", "class"),
        ("[a-z&&[^b]]", "class"),
        ("a{5000}", "too_large"),
        ("((a{100}){100}){100}", "too_large"),
        ("(" * 60 + ")" * 60, "too_deep"),
        ("a" * (LONGEST_PATTERN + 1), "too_long"),
        ("(?=a)(b+)+", "runs_away"),
        ("(?=a)(b|c)*", "runs_away"),
        ("(?!a)b*c*d*", "runs_away"),
        ("(a+)\\1+(b*)", "runs_away"),
        ("(?=a)[[b]", "class"),
        ("(?<=a+)b", "syntax"),
        ("(?=x)(a?){30}", "runs_away"),
        ("(?=x)" + "a?" * 30 + "a" * 30, "runs_away"),
        ("(?=x)(a|b)(a|b)" + "(a|b)" * 30, "runs_away"),
    ],
)
def test_what_is_refused_and_why(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern) as caught:
        compile_pattern(pattern)
    assert caught.value.reason == reason


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*a){20}$", "(a*)*b", "^([a-z]+)*$"])
def test_patterns_that_run_away_elsewhere_just_answer(pattern: str) -> None:
    assert compile_pattern(pattern)("a" * 4_000 + "!") is False


def test_a_text_is_read_up_to_a_bound() -> None:
    search = compile_pattern("x$")
    assert search("a" * (LONGEST_TEXT - 1) + "x" + "b" * 100)
    assert not search("a" * LONGEST_TEXT + "x")


def test_work_on_one_text_is_bounded_whatever_the_pattern() -> None:
    """A pattern whose sets of states are large and never the same twice gives up and finds nothing."""
    search = compile_pattern("(a|b)*a(a|b){1200}c")
    text, state = "", 1
    while len(text) < LONGEST_TEXT - 1:
        state = state * 16_807 % 2_147_483_647
        text += "ab"[state & 1]
    assert 1_200 * LONGEST_TEXT > MOST_VISITS
    assert search(text + "c") is False


def test_kept_states_are_forgotten_when_there_are_many_and_answers_stay_right() -> None:
    search = compile_pattern("(a|b)*a(a|b){11}c")
    texts = [format(number, "012b").replace("0", "a").replace("1", "b") for number in range(4_096)]
    assert all(search(text + "c") is (text[0] == "a") for text in texts)


def test_a_computed_pattern_that_is_none_is_an_evaluation_error() -> None:
    assert found("b+", "abc")
    with pytest.raises(EvaluationError):
        found("(", "abc")


def patterns() -> st.SearchStrategy[str]:
    """Patterns on which our engine and `re` must agree."""
    atoms = st.sampled_from(["a", "b", "đ", ".", "\\d", "\\w", "[ab]", "[^a]", "[a-c1]", "\\.", "1"])

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("{}{}".format, inner, inner),
            st.builds("({}|{})".format, inner, inner),
            st.builds("(?:{}){}".format, inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,}"])),
        )

    body = st.recursive(atoms, grown, max_leaves=6)
    return st.builds("{}{}{}".format, st.sampled_from(["", "^", "\\b"]), body, st.sampled_from(["", "\\b", "$"]))


@settings(max_examples=300, deadline=None)
@given(pattern=patterns(), text=st.text(alphabet="abcđ1. ", max_size=9))
def test_agrees_with_the_engine_of_python(pattern: str, text: str) -> None:
    expected = re.search(pattern.replace("$", "\\Z"), text, re.ASCII) is not None
    assert compile_pattern(pattern)(text) is expected


@settings(max_examples=300, deadline=None)
@given(pattern=st.text(alphabet="ab()[]{}|*+?^$\\.,-12dwpLux&", max_size=14), text=st.text(alphabet="ab1", max_size=6))
def test_any_text_is_a_pattern_or_a_bad_one(pattern: str, text: str) -> None:
    with contextlib.suppress(BadPattern):
        assert compile_pattern(pattern)(text) in (True, False)
