"""Summing up many units: exact sums, ratios of sums, distributions with zeros, texts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Now, evaluate, flatten
from forms.consolidate import consolidate
from forms.schema import Consolidate, Form, Range
from tests.forms.make import ask, choices, form


def stored(form: Form, nested: dict[str, Any], now: Now) -> dict[str, object]:
    return evaluate(form, flatten(form, nested)[0], now).answers


def unit(recv: int, online: int | None, ways: list[str], **more: Any) -> dict[str, Any]:
    return {"b": {"recv": recv, "online": online, "ways": ways, **more}, "h": {"has": "khong"}}


def test_numbers_are_summed_exactly_over_those_who_answered(own: Form, now: Now) -> None:
    rows = [
        ("00101", stored(own, unit(1142, 1048, ["zalo"], money=0.1), now)),
        ("00102", stored(own, unit(2000, 1000, ["zalo", "truc_tiep"], money=0.2), now)),
        ("00201", stored(own, unit(10, 0, [], money=5), now)),
        ("00202", stored(own, {}, now)),
    ]
    summary = consolidate(own, rows)
    assert summary.units == ("00101", "00102", "00201", "00202")
    recv = summary.question("recv")
    assert recv is not None
    assert recv.numbers is not None
    assert (recv.asked, recv.answered) == (4, 3)
    assert (recv.numbers.total, recv.numbers.median) == (Decimal(3152), Decimal(1142))
    assert (recv.numbers.minimum, recv.numbers.maximum) == (Decimal(10), Decimal(2000))
    assert round(recv.numbers.mean, 4) == Decimal("1050.6667")
    money = summary.question("money")
    assert money is not None
    assert money.numbers is not None
    assert (money.asked, money.answered) == (2, 2), "not asked of the unit that received 10"
    assert money.numbers.total == Decimal("0.3")


def test_a_ratio_is_a_ratio_of_sums_with_its_terms(own: Form, now: Now) -> None:
    rows = [("a", stored(own, unit(1142, 1048, []), now)), ("b", stored(own, unit(58, 2, []), now))]
    pct = consolidate(own, rows).question("pct")
    assert pct is not None
    ratio = pct.ratio
    assert ratio is not None
    assert (ratio.numerator.name, ratio.denominator.name) == ("online", "recv")
    assert (ratio.numerator_sum, ratio.denominator_sum, ratio.pairs) == (1050, 1200, 2)
    assert ratio.value == Decimal("0.875")
    assert pct.numbers is None, "a mean of percentages would mislead"


def test_a_ratio_over_nothing_has_no_value(own: Form, now: Now) -> None:
    for rows in ([], [("a", stored(own, unit(0, 0, []), now))], [("a", stored(own, unit(5, None, []), now))]):
        pct = consolidate(own, rows).question("pct")
        assert pct is not None
        assert pct.ratio is not None
        assert pct.ratio.value is None


def test_choices_are_counted_in_list_order_with_zeros(own: Form, now: Now) -> None:
    rows = [
        ("a", stored(own, unit(1, 1, ["truc_tiep", "zalo"]), now)),
        ("b", stored(own, unit(1, 1, ["zalo"]), now)),
        ("c", {"b": {"ways": ["fax"]}}),
        ("d", stored(own, unit(1, 1, []), now)),
    ]
    ways = consolidate(own, rows).question("ways")
    assert ways is not None
    assert (ways.asked, ways.answered) == (4, 3)
    assert [(found.name, found.label, found.count) for found in ways.distribution] == [
        ("zalo", "Nhóm Zalo", 2),
        ("truc_tiep", "Trực tiếp", 1),
        ("khong", "Không có", 0),
        ("fax", None, 1),
    ]


def test_repeats_are_counted_and_their_rows_summed(own: Form, now: Now) -> None:
    def difficulties(*cases: int) -> dict[str, Any]:
        rows = [{"_id": f"r{n}", "what": f"việc {n} vụ", "cases": n} for n in cases]
        return stored(own, {"h": {"has": "co", "item": rows}}, now)

    rows = [("a", difficulties(1, 2)), ("b", difficulties()), ("c", stored(own, {"h": {"has": "khong"}}, now))]
    summary = consolidate(own, rows)
    (item,) = summary.repeats
    assert (item.repeat.name, item.asked, item.units, item.rows) == ("item", 2, 1, 2)
    cases = summary.question("cases")
    assert cases is not None
    assert cases.numbers is not None
    assert (cases.asked, cases.numbers.total) == (2, 3)
    what = summary.question("what")
    assert what is not None
    assert what.texts == (("a", "việc 1 vụ"), ("a", "việc 2 vụ"))


def test_who_filled_it_in_is_not_listed_as_free_text(own: Form, good: dict[str, Any], now: Now) -> None:
    who = consolidate(own, [("a", stored(own, good, now))]).question("who")
    assert who is not None
    assert (who.answered, who.texts) == (1, ())


def test_dates_have_an_earliest_and_a_latest(own: Form) -> None:
    rows = [("a", {"a": {"to": "2025-07-20"}}), ("b", {"a": {"to": "2025-07-18"}}), ("c", {"a": {"to": "rác"}})]
    to = consolidate(own, rows).question("to")
    assert to is not None
    assert (str(to.earliest), str(to.latest), to.answered) == ("2025-07-18", "2025-07-20", 3)


def test_questions_come_in_form_order_without_notes_and_metadata(own: Form) -> None:
    names = [found.question.name for found in consolidate(own, []).questions]
    assert names[:4] == ["kind", "unit", "to", "phone"]
    assert not {"start", "said"} & set(names)


def test_answers_of_another_shape_are_left_out(own: Form) -> None:
    odd = {"a": 5, "b": {"recv": "x", "online": True, "money": 10**30}, "h": {"item": [1, {"cases": {}}]}}
    summary = consolidate(own, [("a", odd)])
    assert all(found.numbers is None for found in summary.questions)


@given(amounts=st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=20))
def test_sums_of_stored_decimals_have_no_drift(own: Form, amounts: list[Decimal]) -> None:
    rows = [(str(place), {"b": {"money": float(amount)}}) for place, amount in enumerate(amounts)]
    money = consolidate(own, rows).question("money")
    assert money is not None
    assert money.numbers is not None
    assert money.numbers.total == sum(amounts)


def test_nd132_percentages_keep_their_denominators(nd132: Form, an_lao: dict[str, Any], now: Now) -> None:
    summary = consolidate(nd132, [("11629", stored(nd132, an_lao, now))])
    ontime, online = summary.question("e_pct_ontime"), summary.question("e_pct_online")
    assert ontime is not None
    assert ontime.ratio is not None
    assert (ontime.ratio.denominator.name, ontime.ratio.value) == ("e_settled", 1)
    assert online is not None
    assert online.ratio is not None
    assert online.ratio.value is not None
    assert round(online.ratio.value * 100, 2) == Decimal("91.77")


def test_form_of_is_used_for_ratios_inside_repeats(form_of: Callable[..., Form]) -> None:
    form = form_of(
        [
            {"type": "begin repeat", "name": "r", "label": "R"},
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "integer", "name": "d", "label": "D"},
            {"type": "calculate", "name": "q", "calculation": "${n} div ${d}", "x_consolidate": "ratio: n / d"},
            {"type": "end repeat"},
        ]
    )
    rows = [("u", {"r": [{"_id": "a", "n": 1, "d": 2}, {"_id": "b", "n": 3, "d": None}, {"_id": "c", "n": 2, "d": 2}]})]
    found = consolidate(form, rows).question("q")
    assert found is not None
    assert found.ratio is not None
    assert (found.ratio.pairs, found.ratio.value) == (2, Decimal("0.75"))


NEW_KINDS = form(
    ask("score", "range", range=Range(Decimal(0), Decimal(10), Decimal("0.5"))),
    ask("order", "rank", choices="l"),
    ask("place", "geopoint"),
    ask("code", "barcode"),
    ask("share", "calculate", calculation="${score}", consolidate=Consolidate("ratio", "score", "of")),
    ask("of", "range", range=Range(Decimal(0), Decimal(10), Decimal(1))),
    lists={"l": choices("a", "b", "c")},
)


def test_a_range_is_added_up_like_any_number() -> None:
    found = consolidate(
        NEW_KINDS, [("1", {"score": 0.1, "of": 5}), ("2", {"score": 0.2, "of": 10}), ("3", {"score": None})]
    )
    score = found.question("score")
    assert score is not None
    assert (score.asked, score.answered) == (3, 2)
    assert score.numbers is not None
    assert (score.numbers.total, score.numbers.mean) == (Decimal("0.3"), Decimal("0.15"))
    share = found.question("share")
    assert share is not None
    assert share.ratio is not None
    assert (share.ratio.pairs, share.ratio.value) == (2, Decimal("0.02"))


def test_ranks_give_each_choice_its_mean_place() -> None:
    rows = [("1", {"order": ["b", "a", "c"]}), ("2", {"order": ["b", "c", "a"]}), ("3", {"order": ["a", "b", "c"]})]
    order = consolidate(NEW_KINDS, [*rows, ("4", {"order": []})]).question("order")
    assert order is not None
    assert order.answered == 3
    assert [(found.name, found.label, found.count, found.first, found.mean) for found in order.places] == [
        ("b", "B", 3, 2, Decimal(4) / 3),
        ("a", "A", 3, 1, Decimal(2)),
        ("c", "C", 3, 0, Decimal(8) / 3),
    ]
    blank = consolidate(NEW_KINDS, [("1", {"order": []})]).question("order")
    assert blank is not None
    assert [(found.name, found.count, found.mean) for found in blank.places] == [
        ("a", 0, None),
        ("b", 0, None),
        ("c", 0, None),
    ]


def test_points_and_codes_are_listed_by_unit() -> None:
    rows = [("1", {"place": "20.8449 106.6881 0 0", "code": "893"}), ("2", {"place": "lạ", "code": None})]
    found = consolidate(NEW_KINDS, rows)
    place, code = found.question("place"), found.question("code")
    assert place is not None
    assert code is not None
    assert place.texts == (("1", "20,8449° B, 106,6881° Đ"), ("2", "lạ"))
    assert code.texts == (("1", "893"),)
