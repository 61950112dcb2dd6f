"""English on the unit's side is whole: the catalogue is sound, and no page says what it lacks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from babel.messages.pofile import read_po

from service import words

SERVICE = Path(words.__file__).parent
PLACES = re.compile(r"%\(\w+\)s|\{\w*\}")
# What speaks to a unit; letters and official documents are in Vietnamese.
PAGES = """amending check codes controls fill formpaper formpapers handover inwords languages leftover live looks
ownreport periods reading signoff unit unitcontacts unitledger unitrequests unsaved"""
FLOWS = "contacts drafts judging keys papers receipts signed"
SOURCES = (
    "templates/unit",
    "templates/codes",
    "templates/verify.html",
    "templates/error.html",
    *(f"pages/{name}.py" for name in PAGES.split()),
    *(f"flow/{name}.py" for name in FLOWS.split()),
    "answerwords.py",
    "deadlinewords.py",
    "errors.py",
    "files.py",
    "ledgerwords.py",
    "readable.py",
)


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    """Every sentence and its English."""
    with (SERVICE / "locale/en.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def msgids(file: Path) -> Iterator[str]:
    """The sentences that a module or a template marks for translation."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        environment = jinja2.Environment(extensions=["jinja2.ext.i18n"])
        for _line, _function, found in environment.extract_translations(text):
            yield from (one for one in (found if isinstance(found, tuple) else (found,)) if one)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
            yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def test_every_sentence_of_the_units_side_is_in_the_catalogue(english: dict[str, str]) -> None:
    places = [SERVICE / source for source in SOURCES]
    files = [file for place in places for file in (sorted(place.rglob("*.html")) if place.is_dir() else [place])]
    missing = {text for file in files for text in msgids(file)} - set(english)
    assert sorted(missing) == []


def test_every_entry_says_something_with_the_same_placeholders(english: dict[str, str]) -> None:
    assert [text for text, said in english.items() if not said.strip()] == []
    other = [text for text, said in english.items() if sorted(PLACES.findall(text)) != sorted(PLACES.findall(said))]
    assert other == []
    edges = [
        text for text, said in english.items() if (text[0] == " ", text[-1] == " ") != (said[0] == " ", said[-1] == " ")
    ]
    assert edges == []


def test_every_entry_is_still_said(english: dict[str, str]) -> None:
    said = {text for suffix in ("*.py", "*.html") for file in SERVICE.rglob(suffix) for text in msgids(file)}
    assert sorted(set(english) - said) == []
