"""Files given to file questions: judged by content, kept by hash, named in the draft by their id."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio
from tortoise.transactions import in_transaction

from forms.schema import FILES, Form, Kind, Question
from service import files
from service.errors import EnoughFiles, NotFound
from service.flow import audit, events, filling, forms, openness
from service.flow.keys import item_at
from service.flow.merging import Answers
from service.flow.principal import Principal
from service.models import Attachment, StoredFile
from service.settings import Settings

# What one invitation may have kept, files that were replaced or removed included: they are not deleted.
MOST_FILES = 60
MOST_MB = 200
IMAGES = frozenset({files.JPEG, files.PNG})


@dataclass(frozen=True, slots=True)
class Given:
    """An attachment as pages show it."""

    id: int
    name: str
    size: int
    picture: bool = False


async def add(
    settings: Settings,
    campaign_id: int,
    code: str,
    key: str,
    file: tuple[str, bytes],
    who: Principal,
    now: datetime,
    *,
    form: Form | None = None,
) -> str:
    """Keep a file for a question of an invitation; the id that the draft holds from then on.

    `file` is name and content; `form` the version whose key it is, when it is not the campaign's.
    Raises NotFound, BadFile, EmptyFile, TooLarge, EnoughFiles, and as drafts.save.
    """
    name, data = file
    found = await filling.find(campaign_id, code=code)
    openness.require_open(found.campaign, now)
    question = file_question(form or await forms.built(found.campaign.form_id), key)
    allowed = IMAGES if question.kind is Kind.IMAGE else files.ATTACHMENT
    await require_room(found.id, len(data))  # before anything is written, and below for those who come at once
    digest, content_type = await files.take(settings.files_dir, name, data, allowed)
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        openness.require_unsent(invitation, who, now)
        await require_room(invitation.id, len(data))
        stored = await StoredFile.create(
            sha256=digest, name=files.clean_name(name), size=len(data), content_type=content_type, created_at=now
        )
        attachment = await Attachment.create(invitation=invitation, key=key[:500], file=stored, created_at=now)
        subject = f"invitation:{invitation.id}"
        await audit.record("attachment.add", subject, who, now, {"attachment": attachment.id, "sha256": digest})
    return str(attachment.id)


def file_question(form: Form, key: str) -> Question:
    """The question of a flat key that takes a file. Raises NotFound."""
    question = item_at(form, key)
    if not isinstance(question, Question) or question.kind not in FILES:
        raise NotFound()
    return question


async def require_room(invitation_id: int, more: int) -> None:
    """Raise EnoughFiles when a file of that many bytes would be more than an invitation may have."""
    rows = await Attachment.filter(invitation_id=invitation_id).select_related("file")
    if len(rows) >= MOST_FILES or sum(row.file.size for row in rows) + more > MOST_MB * 1024 * 1024:
        raise EnoughFiles(files=MOST_FILES, megabytes=MOST_MB)


async def named(invitation_id: int, form: Form, raw: Answers) -> dict[str, Given]:
    """The files that a draft's file questions hold, by attachment id; asks the database only when there are any."""
    texts = {value for key, value in raw.items() if value and is_file(form, key) and isinstance(value, str)}
    return await given(invitation_id, texts)


async def given(invitation_id: int, texts: Collection[str]) -> dict[str, Given]:
    """The files of an invitation by their ids, as drafts hold them."""
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
    if not ids:
        return {}
    rows = await Attachment.filter(invitation_id=invitation_id, id__in=ids).select_related("file")
    return {str(row.id): Given(row.id, row.file.name, row.file.size, row.file.content_type in IMAGES) for row in rows}


def is_file(form: Form, key: str) -> bool:
    """Whether a flat key is a file question's: names are unique in a form, so the last part tells."""
    question = form.question(key.rsplit("/", 1)[-1])
    return question is not None and question.kind in FILES


async def foreign(invitation_id: int, ids: Collection[str]) -> set[str]:
    """Which of these ids name no attachment of the invitation."""
    numbers = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 10]
    known = await Attachment.filter(invitation_id=invitation_id, id__in=numbers).values_list("id", flat=True)
    return set(ids) - {str(number) for number in known}


async def download(settings: Settings, invitation_id: int, attachment_id: int) -> tuple[StoredFile, Path]:
    """An attachment of this invitation and where its bytes are. Raises NotFound."""
    if not 0 < attachment_id <= filling.MAX_ID:
        raise NotFound()
    row = await Attachment.filter(id=attachment_id, invitation_id=invitation_id).select_related("file").first()
    if row is None:
        raise NotFound()
    return await on_disk(settings, row.file)


async def on_disk(settings: Settings, file: StoredFile | None) -> tuple[StoredFile, Path]:
    """A stored file with the place of its bytes. Raises NotFound when there is none."""
    if file is None:
        raise NotFound()
    place = files.path(settings.files_dir, file.sha256)
    if not await anyio.to_thread.run_sync(place.is_file):
        raise NotFound()
    return file, place
