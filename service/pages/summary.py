"""A campaign's answers summed up: one block a question, what is doubtful, and the way to hand it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from forms.consolidate import Part, QuestionSummary
from forms.schema import FILES, Kind, Question
from service import summarywords, web, words
from service.flow import answersheet, campaigns, consolidation
from service.flow.consolidation import Choice, Consolidated
from service.flow.progress import Row
from service.models import Campaign
from service.pages import asked, periods
from service.pages.asked import AsOf
from service.words import N_, _, collation

MOST = 10  # doubts of one question before the rest is folded away
GROUPS, MEMBERS = 30, 6  # alike texts that are shown, and units of each
FEW_CHOICES = 8  # of a distribution that still make a table by kind
UNTITLED = N_("Câu hỏi khác")


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    anchor: str
    questions: Sequence[QuestionSummary]


async def show(request: Request) -> Response:
    campaign = await campaigns.get(asked.number(request))
    if campaign.published_at is None:
        return web.redirect(request, f"/campaigns/{campaign.id}/review")
    as_of, path = asked.as_of(request), f"/campaigns/{campaign.id}"
    problem = asked.problem(campaign.published_at, as_of)
    choice = _choice(request)
    context = {
        "campaign": campaign,
        "as_of": as_of,
        "as_of_day": words.local(as_of.at).date().isoformat(),
        "path": path,
        "here": f"{path}/summary",
        "link": as_of.link,
        "problem": problem,
        "choice": choice,
        "found": None,
        "kinds": [],
        "groups": [],
    }
    if problem:
        return web.render(request, "monitor/summary.html", context, 422)
    found = await consolidation.of(campaign, as_of.at, choice)
    return web.render(request, "monitor/summary.html", {**context, **_figures(request, campaign, found, as_of)})


def _choice(request: Request) -> Choice:
    kind, group = asked.query(request, "kind"), asked.query(request, "group", 200)
    return Choice(kind, group, asked.query(request, "accepted") == "1")


def _figures(request: Request, campaign: Campaign, found: Consolidated, as_of: AsOf) -> dict[str, object]:
    form = found.form
    labels = {question.name: answersheet.label(form, question) for question in form.questions()}
    shown = [one for one in found.summary.questions if _shown(one.question)]
    return {
        "found": found,
        "coverage": found.coverage,
        "rate": found.coverage.rate,
        "kinds": sorted({(row.kind, words.kind(row.kind)) for row in found.rows}),
        "groups": sorted({row.group for row in found.rows}, key=collation),
        "sections": list(_sections(found, shown)),
        "broken": [(one, summarywords.broken(one, labels)) for one in found.summary.broken],
        "doubtful": [one for one in shown if one.outliers or one.changes],
        "labels": labels,
        "label": lambda question: labels[question.name],
        "names": _names(found.rows),
        "part_names": {"kind": words.kind, "group": _group_name},
        "w": summarywords,
        "most": MOST,
        "most_groups": GROUPS,
        "most_members": MEMBERS,
        "tabled": _tabled,
        "by_name": _by_name,
        "counts_of": _counts,
        "may_return": request.state.staff.role != "viewer" and as_of.given in ("", _today(request)),
        "period": _period(found.earlier) if found.earlier else "",
    }


def _today(request: Request) -> str:
    return words.local(web.now(request)).date().isoformat()


def _shown(question: Question) -> bool:
    """What is known beforehand, files and ticks say nothing when they are added up."""
    unsaid = question.bind is not None or question.header or question.kind in FILES
    return not unsaid and question.kind not in (Kind.ACKNOWLEDGE, Kind.HIDDEN)


def _sections(found: Consolidated, shown: Iterable[QuestionSummary]) -> Iterable[Section]:
    titled = groupby(shown, key=lambda one: answersheet.section(found.form, one.question))
    for place, (title, questions) in enumerate(titled, 1):
        yield Section(title or _(UNTITLED), f"s{place}", list(questions))


def _names(rows: Iterable[Row]) -> Mapping[str, str]:
    return {row.code: row.full_name for row in rows}


def _group_name(name: str) -> str:
    return name or _("Không thuộc nhóm nào")


def _by_name(grouping: str, parts: Iterable[Part]) -> list[tuple[str, Part]]:
    """(words, part) in alphabetical order of the words."""
    said = words.kind if grouping == "kind" else _group_name
    return sorted(((said(part.name), part) for part in parts), key=lambda pair: collation(pair[0]))


def _tabled(found: QuestionSummary) -> bool:
    """Whether its figures by kind and by group make a table."""
    return bool(found.numbers or found.ratio or 0 < len(found.distribution) <= FEW_CHOICES)


def _counts(found: QuestionSummary, part: Part) -> list[int]:
    """How often the part's units chose each choice of the whole."""
    counts = {choice.name: choice.count for choice in part.distribution}
    return [counts.get(choice.name, 0) for choice in found.distribution]


def _period(earlier: Campaign) -> str:
    """The campaign compared with, in words."""
    days = periods.words(earlier.period_from, earlier.period_to)
    return f"{earlier.title}, {days}" if days else earlier.title
