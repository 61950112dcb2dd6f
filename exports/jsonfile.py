"""CampaignReport -> JSON: the rate, every unit with its answers and rows of repeats, totals of the questions.

Numbers are JSON numbers where those keep every digit, else strings; times are ISO 8601 with offset.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from exports import text
from exports.document import LOCAL
from exports.report import Answers, CampaignReport, QuestionTotals, Ratio, UnitRow


def render(report: CampaignReport) -> bytes:
    """The report as UTF-8 JSON."""
    rate = report.rate
    rows: dict[str, dict[str, list[Answers]]] = {}
    for sheet in report.repeats:
        for row in sheet.rows:
            rows.setdefault(row.code, {}).setdefault(sheet.name, []).append(row.values)
    whole = {
        "title": report.title,
        "as_of": report.as_of,
        "made_at": report.made_at,
        "highest_event": report.highest_event,
        "illustrative": report.illustrative,
        "rate": {
            "expected": rate.expected,
            "responded": rate.responded,
            "nil": rate.nil,
            "received": rate.received,
            "returned": rate.returned,
            "on_time_original": rate.on_time_original,
            "on_time_extended": rate.on_time_extended,
            "recorded_later": rate.recorded_later,
        },
        "units": [_unit(unit, report.answers.get(unit.code), rows.get(unit.code, {})) for unit in report.units],
        "questions": [_question(question) for question in report.questions],
    }
    return json.dumps(_clean(whole), ensure_ascii=False, indent=1).encode()


def _unit(unit: UnitRow, answers: Answers | None, rows: Mapping[str, list[Answers]]) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "group": unit.group,
        "state": unit.state_label,
        "timing": unit.timing,
        "due_at": unit.due_at,
        "original_due_at": unit.original_due_at or unit.due_at,
        "first_sent_at": unit.first_sent_at,
        "receipt": unit.receipt,
        "document": unit.document,
        "note": unit.note,
        "answers": answers,
        "repeats": rows,
    }


def _question(question: QuestionTotals) -> dict[str, object]:
    return {
        "name": question.name,
        "label": question.label,
        "answered": question.answered,
        "of": question.of,
        "total": question.total,
        "mean": question.mean,
        "median": question.median,
        "minimum": question.minimum,
        "maximum": question.maximum,
        "distribution": [{"label": label, "count": count} for label, count in question.distribution],
        "ratio": _ratio(question.ratio) if question.ratio else None,
    }


def _ratio(ratio: Ratio) -> dict[str, object]:
    return {
        "numerator": ratio.numerator,
        "denominator": ratio.denominator,
        "numerator_sum": ratio.numerator_sum,
        "denominator_sum": ratio.denominator_sum,
    }


def _clean(value: Any) -> Any:
    match value:
        case str():
            return text.clean(value)
        case Mapping():
            return {text.clean(key): _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
        case datetime():
            return (value.astimezone(LOCAL) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal():
            return _number(value)
    return value


def _number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value():
        return int(value)
    short = float(value)
    return short if Decimal(repr(short)) == value else str(value)
