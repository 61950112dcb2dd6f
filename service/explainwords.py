"""Why a question is asked, hidden, refused or computed (forms.explain), in words for the form's author."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from forms.explain import Explanation, Finding, Seen
from forms.schema import Form, Question
from service import answerwords
from service.words import N_, _, number

SHOWN = 5  # values of a repeat's rows that are named
LONG = 120  # characters of a value
IS_TRUE, IS_FALSE, UNKNOWN = N_("đúng"), N_("sai"), N_("chưa tính được")
InWords = Callable[[Form, str, Question | None], str]


@dataclass(frozen=True, slots=True)
class Why:
    """One thing told of a question: what, in words, with the author's own text, the terms and the values behind it."""

    title: str
    words: str
    source: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One question, group or repeat. `state`: asked, hidden, refused, computed, missing or group."""

    key: str
    name: str
    label: str
    state: str
    required: bool
    reasons: tuple[Why, ...]

    @property
    def words(self) -> str:
        return _(STATES[self.state])


STATES = {
    "asked": N_("Đang hiện"),
    "hidden": N_("Đang ẩn"),
    "refused": N_("Bị từ chối"),
    "missing": N_("Còn trống"),
    "computed": N_("Tự tính"),
    "group": N_("Nhóm"),
}
_TITLES = {
    "required": N_("Bắt buộc khi"),
    "calculation": N_("Tính bằng"),
    "default": N_("Điền sẵn bằng"),
    "choice_filter": N_("Lọc lựa chọn theo"),
    "repeat_count": N_("Số dòng bằng"),
}


def told(form: Form, found: Iterable[Explanation], in_words: InWords) -> tuple[Told, ...]:
    """`in_words` puts an expression into words: service.pages.inwords.in_words."""
    return tuple(_one(form, one, in_words) for one in found)


def _one(form: Form, one: Explanation, in_words: InWords) -> Told:
    label = answerwords.short(one.label) or one.item.name
    return Told(one.key, one.item.name, label, _state(one), one.required, tuple(_reasons(form, one, in_words)))


def _state(one: Explanation) -> str:
    if not one.relevant:
        return "hidden"
    if not isinstance(one.item, Question):
        return "group"
    if one.problem is not None:
        return "missing" if one.problem.code == "required" else "refused"
    return "computed" if one.item.calculation is not None else "asked"


def _reasons(form: Form, one: Explanation, in_words: InWords) -> Iterator[Why]:
    question = one.item if isinstance(one.item, Question) else None
    if one.problem is not None and one.problem.code != "required":
        yield Why(_("Vì sao bị từ chối"), answerwords.problem(one.problem, one.label))
    if one.hidden_by is not None:
        name = one.hidden_by.label.plain or one.hidden_by.name
        yield Why(_("Ẩn vì"), _("nhóm “{name}” đang ẩn").format(name=answerwords.short(name)))
    for finding in one.findings:
        yield Why(
            title=_title(one, finding),
            words=in_words(form, finding.source, question) + _outcome(one, finding),
            source=finding.source,
            terms=tuple((in_words(form, term.source, question), _truth(term.holds)) for term in finding.terms),
            values=tuple(_value(seen, finding.own and not place) for place, seen in enumerate(finding.seen)),
        )
    if question is not None and question.bind:
        yield Why(_("Hệ thống điền"), one.shown or _("để trống"))


def _title(one: Explanation, finding: Finding) -> str:
    if finding.rule == "relevant":
        return _("Hiện vì") if finding.holds is not False else _("Ẩn vì không thỏa")
    if finding.rule == "constraint":
        return _("Đã thỏa") if finding.holds else _("Chưa thỏa")
    return _(_TITLES[finding.rule])


def _outcome(one: Explanation, finding: Finding) -> str:
    """What came of it: the truth of a condition, a computed value, a count."""
    match finding.rule:
        case "required":
            return f" ({_truth(finding.holds)})"
        case "calculation" | "default":
            return f" = {_cut(one.shown)}" if one.shown else _(" = (chưa có giá trị)")
        case "choice_filter":
            return _(": còn {offered}/{listed} lựa chọn").format(offered=number(one.offered), listed=number(one.listed))
        case "repeat_count":
            return _(": {rows} dòng").format(rows=number(one.rows))
    return ""


def _truth(holds: bool | None) -> str:
    return _(UNKNOWN) if holds is None else _(IS_TRUE) if holds else _(IS_FALSE)


def _value(seen: Seen, own: bool) -> str:
    name = _("Câu này") if own else f"“{answerwords.short(seen.question.label.plain) or seen.question.name}”"
    if not seen.asked:
        return _("{name}: không được hỏi nên coi như để trống").format(name=name)
    values = [_cut(text) if text else _("để trống") for text in seen.shown[:SHOWN]]
    rest = len(seen.shown) - SHOWN
    more = [_("và {count} dòng nữa").format(count=number(rest))] if rest > 0 else []
    return f"{name}: {'; '.join([*values, *more])}"


def _cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG].rstrip()}…"
