"""An edit from a page that was drawn from another version of the form: it lands by question name."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from forms.carry import Left, carry
from forms.keys import moved_key
from forms.schema import FILES, Form
from service.flow import forms
from service.flow.carrying import CARRIED
from service.flow.keys import admitted
from service.flow.merging import KEPT, Edit, Revision, Value
from service.models import Campaign, Draft, DraftRevision, FormVersion


@dataclass(frozen=True, slots=True)
class Landed:
    """An edit in the keys of the version in force. `mine` are its values and files; `left` what has no place there;
    `form_id` the version its page was drawn from."""

    edit: Edit
    mine: dict[str, Value]
    form_id: int
    left: tuple[Left, ...] = field(default=())


async def land(campaign: Campaign, form: Form, edit: Edit) -> Landed:
    """The edit as the campaign's form takes it. Raises Invalid for a text that is too long to keep."""
    drawn = await drawn_from(campaign, edit.form)
    if drawn is None:
        return Landed(edit, {**admitted(form, edit.values), **edit.files}, campaign.form_id)
    found = carry(drawn, form, {**admitted(drawn, edit.values), **edit.files})
    files = {key: value for key, value in found.raw.items() if value and _is_file(form, key)}
    row = edit.row
    if row is not None:
        row = replace(row, key=moved_key(drawn, form, row.key) or "")
    chosen = {moved_key(drawn, form, key) or key: which for key, which in edit.chosen.items()}
    landed = replace(edit, chosen=chosen, row=row)
    return Landed(landed, {**admitted(form, found.raw), **files}, edit.form or campaign.form_id, found.left)


def _is_file(form: Form, key: str) -> bool:
    question = form.question(key.rsplit("/", 1)[-1])
    return question is not None and question.kind in FILES


async def drawn_from(campaign: Campaign, form_id: int | None) -> Form | None:
    """The version a page says it was drawn from, when it is another one of the campaign's form; else None."""
    if not form_id or form_id == campaign.form_id:
        return None
    names = await FormVersion.filter(id__in=[form_id, campaign.form_id]).values_list("form_id", flat=True)
    return await forms.built(form_id) if len(names) == 2 and len(set(names)) == 1 else None


async def since(draft: Draft | None, version: int, form: Form, form_id: int) -> list[Revision]:
    """What was saved after a version of the draft, in the keys of the form in force.

    Being carried over is no rival's doing: what it changed is told as left over.
    """
    if draft is None or version >= draft.version:
        return []
    rows = await DraftRevision.filter(draft_id=draft.id, version__gt=max(version, 0)).order_by("version")
    return [await _revision(row, form, form_id) for row in rows if row.by != CARRIED]


async def _revision(row: DraftRevision, form: Form, form_id: int) -> Revision:
    if row.form_id in (None, form_id):
        return Revision(row.by, row.changes)
    old = await forms.built(row.form_id)
    changes: dict[str, Sequence[Value | None]] = {}
    for key, pair in row.changes.items():
        mark = KEPT if key.startswith(KEPT) else ""
        target = moved_key(old, form, key.removeprefix(mark))
        if target is not None:
            changes[mark + target] = pair
    return Revision(row.by, changes)
