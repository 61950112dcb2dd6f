"""What is to be corrected, question by question: checked against the report it is about, kept with the return."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.answers import Field, Heading, RowGroup
from forms.schema import Form, Kind, walk
from service import life, readable
from service.answerwords import short
from service.errors import Invalid
from service.flow import events, submissions
from service.models import Campaign, Event, Invitation, Remark, Submission
from service.words import _

LONGEST = 2000
MOST = 100
# Also while the leader approves the correction, or has refused it.
AT_THE_UNIT = frozenset({life.State.RETURNED, life.State.AWAITING_SIGNOFF, life.State.DRAFT})


@dataclass(frozen=True, slots=True)
class Asked:
    """A remark as it is asked for: `question` is a flat key, or a name that stands for one question alone."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A remark with the flat key of its question and the words of it."""

    key: str
    label: str
    text: str


async def found(invitation: Invitation, campaign: Campaign, asked: Sequence[Asked]) -> list[Found]:
    """The remarks that say something, in the order of the form. Raises Invalid: too long, too many, no such question
    in what the unit sent last."""
    given = [Asked(one.question, one.text.strip()) for one in asked if one.text.strip()]
    if not given:
        return []
    sent = await submissions.latest(invitation.id)
    labels = await _labels(invitation, campaign, sent) if sent else {}
    keys = [_key(labels, one.question) for one in given]
    if len(given) > MOST or any(len(one.text) > LONGEST for one in given):
        said = _("Vui lòng ghi tối đa {count} nhận xét, mỗi nhận xét tối đa {limit} ký tự.")
        raise Invalid([{"field": "remarks", "message": said.format(count=MOST, limit="2.000")}])
    unknown = [one.question for one, key in zip(given, keys, strict=True) if key is None]
    if unknown:
        said = _("Báo cáo đã gửi không có câu “{question}”.")
        raise Invalid([{"field": "remarks", "message": said.format(question=short(name))} for name in unknown])
    order = {key: place for place, key in enumerate(labels)}
    made = [Found(key, labels[key], one.text) for one, key in zip(given, keys, strict=True) if key is not None]
    return sorted(made, key=lambda one: order[one.key])


def _key(labels: Mapping[str, str], question: str) -> str | None:
    if question in labels:
        return question
    named = [key for key in labels if key.rpartition("/")[2] == question]
    return named[0] if len(named) == 1 else None


async def _labels(invitation: Invitation, campaign: Campaign, sent: Submission) -> dict[str, str]:
    """The words of every question that was asked, by flat key, in form order."""
    if sent.nil_reason:
        return {}
    form = await submissions.form_of(sent, campaign)
    picture = await submissions.as_sent(form, invitation, campaign, sent)
    return dict(line for page in form.pages for line in _lines(picture.page(page.key)))


def _lines(items: Iterable[Field | Heading | RowGroup], row: str = "", above: str = "") -> Iterator[tuple[str, str]]:
    """`row` are the words for the row that holds the items, `above` its place."""
    for item in items:
        if not item.relevant or isinstance(item, Heading):
            continue
        if isinstance(item, RowGroup):
            for one in item.rows:
                place = readable.below(above, one)
                yield from _lines(one.items, readable.row_title(item, one, place), place)
        elif item.question.kind is not Kind.NOTE and not item.question.header:
            label = item.label or item.question.name
            yield item.key, f"{row} – {label}" if row else label


def whole(remark: str, remarks: Sequence[Found]) -> str:
    """All that is asked for, as the mail has it: the general remark, then a line a question."""
    lines = [_("- Câu “{label}”: {text}").format(label=one.label, text=one.text) for one in remarks]
    return "\n\n".join(part for part in (remark, "\n".join(lines)) if part)


async def keep(event: Event, remarks: Sequence[Found]) -> None:
    """Write them with the return, in its transaction."""
    for place, one in enumerate(remarks):
        await Remark.create(event=event, place=place, key=one.key, label=one.label, text=one.text)


async def last(invitation_id: int) -> dict[str, str]:
    """The remarks of the latest return by flat key, however often it was sent again since."""
    event = await events.latest(invitation_id, life.Act.RETURN)
    if event is None:
        return {}
    rows = await Remark.filter(event=event).order_by("place").values_list("key", "text")
    told: dict[str, str] = {}
    for key, text in rows:
        told[key] = f"{told[key]}\n{text}" if key in told else text
    return told


async def standing(invitation: Invitation) -> dict[str, str]:
    """The remarks by flat key while the report waits for the unit's correction."""
    handed_back = invitation.due_round > 0 and life.State(invitation.state) in AT_THE_UNIT
    return await last(invitation.id) if handed_back else {}


def pages(form: Form, told: Collection[str]) -> Collection[str]:
    """The keys of the pages that hold a question with a remark; `told` are flat keys."""
    names = {key.rpartition("/")[2] for key in told}
    return {page.key for page in form.pages if any(item.name in names for item in walk(page.items))}
