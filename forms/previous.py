"""Last period's answers beside this period's: matched by question name and kind, outside repeats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from forms.flat import RawValue, flatten
from forms.keys import key_of, repeats_around
from forms.schema import LISTED, Form, Kind, Question
from forms.shown import show, show_point
from forms.values import Typed, parse


@dataclass(frozen=True, slots=True)
class Before:
    """What a question was answered with last period: `raw` as one would type it now, `shown` as a person reads it."""

    raw: RawValue
    shown: str
    typed: Typed


def before(form: Form, was: Form, answers: Mapping[str, object]) -> dict[str, Before]:
    """By flat key, the earlier answers that the questions of `form` with x_previous may take over.

    `answers` are nested, of the version `was`. A question counts as the same by its name and kind; what it cannot hold
    any more (a choice that is gone, a figure out of range) is left out.
    """
    asked = [question for question in form.questions() if question.previous is not None]
    if not asked:
        return {}
    raw = flatten(was, answers)[0]
    found: dict[str, Before] = {}
    for question in asked:
        old, key = was.question(question.name), key_of(form, question.name, ())
        if old is None or old.kind is not question.kind or repeats_around(was, old) or key is None:
            continue
        value = raw.get(key_of(was, old.name, ()) or "")
        typed = parse(question.kind, value or "", _names(form, question), None, question.range).typed
        if value and typed is not None:
            found[key] = Before(value, _shown(form, question, typed), typed)
    return found


def comparable(form: Form, answers: Mapping[str, object], found: Collection[str]) -> Mapping[str, object]:
    """The nested answers without those of questions with x_previous that have another kind now, stand in rows, or
    cannot hold the value any more: nothing is filled in from them or compared with them. `found` are the keys that
    `before` gives for these answers."""
    taken = {key.rpartition("/")[2] for key in found}
    lost = {question.name for question in form.questions() if question.previous is not None} - taken
    return _without(answers, lost) if lost else answers


def _without(answers: Mapping[str, object], lost: Collection[str]) -> dict[str, object]:
    return {name: _pruned(value, lost) for name, value in answers.items() if name not in lost}


def _pruned(value: object, lost: Collection[str]) -> object:
    if isinstance(value, list):
        return [_pruned(row, lost) for row in value]
    return _without(value, lost) if isinstance(value, Mapping) else value


def _names(form: Form, question: Question) -> dict[str, int]:
    return {choice.name: place for place, choice in enumerate(form.choices(question))}


def _shown(form: Form, question: Question, typed: Typed) -> str:
    if question.kind is Kind.GEOPOINT:
        return show_point(str(typed))
    if question.kind not in LISTED:
        return show(typed)
    labels = {choice.name: choice.label for choice in form.choices(question)}
    return show(typed, lambda name: labels.get(name, name))
