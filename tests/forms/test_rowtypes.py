"""Every type that pyxform knows is understood the same, or refused with what to use instead."""

import pytest
from pyxform import aliases, constants
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from forms import xlsform
from forms.schema import FILES, METADATA, Kind
from forms.xlsform import FormErrors
from forms.xlsform.rowtypes import TypeProblem, read_type

SELECTS = {
    constants.SELECT_ONE: Kind.SELECT_ONE,
    constants.SELECT_ALL_THAT_APPLY: Kind.SELECT_MULTIPLE,
    constants.RANK: Kind.RANK,
}
# What pyxform binds an answer to, and the kinds that hold such answers here.
BOUND = {
    "string": {Kind.TEXT, Kind.NOTE, Kind.CALCULATE, Kind.HIDDEN, Kind.ACKNOWLEDGE, *METADATA},
    "int": {Kind.INTEGER, Kind.RANGE},
    "decimal": {Kind.DECIMAL},
    "date": {Kind.DATE, Kind.TODAY},
    "time": {Kind.TIME},
    "dateTime": {Kind.DATETIME, Kind.START, Kind.END},
    "geopoint": {Kind.GEOPOINT},
    "barcode": {Kind.BARCODE},
    "binary": set(FILES),
    "odk:rank": {Kind.RANK},
}
MEDIATYPES = {"image/*": Kind.IMAGE, "application/*": Kind.FILE}
# pyxform lists them, but reads no list of choices with them: they never made a working question.
WITHOUT_LIST = {"q select", "q select1", "select one using", "select multiple using", "select multiple from"}
REFUSED = {
    "audio": "file",
    "q audio": "file",
    "add audio prompt": "file",
    "background-audio": "file",
    "video": "file",
    "q video": "file",
    "add video prompt": "file",
    "geotrace": "geopoint",
    "q geotrace": "geopoint",
    "geoshape": "geopoint",
    "q geoshape": "geopoint",
    "start-geopoint": "geopoint",
    "background-geopoint": "geopoint",
    "osm": "geopoint",
    "xml-external": "csv",
    "select one external": "csv",
}
NAMED_BY_NOBODY = {"audit": "log", "csv-external": "file"}


@pytest.mark.parametrize("word", sorted({*QUESTION_TYPE_DICT, *aliases._type_alias_map} - WITHOUT_LIST))
def test_every_type_of_pyxform_is_understood_or_refused(word: str) -> None:
    if word in REFUSED:
        with pytest.raises(TypeProblem) as caught:
            read_type(word)
        assert (caught.value.code, caught.value.params["instead"]) == ("unsupported_type", REFUSED[word])
        return
    if word in aliases.select:
        with pytest.raises(TypeProblem) as caught:
            read_type(word)
        assert caught.value.code == "missing_list"
        return
    row = read_type(word)
    if word in NAMED_BY_NOBODY:
        assert row.act == NAMED_BY_NOBODY[word]
        return
    known = QUESTION_TYPE_DICT[aliases._type_alias_map.get(word, word)]
    assert row.act == "question"
    assert row.kind in BOUND[known.get("bind", {}).get("type", "string")]
    assert (row.kind is Kind.NOTE) == (known.get("bind", {}).get("readonly") == "true()")
    assert (row.kind is Kind.ACKNOWLEDGE) == (known.get("control", {}).get("tag") == "trigger")
    if row.kind in FILES:
        assert row.kind is MEDIATYPES[known["control"]["mediatype"]]
    preload = known.get("bind", {}).get("jr:preloadParams", "")
    assert (row.kind in METADATA) == bool(preload)
    if row.kind in METADATA:
        named = row.kind.value if row.kind is not Kind.DEVICEID or not row.blank else preload
        assert preload.removeprefix("uri:") == named.removeprefix("uri:")
    given = known.get("bind", {}).get("constraint")
    assert (row.preset.constraint if row.preset else None) == given
    assert bool(row.preset and row.preset.hint) == ("hint" in known)


@pytest.mark.parametrize("word", sorted(WITHOUT_LIST))
def test_selects_that_pyxform_reads_no_list_for_are_refused(word: str) -> None:
    with pytest.raises(TypeProblem):
        read_type(word)


@pytest.mark.parametrize("word", sorted(aliases.select))
def test_every_select_of_pyxform_is_understood(word: str) -> None:
    file = word in aliases.select_from_file
    command = f"{word} {'Xa.csv' if file else 'Xa'}"
    if aliases.select[word] == constants.SELECT_ONE_EXTERNAL:
        with pytest.raises(TypeProblem) as caught:
            read_type(command)
        assert caught.value.params["instead"] == "csv"
        return
    row = read_type(command)
    assert (row.act, row.kind, row.file) == ("question", SELECTS[aliases.select[word]], file)
    assert row.choices == ("Xa.csv" if file else "Xa")
    if row.kind is not Kind.RANK and not file:
        for suffix in ("or_other", "or other", "or specify other"):
            assert read_type(f"{command} {suffix}").other


@pytest.mark.parametrize("word", sorted(aliases.control))
@pytest.mark.parametrize("act", ["begin", "end"])
@pytest.mark.parametrize("between", [" ", "_"])
def test_every_group_of_pyxform_is_understood_or_refused(word: str, act: str, between: str) -> None:
    if aliases.control[word] == constants.LOOP:
        with pytest.raises(TypeProblem) as caught:
            read_type(f"{act}{between}{word} over l")
        assert caught.value.params["instead"] == "repeat"
        return
    row = read_type(f"{act}{between}{word}")
    assert (row.act, row.what) == (act, aliases.control[word])


@pytest.mark.parametrize("word", sorted({*aliases.settings_header, *aliases.cascading}))
def test_settings_and_cascades_in_the_survey_are_refused_with_advice(word: str) -> None:
    with pytest.raises(TypeProblem) as caught:
        read_type(word)
    assert caught.value.params["instead"] in ("settings", "choice_filter")


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("intger", "unknown_type", {}),
        ("select_one_from_file xa.xml", "unsupported_file", {"file": "xa.xml"}),
        ("select_one_from_file xa", "unsupported_file", {"file": "xa"}),
        ("select_one xa.geojson", "unsupported_file", {"file": "xa.geojson"}),
        ("select_one ${q}", "choices_from_answers", {}),
        ("rank l or_other", "unsupported_or_other", {}),
        ("select_one xa.csv or_other", "unsupported_or_other", {}),
        ("select_multiple or_other", "missing_list", {}),
        ("begin_kobomatrix", "unsupported_type", {"instead": "table-list"}),
    ],
)
def test_a_type_that_is_wrong_says_what_was_meant(text: str, code: str, params: dict[str, str]) -> None:
    with pytest.raises(TypeProblem) as caught:
        read_type(text)
    assert (caught.value.code, params.items() <= caught.value.params.items()) == (code, True)


def test_a_file_after_a_plain_select_is_a_file_too() -> None:
    assert read_type("select_one xa.csv").file


# Columns of pyxform that are read here; every other one of its columns is refused when it holds something.
READ = {
    *("read_only", "readonly", "relevant", "relevance", "required", "constraint", "calculation", "calculate"),
    *("constraint_message", "constraining_message", "required_message", "requiredmsg", "caption", "command", "tag"),
    *("value", "appearance", "count", "repeat_count", "jr:count"),
}
CELL = {
    "readonly": "yes",
    "read_only": "yes",
    "command": "text",
    "caption": "T",
    "value": "t",
    "tag": "t",
    "count": "2",
}


@pytest.mark.parametrize("header", sorted(aliases.survey_header))
def test_every_column_of_pyxform_is_read_or_refused(header: str) -> None:
    base = {"type": "text", "name": "t", "label": "T"}
    same = {"command": "type", "tag": "name", "value": "name", "caption": "label"}.get(header)
    row = {key: value for key, value in base.items() if key != same} | {header: CELL.get(header, "1")}
    try:
        xlsform.build({"survey": [list(row), list(row.values())], "settings": [["form_id"], ["f"]]})
        codes = []
    except FormErrors as errors:
        codes = [problem.code for problem in errors.problems if problem.severity == "error"]
    assert ("unsupported_column" in codes) == (header not in READ)
