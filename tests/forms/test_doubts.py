"""What consolidation sets beside the totals: kinds and groups, earlier periods, outliers, broken sums, alike texts."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forms.consolidate import QuestionSummary, Summary, Tie, consolidate, ties_of
from forms.consolidate.alike import alike, are_alike, words_of
from forms.consolidate.doubts import quartile
from forms.schema import Consolidate, Form, Previous
from tests.forms.make import ask, choices, form, repeat

SURVEY = form(
    ask("recv", "integer", constraint=". >= 0 and . <= 10000", previous=Previous("explain", Decimal(30))),
    ask("online", "integer", constraint=". <= ${recv}"),
    ask("direct", "integer", constraint="${recv} = coalesce(${online}, 0) + ."),
    ask("pct", "calculate", calculation="1", consolidate=Consolidate("ratio", "online", "recv")),
    ask("way", "select_one", choices="ways"),
    ask("said", "text", appearance=frozenset({"multiline"})),
    ask("decision", "text"),
    repeat("row", ask("cost", "integer"), ask("paid", "integer", constraint=". <= ${cost} and . <= ${recv}")),
    lists={"ways": choices("zalo", "fax")},
)


def unit(recv: int | None, online: int | None = None, **more: Any) -> dict[str, Any]:
    return {"recv": recv, "online": online, **more}


def of(summary: Summary, name: str) -> QuestionSummary:
    found = summary.question(name)
    assert found
    return found


def test_the_ties_of_a_form_are_read_from_its_checks() -> None:
    assert ties_of(SURVEY) == (
        Tie(("online",), "recv", equal=False),
        Tie(("online", "direct"), "recv", equal=True),
        Tie(("paid",), "cost", equal=False),
    ), "a row's number is not tied to one outside its repeat"


def test_what_is_no_sum_of_questions_ties_nothing() -> None:
    odd = (
        ". <= 5",
        ". < ${a}",
        ". - ${b} <= ${a}",
        "${b} <= ${a}",
        ". + . <= ${a}",
        ". = ${a}",
        ". <= ${last-saved#a}",
    )
    for constraint in odd:
        found = form(ask("a", "integer"), ask("b", "integer"), ask("c", "integer", constraint=constraint))
        assert ties_of(found) == (), constraint


def test_nd132_names_the_wholes_of_an_lao_s_figures(nd132: Form, an_lao: dict[str, Any]) -> None:
    e = an_lao["e"] | {"e_recv": 1142, "e_settled": 1035}
    summary = consolidate(nd132, [("11629", {**an_lao, "e": e})])
    shares = {
        (share.numerator.name, share.denominator.name): (share.numerator_sum, share.denominator_sum)
        for found in summary.questions
        for share in found.shares
    }
    assert shares["e_online", "e_recv"] == (1048, 1142)
    assert shares["e_ontime", "e_recv"] == (1035, 1142)
    ratio = next(found.ratio for found in summary.questions if found.question.name == "e_pct_ontime")
    assert (ratio.numerator_sum, ratio.denominator_sum) == (1035, 1035)
    assert summary.broken == ()


def test_parts_add_up_to_the_whole_and_keep_their_ratios() -> None:
    rows = [("1", unit(10, 5, way="zalo")), ("2", unit(30, 6, way="fax")), ("3", unit(None, 7)), ("4", unit(2, 1))]
    kinds = {"1": "xa", "2": "phuong", "3": "xa"}
    summary = consolidate(SURVEY, rows, {"kind": kinds})
    recv, pct, way = (of(summary, name) for name in ("recv", "pct", "way"))
    parts = recv.parts["kind"]
    assert [(part.name, part.asked, part.answered) for part in parts] == [("", 1, 1), ("phuong", 1, 1), ("xa", 2, 1)]
    assert [part.numbers.total for part in parts if part.numbers] == [2, 30, 10]
    ratios = [(r.numerator_sum, r.denominator_sum) for part in pct.parts["kind"] if (r := part.ratio)]
    assert ratios == [(1, 2), (6, 30), (5, 10)], "the unit that gave no whole is in no part's ratio"
    assert [[choice.count for choice in part.distribution] for part in way.parts["kind"]] == [[0, 0], [0, 1], [1, 0]]


def test_quartiles_stand_in_proportion_between_two_numbers() -> None:
    found = of(consolidate(SURVEY, [(str(n), unit(n)) for n in (1, 2, 3, 10)]), "recv")
    assert found.numbers
    assert (found.numbers.q1, found.numbers.median, found.numbers.q3) == (
        Decimal("1.75"),
        Decimal("2.5"),
        Decimal("4.75"),
    )


@given(values=st.lists(st.integers(-1000, 1000), min_size=1), quarters=st.sampled_from((1, 2, 3)))
def test_quartiles_follow_their_definition(values: list[int], quarters: int) -> None:
    ordered = sorted(values)
    place = Fraction(quarters, 4) * (len(ordered) - 1)
    low = ordered[int(place)]
    high = ordered[min(int(place) + 1, len(ordered) - 1)]
    assert quartile([Decimal(value) for value in ordered], quarters) == low + (place - int(place)) * (high - low)


def test_an_outlier_is_compared_with_the_median_of_its_kind() -> None:
    rows = [(str(n), unit(100 + n)) for n in range(9)] + [("far", unit(900)), ("island", unit(700))]
    kinds = dict.fromkeys(map(str, range(9)), "xa") | {"far": "xa", "island": "dac_khu"}
    found = of(consolidate(SURVEY, rows, {"kind": kinds}), "recv")
    assert found.fences
    assert (found.fences.q1, found.fences.q3, found.fences.count) == (Decimal("102.5"), Decimal("107.5"), 11)
    assert (found.fences.low, found.fences.high) == (95, 115)
    far, island = found.outliers
    assert (far.unit, far.value, far.kind, far.median, far.peers) == ("far", 900, "xa", Decimal("104.5"), 10)
    assert (island.unit, island.kind, island.peers) == ("island", "", 11), "one of its kind says nothing"


def test_few_or_equal_numbers_have_no_outliers() -> None:
    few = of(consolidate(SURVEY, [(str(n), unit(n)) for n in (1, 1, 1, 1, 1, 1, 900)]), "recv")
    same = of(consolidate(SURVEY, [(str(n), unit(n)) for n in (*[5] * 9, 900)]), "recv")
    assert (few.fences, few.outliers, same.fences, same.outliers) == (None, (), None, ())


def test_sums_that_are_not_kept_are_told_with_their_difference() -> None:
    rows = [
        ("good", unit(10, 4, direct=6)),
        ("more", unit(10, 4, direct=9)),
        ("above", unit(10, 12)),
        ("missing", unit(None, 1055, direct=3600)),
        ("nothing", unit(None, 0, direct=0)),
        ("rows", unit(1, 1, direct=0, row=[{"_id": "a", "cost": 5, "paid": 6}, {"_id": "b", "cost": 5, "paid": 5}])),
    ]
    found = [(b.unit, b.tie.parts, b.parts, b.whole, b.difference) for b in consolidate(SURVEY, rows).broken]
    assert found == [
        ("above", ("online",), (12,), 10, 2),
        ("missing", ("online",), (1055,), None, None),
        ("missing", ("online", "direct"), (1055, 3600), None, None),
        ("more", ("online", "direct"), (4, 9), 10, 3),
        ("rows", ("paid",), (6,), 5, 1),
    ]


def test_an_earlier_period_is_compared_over_those_who_answered_both() -> None:
    before = [("1", unit(100, 10)), ("2", unit(50)), ("gone", unit(7))]
    now = [("1", unit(130, 14)), ("2", unit(70)), ("new", unit(1000))]
    found = consolidate(SURVEY, now, earlier=before)
    recv, online, pct = (of(found, name) for name in ("recv", "online", "pct"))
    assert recv.before
    assert recv.before.whole.numbers
    assert (recv.before.whole.numbers.total, recv.before.both) == (157, 2)
    assert (recv.before.both_before, recv.before.both_now) == (150, 200)
    assert [(c.unit, c.before, c.now, c.percent) for c in recv.changes] == [("2", 50, 70, 30)], "130 is not beyond 30%"
    assert online.changes == (), "half as much again is not beyond what is usual"
    assert pct.before
    assert pct.before.whole.ratio
    assert pct.before.whole.ratio.denominator_sum == 100
    first = of(consolidate(SURVEY, now), "recv")
    assert (first.before, first.changes) == (None, ())


def test_from_nothing_to_anything_is_a_large_change() -> None:
    found = of(consolidate(SURVEY, [("1", unit(1))], earlier=[("1", unit(0))]), "recv")
    assert [(c.before, c.now) for c in found.changes] == [(0, 1)]


def test_small_counts_change_by_much_without_a_doubt() -> None:
    before = [(str(place), unit(100, online=was)) for place, was in enumerate((1, 10, 0, 40))]
    now = [(str(place), unit(100, online=is_)) for place, is_ in enumerate((2, 20, 9, 70))]
    found = of(consolidate(SURVEY, now, earlier=before), "online")
    assert [(c.before, c.now) for c in found.changes] == [(40, 70), (10, 20)], "by ten at least"


def test_rows_of_repeats_are_not_set_beside_each_other() -> None:
    rows = [("1", unit(1, row=[{"_id": "a", "cost": 5}]))]
    found = of(consolidate(SURVEY, rows, earlier=[("1", unit(1, row=[{"_id": "a", "cost": 500}]))]), "cost")
    assert found.before
    assert (found.before.both, found.changes) == (0, ())


def test_alike_texts_stand_together_whatever_their_case_and_marks() -> None:
    texts = [
        ("1", "Thiếu máy quét."),
        ("2", "THIEU MAY QUET tại bộ phận một cửa"),
        ("3", "Đường truyền chậm"),
        ("4", "thiếu máy quét"),
        ("4", "máy quét thiếu"),
    ]
    groups = alike(texts)
    assert [(group.text, group.units, len(group.members)) for group in groups] == [
        ("Thiếu máy quét.", 2, 3),
        ("THIEU MAY QUET tại bộ phận một cửa", 1, 1),
        ("Đường truyền chậm", 1, 1),
    ]
    found = of(consolidate(SURVEY, [(code, {"said": text}) for code, text in texts[:4]]), "said")
    assert [len(group.members) for group in found.alike] == [2, 1, 1]
    assert alike([("1", "?!"), ("2", "…")])[0].members == (("1", "?!"), ("2", "…"))


def test_the_number_of_a_decision_is_no_opinion() -> None:
    short = [(str(place), {"decision": f"{place}/QĐ-UBND"}) for place in range(3)]
    found = of(consolidate(SURVEY, short), "decision")
    assert (found.alike, [text for _unit, text in found.texts]) == ((), ["0/QĐ-UBND", "1/QĐ-UBND", "2/QĐ-UBND"])
    long = [("8", {"decision": "Đề nghị " * 10}), ("9", {"decision": "Xã đề nghị " * 10})]
    assert of(consolidate(SURVEY, [*short[:2], *long]), "decision").alike, "long texts are, whatever was asked"


@given(texts=st.lists(st.text("ab c", max_size=12), max_size=12))
def test_every_text_is_in_one_group_and_alike_its_first(texts: list[str]) -> None:
    given_texts = [(str(place), text) for place, text in enumerate(texts)]
    groups = alike(given_texts)
    assert sorted(member for group in groups for member in group.members) == sorted(given_texts)
    leaders = [words_of(group.text) for group in groups]
    assert all(are_alike(words_of(text), words_of(g.text)) for g in groups for _unit, text in g.members)
    assert not any(are_alike(one, other) for place, one in enumerate(leaders) for other in leaders[:place])
