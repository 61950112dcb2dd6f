"""The languages of a form: which are named, which is the default one, and what was not translated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from forms.xlsform.settings import Settings
from forms.xlsform.sheets import TRANSLATED, Column, Sheet, same_language

# What a column without a language is in, where another column names one.
UNNAMED = "Tiếng Việt (vi)"


def settle_languages(survey: Sheet, choices: Sheet, settings: Settings) -> tuple[str, ...]:
    """The form's languages, the default one first; () when it names none. From here on the columns of
    the default language have no language of their own.

    The default is what the setting default_language says; else that of the column `label` without a
    language, where it stands beside others; else the first that is named. Problems: unknown_language,
    default_language_twice; default_language_unnamed, missing_translation and
    missing_language_column are warnings.
    """
    spoken = {same_language(column.language) for column in _translated(survey, choices) if column.language}
    named: dict[str, str] = {}
    for column in (*survey.columns, *choices.columns):  # in the order of the headers, those of blank columns too
        if column.language and column.key in TRANSLATED and (key := same_language(column.language)) in spoken:
            named.setdefault(key, column.language)
    default = _default(survey, choices, settings, named)
    if default is None:
        return ()
    others = tuple(name for key, name in named.items() if key != same_language(default))
    for sheet in (survey, choices):
        sheet.columns = [_settled(column, default, named) for column in sheet.columns]
        _once(sheet)
        _check(sheet, default, others)
    return (default, *others)


def _translated(*sheets: Sheet) -> Iterable[Column]:
    """The columns that may be translated and hold something."""
    return [column for sheet in sheets for column in sheet.columns if column.key in TRANSLATED and sheet.filled(column)]


def _default(survey: Sheet, choices: Sheet, settings: Settings, named: dict[str, str]) -> str | None:
    labels = [[column for column in _translated(sheet) if column.key == "label"] for sheet in (survey, choices)]
    plain = any(not column.language for found in labels for column in found)
    beside = any(len({column.language is None for column in found}) == 2 for found in labels)
    if setting := " ".join(settings.get("default_language").split()):
        if not plain and named and same_language(setting) not in named and settings.line is not None:
            near = settings.line.near(setting, named.values())
            settings.line.problem(
                "unknown_language", "default_language", language=setting[:80], allowed=list(named.values()), **near
            )
            return next(iter(named.values()))
        return named.get(same_language(setting), setting)
    if not named:
        return None
    if not beside:
        return next(iter(named.values()))
    vietnamese = any(key.endswith("(vi)") for key in named)
    default = "default" if vietnamese else UNNAMED
    survey.problem("default_language_unnamed", 1, "label", "warning", {"language": default})
    return default


def _settled(column: Column, default: str, named: dict[str, str]) -> Column:
    if not column.language:
        return column
    key = same_language(column.language)
    return replace(column, language=None if key == same_language(default) else named.get(key, column.language))


def _once(sheet: Sheet) -> None:
    """`label` beside `label::X`, X being the default: the one that holds something is kept."""
    for key in TRANSLATED:
        both = [column for column in sheet.columns if column.key == key and column.language is None]
        full = [column for column in both if sheet.filled(column)]
        if len(full) > 1:
            params = {"columns": [column.header for column in full]}
            sheet.problem("default_language_twice", 1, key, params=params)
        keep = (full or both)[:1]
        sheet.columns = [column for column in sheet.columns if column not in both or column in keep]


def _check(sheet: Sheet, default: str, others: tuple[str, ...]) -> None:
    """What stands in one language and not in another is shown in the default one."""
    if not others:
        return
    full = {(column.key, column.language) for column in _translated(sheet)}
    keys = [key for key in TRANSLATED if any(key == found for found, _ in full)]
    languages: tuple[str | None, ...] = (None, *others)
    for key in keys:
        for language in languages:
            if (key, language) not in full:
                header = f"{key}::{language or default}"
                sheet.problem("missing_language_column", 1, key, "warning", {"header": header})
    for line in sheet.lines():
        for key in keys:
            said: set[str | None] = set(line.others.get(key, ())) | ({None} if line.get(key) else set())
            for language in languages if said else ():
                if language not in said and (key, language) in full:
                    params = {"language": language or default, "name": line.get("name")[:80]}
                    sheet.problem("missing_translation", line.number, key, "warning", params, language)
