"""Intake: a reply that came on paper or through HPnet, recorded in one step.

It counts from the day it was received (on time is judged by that), and shows in figures from the moment it was
recorded. The answers may be typed in later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.transactions import in_transaction

from service import files, life
from service.errors import Invalid, NotPublished
from service.flow import audit, events, terms
from service.flow.principal import Principal
from service.models import Campaign, Intake, StoredFile
from service.settings import Settings
from service.words import N_, _, local

CHANNELS = {"paper": N_("Văn bản giấy"), "hpnet": N_("HPnet")}


@dataclass(frozen=True, slots=True)
class Document:
    """What is written down about the reply. `received_at` is aware; the scan is (name, bytes)."""

    channel: str
    number: str
    date: date | None
    received_at: datetime
    note: str = ""
    scan: tuple[str, bytes] | None = None


def read(values: Mapping[str, object]) -> Document:
    """The document in plain values, from a form or from JSON; a bare date counts from 00:00 of that day.

    Raises Invalid.
    """
    reader = terms.Reader(values)
    received_at = reader.moment("received_at", values.get("received_at"))
    if received_at is None and not reader.problems:
        reader.wrong("received_at", _("Vui lòng nhập thời điểm nhận văn bản."))
    found = {
        "channel": reader.text("channel", 20),
        "number": reader.text("number", 100),
        "date": reader.day("date"),
        "note": reader.text("note", 2000),
    }
    if reader.problems or received_at is None:
        raise Invalid(reader.problems)
    return Document(received_at=received_at, **found)  # type: ignore[arg-type]  # read field by field above


async def record(
    settings: Settings, campaign_id: int, code: str, document: Document, who: Principal, now: datetime
) -> Intake:
    """Record the reply; the invitation becomes received. Raises Invalid, WrongState, BadFile."""
    _check(document, now)
    digest, kind = await files.take(settings.files_dir, *document.scan, files.SCAN) if document.scan else ("", "")
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        campaign = await Campaign.get(id=campaign_id)
        if campaign.published_at is None:
            raise NotPublished()
        if local(document.received_at).date() < local(campaign.published_at).date():
            raise _invalid("received_at", _("Ngày nhận không thể trước ngày phát hành đợt khảo sát."))
        scan = None
        if document.scan:
            scan = await StoredFile.create(
                sha256=digest,
                name=files.clean_name(document.scan[0]),
                size=len(document.scan[1]),
                content_type=kind,
                created_at=now,
            )
        event = await events.apply(
            invitation,
            life.Act.INTAKE,
            who,
            # A bare date of the day of publication stands for 00:00, before anything could be answered.
            at=document.received_at,
            recorded_at=now,
            note=document.note,
        )
        intake = await Intake.create(
            invitation=invitation,
            channel=document.channel,
            document_number=document.number.strip(),
            document_date=document.date,
            received_at=document.received_at,
            recorded_at=now,
            scan=scan,
            recorded_by=who.ref,
        )
        data = {"intake": intake.id, "event": event.id, "scan": digest}
        await audit.record("invitation.intake", f"invitation:{invitation.id}", who, now, data)
    return intake


def _invalid(field: str, message: str) -> Invalid:
    return Invalid([{"field": field, "message": message}])


def _check(document: Document, now: datetime) -> None:
    problems: list[dict[str, object]] = []
    if document.channel not in CHANNELS:
        problems.append({"field": "channel", "message": _("Vui lòng chọn văn bản giấy hoặc HPnet.")})
    if not document.number.strip() or len(document.number) > 100:
        problems.append({"field": "number", "message": _("Vui lòng nhập số, ký hiệu văn bản (tối đa 100 ký tự).")})
    if document.received_at > now:
        problems.append({"field": "received_at", "message": _("Thời điểm nhận không được sau hiện tại.")})
    if document.date is not None and document.date > local(document.received_at).date():
        problems.append({"field": "date", "message": _("Ngày văn bản không được sau ngày nhận.")})
    if len(document.note) > 2000:
        problems.append({"field": "note", "message": _("Ghi chú dài quá 2.000 ký tự. Vui lòng rút gọn.")})
    if problems:
        raise Invalid(problems)
