"""One report to judge as its page draws it: every answer beside what it was, last period's and the median."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from forms.answers import Picture
from service import answerwords, summarywords, words
from service.flow import answersheet
from service.flow.attachments import Given
from service.flow.doubts import Doubt
from service.flow.reviewing import Review
from service.pages import reading
from service.pages.reading import Line
from service.words import _

REMARK, DOUBT = "r:", "d:"  # before a question's key in the form


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says of an answer, and the remark it would make for the unit."""

    why: str
    remark: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the report. `was` is what was sent before, None where that is the same; `told` the remark of the
    last return, `typed` what stands in the remark box, `ticked` the findings that are asked about."""

    line: Line
    was: str | None = None
    last: str = ""
    median: str = ""
    findings: Sequence[Finding] = ()
    problem: str = ""
    told: str = ""
    typed: str = ""
    ticked: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether its remark box is shown at once."""
        return bool(self.findings or self.typed or self.problem)


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    answers: Sequence[Answer]

    @property
    def doubtful(self) -> int:
        return sum(bool(one.findings or one.problem) for one in self.answers)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: the remark on the whole, those by question, and the findings ticked."""

    remark: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    ticked: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        return bool(self.remark or any(self.remarks.values()) or any(self.ticked.values()))

    def by_question(self) -> list[tuple[str, str]]:
        """(flat key, remark): what was ticked, then what was typed."""
        keys = dict.fromkeys([*self.remarks, *self.ticked])
        told = ((key, [*self.ticked.get(key, ()), self.remarks.get(key, "")]) for key in keys)
        return [(key, "\n".join(part for part in parts if part)) for key, parts in told]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sections; what was taken out since the sending before; findings about what no section shows."""

    sections: Sequence[Section]
    gone: Sequence[Line]
    elsewhere: Sequence[tuple[str, str]]

    @property
    def changed(self) -> int:
        return sum(one.was is not None for section in self.sections for one in section.answers) + len(self.gone)

    @property
    def doubtful(self) -> list[tuple[str, str]]:
        """(key, label) of the answers with findings."""
        answers = (one for section in self.sections for one in section.answers)
        return [(one.line.key, one.line.label) for one in answers if one.findings or one.problem]


def sheet(found: Review, typed: Typed) -> Sheet:
    """Draw a report. A nil return has no sections."""
    if found.picture is None:
        return Sheet((), (), ())
    labels = {question.name: answersheet.label(found.form, question) for question in found.form.questions()}
    by_name: dict[str, list[Finding]] = {}
    for one in found.doubts:
        by_name.setdefault(one.question.name, []).append(_finding(one, labels))
    problems = {one.key: answerwords.problem(one) for one in found.picture.problems}
    before = _lines(found.before, found.before_files)
    sections = [
        Section(
            part.key,
            part.title,
            [_answer(found, line, before, by_name, problems, typed) for line in part.lines],
        )
        for part in reading.read(found.picture, found.picture.form.pages, found.files)
    ]
    drawn = {one.line.key for section in sections for one in section.answers}
    names = {key.rpartition("/")[2] for key in drawn}
    elsewhere = [(labels[name], one.why) for name, told in by_name.items() if name not in names for one in told]
    return Sheet(sections, [line for key, line in before.items() if key not in drawn], elsewhere)


def _finding(one: Doubt, labels: Mapping[str, str]) -> Finding:
    why = summarywords.doubt(one.found, one.fences, labels)
    said = _("Đề nghị kiểm tra lại: {why}. Nếu đúng, vui lòng ghi rõ lý do ở phần ý kiến khác rồi gửi lại.")
    return Finding(why, said.format(why=summarywords.asked(one.found, labels)))


def _lines(picture: Picture | None, files: Mapping[str, Given]) -> dict[str, Line]:
    """The answers that said something, by flat key."""
    if picture is None:
        return {}
    sections: Iterable[reading.Section] = reading.read(picture, picture.form.pages, files)
    return {line.key: line for part in sections for line in part.lines if line.what == "answer" and line.text}


def _answer(
    found: Review,
    line: Line,
    before: Mapping[str, Line],
    by_name: Mapping[str, Sequence[Finding]],
    problems: Mapping[str, str],
    typed: Typed,
) -> Answer:
    if line.what != "answer":
        return Answer(line)
    name = line.key.rpartition("/")[2]
    median = found.medians.get(name)
    was = before.get(line.key)
    same = found.before is None or (was.text if was else "", was.file if was else None) == (line.text, line.file)
    return Answer(
        line,
        was=None if same else was.text if was else "",
        last=found.last.shown.get(name, ""),
        median=_median(summarywords.exact(median.value), median.count, found.invitation.kind) if median else "",
        findings=by_name.get(name, ()),
        problem=problems.get(line.key, ""),
        told=found.verdict.remarks.get(line.key, "") if found.verdict else "",
        typed=typed.remarks.get(line.key, ""),
        ticked=frozenset(typed.ticked.get(line.key, ())),
    )


def _median(value: str, count: int, kind: str) -> str:
    said = _("trung vị {value} của {count} {kind}")
    return said.format(value=value, count=words.number(count), kind=words.kind(kind).lower())
