"""CampaignReport -> CSV for other programs: UTF-8 with BOM, commas, numbers with a dot, times in ISO 8601.

Excel runs what begins with =, +, - or @ as a formula even in a CSV: such texts get an apostrophe in front. Numbers are
numbers, also negative ones.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from exports import text
from exports.document import LOCAL
from exports.report import AnswerColumn, AnswerValue, CampaignReport, RepeatSheet
from exports.words import Words
from exports.xlsform import bundle

UNITS = "don-vi"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def units(report: CampaignReport, _: Words) -> bytes:
    """A row for every invitation, also those that did not answer, with its answers outside repeats."""
    lead = (_("Mã đơn vị"), _("Đơn vị"), _("Loại"), _("Nhóm đơn vị"), _("Trạng thái"), _("Tình trạng thời hạn"))
    times = (_("Hạn gửi"), _("Hạn ban đầu"), _("Gửi lần đầu"), _("Số xác nhận"), _("Văn bản"), _("Ghi chú"))
    nothing: Mapping[str, AnswerValue] = {}
    rows = (
        (
            *(unit.code, unit.name, unit.kind, unit.group, unit.state_label, unit.late_label),
            *(unit.due_at, unit.original_due_at or unit.due_at, unit.first_sent_at),
            *(unit.receipt, unit.document, unit.note),
            *_answers(report.columns, report.answers.get(unit.code, nothing)),
        )
        for unit in report.units
    )
    return written((*lead, *times, *(column.label for column in report.columns)), rows)


def repeat(sheet: RepeatSheet, _: Words) -> bytes:
    """A row for every row of a repeat, with the unit that gave it."""
    head = (_("Mã đơn vị"), _("Đơn vị"), *(column.label for column in sheet.columns))
    return written(head, ((row.code, row.unit, *_answers(sheet.columns, row.values)) for row in sheet.rows))


def tables(report: CampaignReport) -> Mapping[str, RepeatSheet | None]:
    """The names of the tables: that of the units (None), and one for each repeat."""
    return {UNITS: None, **{sheet.name: sheet for sheet in report.repeats if sheet.name != UNITS}}


def table(report: CampaignReport, name: str, _: Words) -> bytes:
    """One table by its name. Raises KeyError for a name that the report does not have."""
    sheet = tables(report)[name]
    return units(report, _) if sheet is None else repeat(sheet, _)


def archive(report: CampaignReport, _: Words) -> bytes:
    """All tables in a ZIP."""
    return bundle({f"{name}.csv": table(report, name, _) for name in tables(report)})


def _answers(columns: Sequence[AnswerColumn], values: Mapping[str, AnswerValue]) -> Iterable[AnswerValue]:
    return (values.get(column.name) for column in columns)


def written(head: Sequence[str], rows: Iterable[Sequence[AnswerValue]]) -> bytes:
    """A table under its head."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_plain(label) for label in head])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _plain(value: AnswerValue) -> str:
    match value:
        case None:
            return ""
        case str():
            words = text.clean(value)
            return f"'{words}" if words.startswith(_FORMULA) else words
        case datetime():
            return (value.astimezone(LOCAL) if value.tzinfo else value).isoformat(timespec="seconds")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return str(value)
