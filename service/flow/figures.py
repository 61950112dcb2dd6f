"""Consolidated figures as exports show them: plain values and words."""

from collections.abc import Iterator, Mapping, Sequence

from exports import report
from forms.consolidate import Part, QuestionSummary, Ratio, Summary
from forms.schema import Form, Question
from service import summarywords, words
from service.flow import answersheet
from service.flow.progress import Row
from service.words import _, collation


def questions(form: Form, summary: Summary, rows: Sequence[Row]) -> tuple[report.QuestionTotals, ...]:
    """What all answers to each question come to; `rows` are all units, answered or not."""
    names = {row.code: row.full_name for row in rows}
    kinds = [(kind, words.kind(kind)) for kind in sorted({row.kind for row in rows})]
    groups = [(group, group) for group in sorted({row.group for row in rows}, key=collation)]
    return tuple(_totals(form, found, names, kinds, groups) for found in summary.questions)


Named = Sequence[tuple[str, str]]  # (name in the summary, words)


def _totals(
    form: Form, found: QuestionSummary, names: Mapping[str, str], kinds: Named, groups: Named
) -> report.QuestionTotals:
    question, numbers = found.question, found.numbers
    return report.QuestionTotals(
        name=question.name,
        label=answersheet.label(form, question),
        section=answersheet.section(form, question),
        answered=found.answered,
        of=found.asked,
        total=numbers.total if numbers else None,
        mean=numbers.mean if numbers else None,
        median=numbers.median if numbers else None,
        minimum=numbers.minimum if numbers else found.earliest,
        maximum=numbers.maximum if numbers else found.latest,
        q1=numbers.q1 if numbers else None,
        q3=numbers.q3 if numbers else None,
        distribution=tuple((c.label or c.name, c.count) for c in found.distribution),
        ratio=_ratio(form, found.ratio) if found.ratio else None,
        shares=tuple(_ratio(form, share) for share in found.shares if share.pairs),
        by_kind=tuple(_parts(form, found, kinds, found.parts.get("kind", ()))),
        by_group=tuple(_parts(form, found, groups, found.parts.get("group", ()))),
        texts=tuple(_texts(found, names)),
    )


def _parts(form: Form, found: QuestionSummary, named: Named, parts: Sequence[Part]) -> Iterator[report.PartTotals]:
    if found.numbers is None and found.ratio is None and not found.distribution:
        return
    by_name = {part.name: part for part in parts}
    for name, label in named:
        part = by_name.get(name, Part(name, 0, 0))
        counts = {choice.name: choice.count for choice in part.distribution}
        yield report.PartTotals(
            label=label,
            answered=part.answered,
            of=part.asked,
            total=part.numbers.total if part.numbers else None,
            ratio=_ratio(form, part.ratio) if part.ratio else None,
            counts=tuple(counts.get(choice.name, 0) for choice in found.distribution),
        )


def _texts(found: QuestionSummary, names: Mapping[str, str]) -> Iterator[report.TextRow]:
    """Texts that are alike one after the other, the largest groups first."""
    for group in found.alike:
        alike = group.text if len(group.members) > 1 else ""
        for code, text in group.members:
            yield report.TextRow(code=code, unit=names[code], text=text, alike=alike)
    for code, text in () if found.alike else found.texts:
        yield report.TextRow(code=code, unit=names[code], text=text)


def _ratio(form: Form, found: Ratio) -> report.Ratio:
    return report.Ratio(
        numerator=answersheet.label(form, found.numerator),
        denominator=answersheet.label(form, found.denominator),
        numerator_sum=found.numerator_sum,
        denominator_sum=found.denominator_sum,
        numerator_name=found.numerator.name,
        denominator_name=found.denominator.name,
    )


def doubts(form: Form, summary: Summary, rows: Sequence[Row]) -> tuple[report.DoubtRow, ...]:
    """What should be looked at again: sums first, then question by question."""
    names = {row.code: row.full_name for row in rows}
    labels = {question.name: answersheet.label(form, question) for question in form.questions()}

    def row(what: str, question: Question | str, code: str, why: str) -> report.DoubtRow:
        label = labels[question if isinstance(question, str) else question.name]
        return report.DoubtRow(what=what, question=label, code=code, unit=names[code], why=why)

    found = [
        row(_("Tổng không khớp"), one.tie.whole, one.unit, summarywords.broken(one, labels)) for one in summary.broken
    ]
    for one in summary.questions:
        if one.fences:
            what, fences = _("Số khác thường"), one.fences
            found += [row(what, one.question, o.unit, summarywords.outlier(o, fences)) for o in one.outliers]
        found += [
            row(_("Thay đổi lớn so với kỳ trước"), one.question, c.unit, summarywords.change(c)) for c in one.changes
        ]
    return tuple(found)
