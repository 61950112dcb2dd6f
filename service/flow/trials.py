"""Trying a form out: a staff member fills it in as a unit would, and nothing of it reaches a campaign.

What was typed is kept a day, one try for each person and form version.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from forms.answers import evaluate
from forms.schema import Form
from service import life
from service.errors import Invalid
from service.flow import forms, library, merging
from service.flow.drafts import Edit, Saved, combined
from service.flow.filling import Filling, bound, moment
from service.flow.keys import TOO_LONG, admitted
from service.flow.merging import Value
from service.models import Campaign, Contact, FormVersion, Invitation, Staff, Trial, Unit
from service.words import N_, ZONE, _, collation

KEPT = timedelta(days=1)
MOST = 500_000  # characters of one try
PERIOD = timedelta(days=30)
FILE = "tep-thu"  # stands for a file in a try: files are not taken
_NOBODY = Unit(code="00000", name=N_("Ví dụ"), full_name=N_("Xã Ví dụ"), kind="xa", group="", parent="")


@dataclass(frozen=True, slots=True)
class Try:
    """A form being tried out. The invitation and the campaign of `filling` are made up and in no database."""

    filling: Filling
    unit: str


async def load(staff_id: int, version_id: int, now: datetime) -> Try:
    """The try as it stands; changes nothing. Raises NotFound for a version that does not exist."""
    version, _file = await library.version(version_id)
    trial = await _standing(staff_id, version_id, now)
    form = await forms.built(version.id)
    return _tried(version, form, trial, await _unit(trial.unit if trial else ""), now)


async def save(staff_id: int, version_id: int, edit: Edit, now: datetime) -> tuple[Try, Saved]:
    """Take what was typed. Raises NotFound, or Invalid for more text than a try may hold."""
    version, _file = await library.version(version_id)
    form = await forms.built(version.id)
    mine = {**admitted(form, edit.values), **edit.files}
    async with in_transaction():
        trial = await _locked(staff_id, version_id, now)
        before: dict[str, Value] = dict(trial.answers)
        merge = merging.merge(before, mine, (), "", now)
        trial.answers, _changes = combined(form, before, merge, edit)
        unit = await _unit(trial.unit)
        tried = _tried(version, form, trial, unit, now)
        drawn = {key: value for key, value in tried.filling.picture.drawn.items() if key not in merge.changes}
        if drawn:
            trial.answers |= drawn
            tried = _tried(version, form, trial, unit, now)
        if sum(len(key) + sum(map(len, value)) for key, value in trial.answers.items()) > MOST:
            raise Invalid([{"message": _(TOO_LONG)}])
        await _keep(trial, now)
    return tried, Saved(tried.filling, before, {}, ())


async def choose(staff_id: int, version_id: int, now: datetime, *, unit: str, afresh: bool = False) -> None:
    """Fill in as another unit; `afresh` forgets what was typed. Raises NotFound."""
    await library.version(version_id)
    async with in_transaction():
        trial = await _locked(staff_id, version_id, now)
        trial.unit = (await _unit(unit)).code
        trial.answers = {} if afresh else trial.answers
        await _keep(trial, now)


async def units() -> list[Unit]:
    """Those that may be chosen, sorted as Vietnamese is."""
    return sorted(await Unit.filter(active=True), key=lambda unit: collation(unit.name))


async def _standing(staff_id: int, version_id: int, now: datetime) -> Trial | None:
    return await Trial.get_or_none(staff_id=staff_id, form_id=version_id, updated_at__gt=now - KEPT)


async def _locked(staff_id: int, version_id: int, now: datetime) -> Trial:
    """The try to write to, a new one where there is none; those of yesterday and before go."""
    await Staff.select_for_update().get(id=staff_id)  # two first saves at once would make two rows
    await Trial.filter(updated_at__lte=now - KEPT).delete()
    found = await Trial.get_or_none(staff_id=staff_id, form_id=version_id)
    return found or Trial(staff_id=staff_id, form_id=version_id, unit="", answers={}, updated_at=now)


async def _keep(trial: Trial, now: datetime) -> None:
    trial.version, trial.updated_at = trial.version + 1, now
    await trial.save()


async def _unit(code: str) -> Unit:
    """The unit of that code, else the first there is, else one made up."""
    found = await Unit.get_or_none(code=code, active=True) if code else None
    return found or await Unit.filter(active=True).order_by("code").first() or _NOBODY


def _tried(version: FormVersion, form: Form, trial: Trial | None, unit: Unit, now: datetime) -> Try:
    campaign = _campaign(version, now)
    invitation = _invitation(version, unit, now)
    invitation.campaign = campaign  # no row stands behind either: they carry what the unit's pages read
    known = bound(invitation, campaign, _contact())
    raw: dict[str, Value] = dict(trial.answers) if trial else {}
    filling = Filling(
        invitation=invitation,
        campaign=campaign,
        form=form,
        picture=evaluate(form, raw, moment(invitation, now), known),
        raw=raw,
        version=trial.version if trial else 0,
        updated_at=trial.updated_at if trial and trial.version else None,
        updated_by="",
        known=known,
    )
    return Try(filling, unit.code)


def _campaign(version: FormVersion, now: datetime) -> Campaign:
    """A campaign about the 30 days that ended yesterday."""
    last = now.astimezone(ZONE).date() - timedelta(days=1)
    return Campaign(
        id=0, title=version.title, form_id=version.id, period_from=last - PERIOD, period_to=last, created_at=now
    )


def _invitation(version: FormVersion, unit: Unit, now: datetime) -> Invitation:
    names = {name: getattr(unit, name) for name in ("code", "name", "full_name", "kind", "group", "parent")}
    due = now + timedelta(days=7)
    return Invitation(id=0, **names, state=life.State.OPENED, original_due_at=due, due_at=due)


def _contact() -> Contact:
    return Contact(
        name=_("Nguyễn Văn Ví Dụ"),
        position=_("Công chức Văn hóa - Xã hội"),
        phone="0912345678",
        email="vidu@example.vn",
    )
