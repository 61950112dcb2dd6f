"""The flat keys and values of a draft: what is let in, and how much. Pure."""

from collections.abc import Mapping

from forms.flat import MAX_RAW_TEXT, ROW_IDS
from forms.schema import FILES, MANY, Form, Kind, Question, Repeat
from forms.values import MAX_CHOSEN, clean, read_date
from service.errors import Invalid
from service.flow.merging import Value
from service.words import N_, _

MAX_DRAFT = 4_000_000  # characters of one draft, some hundred times the first survey filled in
TOO_LONG = N_("Nội dung quá dài nên không lưu được. Vui lòng rút gọn, hoặc gửi kèm tệp.")


def item_at(form: Form, key: str) -> Question | Repeat | None:
    """The question or repeat a flat key names; None when it names nothing in the form."""
    parts = key.split("/")
    item = form.item(parts[-1]) if len(key) <= 2000 else None
    if not isinstance(item, Question | Repeat):
        return None
    given = iter(parts)
    names = item.path.split("/")
    for name in names:
        if next(given, None) != name:
            return None
        if name != names[-1] and isinstance(form.item(name), Repeat) and not ROW_IDS.fullmatch(next(given, "")):
            return None
    return item if next(given, None) is None else None


def admitted(form: Form, values: Mapping[str, object]) -> dict[str, Value]:
    """The values that name a question a person answers, cleaned; dates that are understood as ISO. What a draft keeps
    beside its answers (keys that begin with a mark) names no question, so nobody sets it from outside.

    A file question takes only "" here (removal): its id comes from an upload. Raises Invalid for a text that is
    too long to keep.
    """
    found: dict[str, Value] = {}
    for key, value in values.items():
        question = item_at(form, key)
        if not isinstance(question, Question) or not question.asked:
            continue
        if question.kind in MANY:
            if isinstance(value, list) and len(value) <= MAX_CHOSEN and all(isinstance(v, str) for v in value):
                found[key] = _chosen(form, question, value)
        elif isinstance(value, str) and (question.kind not in FILES or value == ""):
            found[key] = _text(question, value)
    return found


def _chosen(form: Form, question: Question, value: list[str]) -> list[str]:
    """Those that the list has: in its order, or in the order given where that is the answer."""
    given = [clean(name)[:500] for name in value]
    if question.kind is Kind.RANK:
        return [name for name in given if form.choice(question, name)]
    chosen = set(given)
    return [choice.name for choice in form.choices(question) if choice.name in chosen]


def _text(question: Question, value: str) -> str:
    if len(value) > MAX_RAW_TEXT:
        raise Invalid([{"question": question.name, "message": _(TOO_LONG)}])
    text = clean(value)
    day = read_date(text) if question.kind is Kind.DATE else None
    return day.isoformat() if day else text


def tidy(value: Value) -> Value:
    """Without control characters and lone surrogates, which no database takes."""
    return [clean(part) for part in value] if isinstance(value, list) else clean(value)


def require_bounded(answers: Mapping[str, Value]) -> None:
    """Raise Invalid when a draft is larger than any form needs."""
    if sum(len(key) + sum(map(len, value)) + len(value) for key, value in answers.items()) > MAX_DRAFT:
        raise Invalid([{"message": _(TOO_LONG)}])
