from hypothesis import given
from hypothesis import strategies as st

from exports import text


def test_vietnamese_text_tabs_and_line_ends_stay() -> None:
    words = "Khó khăn:\n\t1) thiếu máy quét… 😀"
    assert text.cell(words) == words


def test_windows_and_old_mac_line_ends_become_line_feeds() -> None:
    assert text.cell("một\r\nhai\rba") == "một\nhai\nba"


def test_control_characters_and_lone_surrogates_are_shown_as_replaced() -> None:
    assert text.cell("a\x00b\x0bc\ud800d\uffffe\x85f") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"


def test_a_text_that_just_fits_is_whole() -> None:
    assert text.cell("ă" * 32_767) == "ă" * 32_767


def test_a_longer_text_is_cut_and_says_how_much_is_missing() -> None:
    cut = text.cell("ă" * 40_000)
    kept = cut.index("…")
    assert len(cut) == 32_767
    assert cut[kept:] == f"… (còn {40_000 - kept} ký tự)"


def test_characters_that_count_twice_in_excel_are_counted_twice() -> None:
    cut = text.cell("😀" * 20_000)
    kept = cut.count("😀")
    assert text.units(cut) in {32_766, 32_767}
    assert cut.endswith(f"… (còn {20_000 - kept} ký tự)")


@given(st.text(st.characters(codec=None), max_size=300))
def test_whatever_the_text_the_result_can_be_written(words: str) -> None:
    cleaned = text.cell(words)
    cleaned.encode("utf-8")
    assert text.cell(cleaned) == cleaned


def test_sheet_names_are_short_allowed_and_each_once() -> None:
    long = "Danh sách khó khăn, vướng mắc của các đơn vị"
    assert text.sheet_names(["Đơn vị", "đơn VỊ", "a/b:c*[d]?\\", long, long, "", "History", "'x'"]) == (
        "Đơn vị",
        "đơn VỊ (2)",
        "a b c d",
        "Danh sách khó khăn, vướng mắc c",
        "Danh sách khó khăn, vướng m (2)",
        "Bảng",
        "History (2)",
        "x",
    )


@given(st.lists(st.text(st.characters(codec=None), max_size=60), max_size=20))
def test_any_titles_give_names_excel_accepts(titles: list[str]) -> None:
    names = text.sheet_names(titles)
    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        name.encode("utf-8")
        assert 1 <= text.units(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
