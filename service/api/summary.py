"""The consolidation of a campaign by API: one object per question, every number exact."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from forms.consolidate import Broken, Change, ChoiceCount, Numbers, Outlier, Part, QuestionSummary, Ratio, RepeatSummary
from forms.schema import Form
from service import web
from service.api import reply
from service.errors import Invalid
from service.flow import answersheet, campaigns, consolidation
from service.flow.consolidation import Choice
from service.words import _

FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}


async def summary(request: Request) -> Response:
    """What the answers to each question come to as of a moment, by kind and by group, with what is doubtful.

    `items` are the questions in form order. `accepted=true` takes only what the department has accepted; `kind` and
    `group` take the units of one. `asked` and `answered` count units, in a repeat rows. `lowest`, `highest` and units
    everywhere are codes. Quartiles are those of Excel's QUARTILE.INC.
    """
    campaign = await campaigns.published(request.path_params["id"])
    as_of = campaigns.figures_at(campaign, reply.moment(request, "as_of"), web.now(request))
    choice = _choice(request)
    found = await consolidation.of(campaign, as_of, choice)
    coverage, earlier = found.coverage, found.earlier
    return reply.reply(
        {
            "items": [question(found.form, one) for one in found.summary.questions],
            "next": None,
            "repeats": [_repeat(one) for one in found.summary.repeats],
            "broken": [_broken(one) for one in found.summary.broken],
            "campaign": campaign.id,
            "as_of": as_of,
            "accepted_only": choice.accepted,
            "kind": choice.kind or None,
            "group": choice.group or None,
            "expected": coverage.rate.expected,
            "responded": coverage.rate.responded,
            "counted": coverage.counted,
            "nil": coverage.nil,
            "received": coverage.received,
            "unaccepted": coverage.unaccepted,
            "missing": coverage.missing,
            "recorded_later": coverage.rate.recorded_later,
            "earlier": {"campaign": earlier.id, "title": earlier.title} if earlier else None,
        }
    )


def _choice(request: Request) -> Choice:
    """The units asked for. Raises Invalid."""
    accepted = FLAGS.get(request.query_params.get("accepted", "").lower())
    if accepted is None:
        raise Invalid([{"field": "accepted", "message": _("Giá trị phải là true hoặc false.")}])
    return Choice(request.query_params.get("kind", ""), request.query_params.get("group", ""), accepted)


def question(form: Form, found: QuestionSummary) -> dict[str, object]:
    """One question's figures; what does not fit its kind is null or empty."""
    asked, before = found.question, found.before
    return {
        "question": asked.name,
        "label": answersheet.label(form, asked),
        "section": answersheet.section(form, asked),
        "type": str(asked.kind),
        "consolidate": asked.consolidate.how if asked.consolidate else None,
        **_figures(found),
        "blank": found.asked - found.answered,
        "lowest": found.lowest,
        "highest": found.highest,
        "earliest": found.earliest,
        "latest": found.latest,
        "places": [
            {"name": one.name, "label": one.label, "count": one.count, "first": one.first, "mean": one.mean}
            for one in found.places
        ],
        "shares": [_ratio(one) for one in found.shares],
        **{f"by_{name}": {part.name: _figures(part) for part in parts} for name, parts in found.parts.items()},
        "earlier": None
        if before is None
        else {
            **_figures(before.whole),
            "both": before.both,
            "both_before": before.both_before,
            "both_now": before.both_now,
        },
        "fences": {"low": found.fences.low, "high": found.fences.high} if found.fences else None,
        "outliers": [_outlier(one) for one in found.outliers],
        "changes": [_change(one) for one in found.changes],
        "texts": [{"unit": unit, "text": text} for unit, text in found.texts],
        "alike": [{"text": one.text, "units": one.units, "count": len(one.members)} for one in found.alike],
    }


def _figures(found: QuestionSummary | Part) -> dict[str, object]:
    return {
        "asked": found.asked,
        "answered": found.answered,
        "numbers": _numbers(found.numbers) if found.numbers else None,
        "ratio": _ratio(found.ratio) if found.ratio else None,
        "distribution": _distribution(found.distribution),
    }


def _numbers(found: Numbers) -> dict[str, object]:
    return {
        "total": found.total,
        "mean": found.mean,
        "median": found.median,
        "q1": found.q1,
        "q3": found.q3,
        "minimum": found.minimum,
        "maximum": found.maximum,
    }


def _distribution(found: Sequence[ChoiceCount]) -> list[dict[str, object]]:
    return [{"name": one.name, "label": one.label, "count": one.count} for one in found]


def _ratio(found: Ratio) -> dict[str, object]:
    return {
        "numerator": found.numerator.name,
        "denominator": found.denominator.name,
        "numerator_sum": found.numerator_sum,
        "denominator_sum": found.denominator_sum,
        "pairs": found.pairs,
        "value": found.value,
    }


def _outlier(found: Outlier) -> dict[str, object]:
    compared = {"kind": found.kind or None, "median": found.median, "peers": found.peers}
    return {"unit": found.unit, "value": found.value, **compared}


def _change(found: Change) -> dict[str, object]:
    return {"unit": found.unit, "before": found.before, "now": found.now, "percent": found.percent}


def _broken(found: Broken) -> dict[str, object]:
    return {
        "unit": found.unit,
        "parts": dict(zip(found.tie.parts, found.parts, strict=True)),
        "whole": {found.tie.whole: found.whole},
        "equal": found.tie.equal,
        "difference": found.difference,
    }


def _repeat(found: RepeatSummary) -> dict[str, object]:
    return {"repeat": found.repeat.name, "asked": found.asked, "units": found.units, "rows": found.rows}
