"""What an export may show: one frozen value, filled in from a single snapshot by whoever owns the data.

Everything a person reads in it is already in words (names of states, labels of choices); the numbers are
the ones that page, mail and API show. Instants are aware; dates are plain dates. `kind` of an answer column
is "text", "choice", "integer", "decimal", "date", "datetime" or "time" and only chooses how a cell looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

AnswerValue = str | int | Decimal | date | datetime | time | None
Answers = Mapping[str, AnswerValue]


class Dated(Protocol):
    """What every sheet says of itself: what it is of, as of when, and whether its data are made up."""

    @property
    def title(self) -> str: ...
    @property
    def as_of(self) -> datetime: ...
    @property
    def illustrative(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """The rate of one kind or one group; `on_time` counts against the extended due date."""

    label: str
    expected: int
    responded: int
    on_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFigures:
    """The response rate as service/life.py counted it; `nil` and `received` are parts of `responded`.

    `recorded_later` is how much `responded` has changed by records made after the as-of time.
    `states` are (label, number of invitations), the exempt ones among them.
    """

    expected: int
    responded: int
    nil: int
    received: int
    returned: int
    on_time_original: int
    on_time_extended: int
    recorded_later: int
    states: tuple[tuple[str, int], ...]
    by_kind: tuple[GroupRate, ...] = ()
    by_group: tuple[GroupRate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One invitation, answered or not. `on_time` is None while nothing can be said.

    `due_at` is the extended due time, `original_due_at` the one frozen at publication (None: the same).
    `late_label` says it in words ("Đúng hạn", "Quá hạn 2 ngày", ...); `contacts` are one line each. `timing` is the
    list it is on: on_time, late, not_yet_due, overdue, exempt. `reminders` counts the days on which a reminder reached
    the unit's mail server, `reminded_at` is the latest.
    """

    code: str
    name: str
    kind: str
    group: str
    state_label: str
    due_at: datetime | None
    original_due_at: datetime | None = None
    first_sent_at: datetime | None = None
    on_time: bool | None = None
    late_label: str = ""
    receipt: str = ""
    document: str = ""
    contacts: tuple[str, ...] = ()
    note: str = ""
    timing: str = ""
    reminders: int = 0
    reminded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerColumn:
    """One question as a column; `name` is the key in the answers, `section` stands above the label."""

    name: str
    label: str
    section: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRow:
    """One row of a repeat, with the unit that gave it."""

    code: str
    unit: str
    values: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatSheet:
    """A repeat of the form: its rows from all units, in the order to be shown."""

    name: str
    title: str
    columns: tuple[AnswerColumn, ...]
    rows: tuple[RepeatRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of sums, with both in words: 1.035 of 1.142 received. A denominator of 0 has no ratio.

    `numerator_name` and `denominator_name` are question names, when each is one question ("" otherwise).
    `percent` False shows a plain quotient ("2,5 lượt mỗi hồ sơ") instead of a percentage.
    """

    numerator: str
    denominator: str
    numerator_sum: int | Decimal
    denominator_sum: int | Decimal
    numerator_name: str = ""
    denominator_name: str = ""
    percent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTotals:
    """A question over the units of one kind or one group, `of` of which were asked.

    `counts` are in the order of the question's distribution.
    """

    label: str
    answered: int
    of: int = 0
    total: int | Decimal | None = None
    ratio: Ratio | None = None
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """One free text with the unit that gave it; `alike` begins the group of texts it is like, "" where it is alone."""

    code: str
    unit: str
    text: str
    alike: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTotals:
    """What all answers to one question come to: answered `answered` of `of` units.

    `shares` are ratios to the wholes that it is a part of. `by_kind` and `by_group` hold every kind and group of the
    units, in the same order for every question; they are empty for what is not added up.
    """

    name: str
    label: str
    answered: int
    of: int
    section: str = ""
    total: int | Decimal | None = None
    mean: int | Decimal | None = None
    median: int | Decimal | None = None
    minimum: int | Decimal | date | None = None
    maximum: int | Decimal | date | None = None
    q1: int | Decimal | None = None
    q3: int | Decimal | None = None
    distribution: tuple[tuple[str, int], ...] = ()
    ratio: Ratio | None = None
    shares: tuple[Ratio, ...] = ()
    by_kind: tuple[PartTotals, ...] = ()
    by_group: tuple[PartTotals, ...] = ()
    texts: tuple[TextRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtRow:
    """A figure to look at again: what kind of doubt, about which question and unit, and why."""

    what: str
    question: str
    code: str
    unit: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message as it went out, and what the mail server said."""

    at: datetime
    unit: str
    kind_label: str
    address: str
    subject: str
    outcome_label: str
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """The ledger of recommendations, of all campaigns or as it was filtered, as it stands at one moment."""

    title: str
    as_of: datetime
    sheet: RepeatSheet
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """One campaign as of one moment. `units` holds ALL invitations, also those that did not answer.

    `answers` maps unit code to question name to value, choices as their labels; units that sent no answers
    are absent. `curve` is (day, responded at its end), rising by day. `highest_event` is the last event seen.
    `older` counts the reports that were filled in in another version of the form, `older_left` their answers that have
    no place in this one. `illustrative` marks made-up data wherever it shows. `letter` is
    "số 111/KH-SKHCN ngày 8/7/2025" or "", `subject` what it is about.
    Raises ValueError when a time has no zone, a code stands twice, or answers belong to no unit of the list.
    """

    title: str
    as_of: datetime
    made_at: datetime
    rate: RateFigures
    units: tuple[UnitRow, ...]
    letter: str = ""
    subject: str = ""
    staff: str = ""
    period_from: date | None = None
    period_to: date | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    highest_event: int = 0
    illustrative: bool = False
    filters: str = ""
    curve: tuple[tuple[date, int], ...] = ()
    columns: tuple[AnswerColumn, ...] = ()
    answers: Mapping[str, Answers] = field(default_factory=dict)
    repeats: tuple[RepeatSheet, ...] = ()
    questions: tuple[QuestionTotals, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    doubts: tuple[DoubtRow, ...] = ()
    ledger: RepeatSheet | None = None
    older: int = 0
    older_left: int = 0

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None or self.made_at.tzinfo is None:
            raise ValueError("as_of and made_at must carry a time zone")
        codes = {unit.code for unit in self.units}
        if len(codes) != len(self.units):
            raise ValueError("a unit code stands twice in the report")
        if strangers := sorted(self.answers.keys() - codes):
            raise ValueError(f"answers of units that are not in the report: {', '.join(strangers)}")
