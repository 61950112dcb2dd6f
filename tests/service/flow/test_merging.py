"""Three-way merge: nothing typed is ever lost, and nobody is asked without need."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from service.flow import merging
from service.flow.merging import Answers, Merge, Revision, RowAct, Value, rows_after

AT = datetime(2026, 6, 8, 1, 30, tzinfo=UTC)
ME, OTHER = "link:1#aa", "link:2#bb"


def merge(current: Answers, mine: Answers, *since: Revision, drawn: Answers | None = None) -> Merge:
    return merging.merge(current, mine, since, ME, AT, drawn)


def test_what_only_i_changed_is_taken() -> None:
    found = merge({"a": "1"}, {"a": "2", "b": "x"})
    assert found.applied({"a": "1"}) == {"a": "2", "b": "x"}
    assert found.conflicts == ()


def test_what_only_the_other_changed_stays() -> None:
    found = merge({"a": "2"}, {"a": "1"}, Revision(OTHER, {"a": ["1", "2"]}))
    assert found.changes == {}


def test_both_changed_the_same_question_and_both_texts_are_kept() -> None:
    found = merge({"a": "2"}, {"a": "3"}, Revision(OTHER, {"a": ["1", "2"]}))
    after = found.applied({"a": "2"})
    assert found.conflicts == ("a",)
    assert after["a"] == "2"
    kept = merging.kept(after, "a")
    assert kept == merging.Kept("3", ME, AT)


def test_both_wrote_the_same_and_nobody_is_asked() -> None:
    assert merge({"a": "2"}, {"a": "2"}, Revision(OTHER, {"a": ["1", "2"]})) == Merge()


def test_my_own_earlier_save_is_no_rival() -> None:
    """A save whose answer was lost is sent again from the old version."""
    found = merge({"a": "ab"}, {"a": "abc"}, Revision(ME, {"a": ["", "ab"]}))
    assert found.applied({"a": "ab"}) == {"a": "abc"}
    assert found.conflicts == ()


def test_the_other_wrote_over_my_save_and_i_did_not_type_again() -> None:
    since = (Revision(ME, {"a": ["", "mine"]}), Revision(OTHER, {"a": ["mine", "theirs"]}))
    assert merge({"a": "theirs"}, {"a": "mine"}, *since) == Merge()


def test_typing_on_beside_a_rival_text_changes_my_text_only() -> None:
    first = merge({"a": "2"}, {"a": "3"}, Revision(OTHER, {"a": ["1", "2"]}))
    current = first.applied({"a": "2"})
    second = merge(current, {"a": "33"})
    after = second.applied(current)
    assert after["a"] == "2"
    kept = merging.kept(after, "a")
    assert kept is not None
    assert kept.value == "33"


def test_a_default_that_was_drawn_and_left_is_not_a_change() -> None:
    assert merge({}, {"a": "2025-07-01", "b": ""}, drawn={"a": "2025-07-01"}) == Merge()


def test_a_default_that_was_emptied_stays_empty() -> None:
    found = merge({}, {"a": ""}, drawn={"a": "2025-07-01"})
    assert found.applied({}) == {"a": ""}


def test_choosing_settles_for_good() -> None:
    current = merge({"a": "2"}, {"a": "3"}, Revision(OTHER, {"a": ["1", "2"]})).applied({"a": "2"})
    assert merging.choose(current, {"a": "kept"}).applied(current) == {"a": "3"}
    assert merging.choose(current, {"a": "saved"}).applied(current) == {"a": "2"}
    assert merging.choose(current, {"a": "nonsense", "b": "kept"}).applied(current) == current


def test_rows_are_added_removed_restored_and_moved() -> None:
    rows = ["r1", "r2"]
    assert rows_after(rows, RowAct("add", "k", "r3")) == ["r1", "r2", "r3"]
    assert rows_after(rows, RowAct("remove", "k", "r1")) == ["r2"]
    assert rows_after(["r2"], RowAct("restore", "k", "r1", 0)) == ["r1", "r2"]
    assert rows_after(rows, RowAct("restore", "k", "r1", 0)) == rows
    assert rows_after(rows, RowAct("up", "k", "r2")) == ["r2", "r1"]
    assert rows_after(rows, RowAct("down", "k", "r2")) == rows
    assert rows_after(rows, RowAct("remove", "k", "gone")) == rows


texts = st.one_of(st.text(max_size=3), st.lists(st.sampled_from("xyz"), max_size=2))
drafts = st.dictionaries(st.sampled_from("abc"), texts, max_size=3)


@given(base=drafts, theirs=drafts, mine=drafts)
def test_nothing_anybody_typed_is_lost(base: Answers, theirs: Answers, mine: Answers) -> None:
    """After two people wrote from the same version, each one's text is the answer, or kept beside it."""
    changes: dict[str, list[Value | None]] = {
        key: [base.get(key), value] for key, value in theirs.items() if base.get(key) != value
    }
    current = {**base, **theirs}
    found = merge(current, mine, *([Revision(OTHER, changes)] if changes else []))
    after = found.applied(current)
    for key, value in theirs.items():
        if key in changes:
            assert after[key] == value
    for key, value in mine.items():
        was = base.get(key, type(value)())
        if value != was:
            kept = merging.kept(after, key)
            assert after.get(key, type(value)()) == value or (kept is not None and kept.value == value)
    for key in current.keys() - mine.keys():
        assert after[key] == current[key]


def test_a_kept_text_outlives_a_replaced_draft_until_it_is_the_answer() -> None:
    current = merge({"a": "2"}, {"a": "3"}, Revision(OTHER, {"a": ["1", "2"]})).applied({"a": "2"})
    assert merging.still_kept(current, {"a": "4", "b": "1"}) == {"!a": current["!a"]}
    assert merging.still_kept(current, {}) == {"!a": current["!a"]}
    assert merging.still_kept(current, {"a": "3"}) == {}
    emptied = merge({"a": ["2"]}, {"a": []}, Revision(OTHER, {"a": [["1"], ["2"]]})).applied({"a": ["2"]})
    assert merging.still_kept(emptied, {}) == {}
