"""A file given to a question in parts, so that a line that breaks costs one part and not the file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio

from service import files, parts
from service.errors import EmptyFile, ServiceError, TooLarge
from service.flow import attachments, drafts, filling, forms, landing, lookups, openness
from service.flow.drafts import Edit
from service.flow.principal import Principal
from service.models import Draft, Invitation
from service.settings import Settings

LONGEST_ID = 400


@dataclass(frozen=True, slots=True)
class Coming:
    """A file that comes in parts. `id` is the sender's own mark for it, the same when it goes on later; `key` the
    question it answers, in the form version `form` (None for the one in force); `tab` and `version` are the page's."""

    campaign: int
    unit: int
    key: str
    id: str
    name: str
    size: int
    form: int | None = None
    tab: str = ""
    version: int = 0


async def offset(settings: Settings, coming: Coming, who: Principal, now: datetime) -> tuple[int, bool]:
    """How many bytes of it have come, and whether it is whole and in the draft. Raises as `take`."""
    invitation, part = await _admitted(settings, coming, who, now)
    if await _arrived(invitation, coming, part):
        return coming.size, True
    return await anyio.to_thread.run_sync(parts.held, part), False


async def take(
    settings: Settings, coming: Coming, begin: int, data: bytes, who: Principal, now: datetime, contact: int | None
) -> tuple[int, bool]:
    """Add bytes that begin there; how many have come, and whether it is whole and in the draft.

    Bytes that begin elsewhere than where the last ones ended are passed over, and the sender goes on from the answer.
    Raises NotFound, EmptyFile, TooLarge, EnoughFiles, BadFile (once it is whole), and as drafts.save.
    """
    invitation, part = await _admitted(settings, coming, who, now)
    if begin == 0:
        await attachments.require_room(invitation.id, coming.size)
        await anyio.to_thread.run_sync(parts.sweep, settings.parts_dir, invitation.id, part, now.timestamp())
    held = await anyio.to_thread.run_sync(parts.append, part, begin, data, coming.size)
    if held < coming.size:
        return held, False
    whole = await anyio.to_thread.run_sync(parts.claim, part)
    if whole is None:
        return held, await _arrived(invitation, coming, part)
    try:
        data = await anyio.to_thread.run_sync(whole.read)
        given = await _finish(settings, coming, invitation, data, who, now, contact)
        await anyio.to_thread.run_sync(parts.keep_mark, part, given)
    except ServiceError as error:
        if error.status < 500:  # after a fault the bytes are there still, and the sender asks again
            parts.drop(part)
        raise
    finally:
        whole.close()
    return held, True


async def _arrived(invitation: Invitation, coming: Coming, part: Path) -> bool:
    """Whether this very file is in the draft: the answer to its last part may have been lost."""
    given = await anyio.to_thread.run_sync(parts.mark, part)
    draft = await lookups.one(Draft, invitation_id=invitation.id) if given else None
    return draft is not None and draft.answers.get(coming.key) == given


async def _admitted(settings: Settings, coming: Coming, who: Principal, now: datetime) -> tuple[Invitation, Path]:
    """The invitation that may get such a file now, and where its part lies."""
    invitation = await filling.find(coming.campaign, unit_id=coming.unit)
    openness.require_open(invitation.campaign, now)
    openness.require_unsent(invitation, who, now)
    drawn = await landing.drawn_from(invitation.campaign, coming.form)
    attachments.file_question(drawn or await forms.built(invitation.campaign.form_id), coming.key)
    if coming.size <= 0:
        raise EmptyFile()
    if coming.size > files.LIMIT:
        raise TooLarge(limit=files.LIMIT_MB)
    return invitation, parts.place(settings.parts_dir, invitation.id, f"{coming.key}\n{coming.size}\n{coming.id}")


async def _finish(
    settings: Settings,
    coming: Coming,
    invitation: Invitation,
    data: bytes,
    who: Principal,
    now: datetime,
    contact: int | None,
) -> str:
    """Judge the whole file, keep it, and name it in the draft; its id there."""
    drawn = await landing.drawn_from(invitation.campaign, coming.form)
    where = (settings, coming.campaign, invitation.code, coming.key)
    given = await attachments.add(*where, (coming.name, data), who, now, form=drawn)
    edit = Edit(coming.version, coming.tab, files={coming.key: given}, form=coming.form)
    await drafts.save(coming.campaign, coming.unit, edit, who, now, contact_id=contact)
    return given
