"""A form in several languages: every word a page shows is in the one asked for."""

import pytest

from forms.answers import Field, Now, Picture, evaluate
from forms.schema import Choice, Text
from tests.forms.make import ask, form, group, repeat, words

BOTH = form(
    group(
        "g",
        ask(
            "q",
            "select_one",
            words("Chọn", en="Choose"),
            choices="l",
            hint=words("Một ${x}", en="One ${x}"),
            guidance=words("Xem Nghị định", en="See the decree"),
            constraint=". != 'b'",
            constraint_message=words("Không chọn ${q}.", en="Not ${q}."),
        ),
        ask("x", "integer", "Chỉ tiếng Việt"),
        ask("said", "calculate", calculation="jr:choice-name(${q}, '${q}')"),
        ask("note", "note", words("Đã chọn ${q}", en="Chose ${q}")),
    ),
    lists={"l": [Choice("a", "Có", {}, {"en": "Yes"}), Choice("b", "Không", {}, {"en": "No"}), Choice("c", "Khác")]},
    languages=("vi", "en"),
)
RAW = {"g/q": "b", "g/x": "1234"}


def field(picture: Picture, key: str) -> Field:
    found = picture.field(key)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["", "vi", "fr"])
def test_the_default_language_is_spoken_unless_another_is_asked_for(now: Now, language: str) -> None:
    found = evaluate(BOTH, RAW, now, language=language)
    asked = field(found, "g/q")
    assert (asked.label, asked.hint, asked.guidance) == ("Chọn", "Một 1.234", "Xem Nghị định")
    assert (asked.shown, [choice.label for choice in asked.choices]) == ("Không", ["Có", "Không", "Khác"])
    assert asked.problem is not None
    assert asked.problem.message == "Không chọn Không."


def test_another_language_fills_every_word_that_has_it(now: Now) -> None:
    found = evaluate(BOTH, RAW, now, language="en")
    asked = field(found, "g/q")
    assert (asked.label, asked.hint, asked.guidance) == ("Choose", "One 1.234", "See the decree")
    assert (asked.shown, [choice.label for choice in asked.choices]) == ("No", ["Yes", "No", "Khác"])
    assert [choice.name for choice in asked.choices] == ["a", "b", "c"]
    assert asked.problem is not None
    assert asked.problem.message == "Not No."
    assert field(found, "g/note").label == "Chose No"
    assert field(found, "g/said").typed == "No", "jr:choice-name speaks the language, as in ODK"
    assert field(found, "g/x").label == "Chỉ tiếng Việt", "what was not translated stays"


def test_headings_and_rows_speak_it_too(now: Now) -> None:
    made = form(
        group("p", group("h", ask("t")), repeat("r", ask("u"))),
        languages=("vi", "en"),
    )
    titles = {"h": words("Mục", en="Part"), "r": words("Dòng", en="Row")}
    for name, label in titles.items():
        object.__setattr__(made.item(name), "label", label)
    heading, _, rows = evaluate(made, {}, now, language="en").page("p")
    assert (heading.label, rows.label) == ("Part", "Row")
    assert evaluate(made, {}, now).fill(titles["h"]) == "Mục"
    assert evaluate(made, {}, now, language="en").fill(Text(("Mục",), {"en": ("Part",)})) == "Part"
