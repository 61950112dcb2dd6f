"""What exports are made of: one snapshot of a campaign as a report; and the record of each export."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.transactions import in_transaction

from exports import report
from reminders.models import Attempt, Message
from service import database, words
from service.flow import answersheet, audit, campaigns, consolidation, figures, forms, ledgerbook, mailtexts, progress
from service.flow.principal import Principal
from service.life import Act, State, Tally
from service.mailwords import KINDS as MESSAGE_KINDS
from service.mailwords import OUTCOMES
from service.models import Campaign, Contact, Event, EventNote, ExportRecord, Intake, Submission
from service.words import _


async def taken(campaign_id: int, code: str, data: bytes, who: Principal, now: datetime) -> None:
    """Note that staff took a PDF of what one unit sent."""
    last = await Event.filter(invitation__campaign_id=campaign_id, invitation__code=code).order_by("-id").first()
    digest = hashlib.sha256(data).hexdigest()
    await kept(campaign_id, "pdf", now, last.id if last else 0, digest, who, now, unit=code)


async def kept(
    campaign_id: int,
    kind: str,
    as_of: datetime,
    highest_event: int,
    digest: str,
    who: Principal,
    now: datetime,
    *,
    unit: str = "",
    codes: bool = False,
) -> None:
    """Note that a file was made, with its SHA-256 and what it was made of; `unit` when it is about one, its code;
    `codes` when answers are not in words."""
    async with in_transaction():
        await ExportRecord.create(
            campaign_id=campaign_id,
            format=kind,
            filters=f"unit:{unit}" if unit else "codes" if codes else "",
            as_of=as_of,
            made_at=now,
            made_by=who.ref,
            highest_event=highest_event,
            sha256=digest,
        )
        data = {"sha256": digest, "as_of": as_of.isoformat()} | ({"unit": unit} if unit else {})
        await audit.record("campaign.export", f"campaign:{campaign_id}", who, now, data)


async def gather(campaign_id: int, as_of: datetime, now: datetime, *, codes: bool = False) -> report.CampaignReport:
    """All that the exports of a campaign may show, read in one snapshot; answers in words, or as the form's `codes`."""
    async with database.snapshot():
        campaign = await campaigns.published(campaign_id)
        found = await progress.of(campaign_id, as_of)
        sent = await consolidation.answers(found, as_of)
        intakes = await _intakes(campaign_id, as_of)
        contacts = await _contacts(campaign_id)
        reminded = await _reminded(campaign_id, as_of)
        reasons = await _reasons(campaign_id, as_of)
        messages = await _messages(campaign_id, as_of, {row.code: row.full_name for row in found.rows})
        ledger = await ledgerbook.of_campaign(campaign_id, as_of, now)
    known = _Known(sent, intakes, contacts, reminded, reasons)
    form = await forms.built(campaign.form_id)
    given = await consolidation.in_form(form, campaign.form_id, sent)
    before = await consolidation.earlier(campaign)
    then = await consolidation.earlier_rows(form, campaign, before, as_of) if before else None
    summary = await consolidation.summary(form, given, found.rows, then)
    columns = answersheet.columns(form, codes)
    staff = campaign.staff
    return report.CampaignReport(
        title=campaign.title,
        letter=mailtexts.letter_words(campaign, subject=False),
        subject=campaign.letter_subject,
        staff=" – ".join(part for part in (staff.name, staff.phone) if part) if staff else "",
        period_from=campaign.period_from,
        period_to=campaign.period_to,
        due_at=campaign.due_at,
        closes_at=campaign.closes_at,
        as_of=as_of,
        made_at=now,
        highest_event=found.highest_event,
        illustrative=campaign.illustrative,
        rate=_figures(found),
        curve=_by_day(found.curve, campaign, min(as_of, now)),
        units=tuple(_unit(row, known) for row in found.rows),
        columns=columns,
        answers={code: answersheet.values(form, columns, one.answers, codes) for code, one in given.items()},
        repeats=answersheet.repeats(
            form, {r.code: r.full_name for r in found.rows}, {c: one.answers for c, one in given.items()}, codes
        ),
        questions=figures.questions(form, summary, found.rows),
        doubts=figures.doubts(form, summary, found.rows),
        messages=messages,
        ledger=ledger,
        older=sum(one.older for one in given.values()),
        older_left=sum(len(one.left) for one in given.values()),
    )


def _figures(found: progress.Progress) -> report.RateFigures:
    rate = found.rate
    return report.RateFigures(
        expected=rate.expected,
        responded=rate.responded,
        nil=rate.nil,
        received=rate.received,
        returned=rate.returned,
        on_time_original=rate.on_time_original,
        on_time_extended=rate.on_time_extended,
        recorded_later=rate.recorded_later,
        states=tuple((words.state(state), count) for state, count in rate.states.items()),
        by_kind=tuple(_group(words.kind(name), tally) for name, tally in sorted(rate.by_kind.items())),
        by_group=tuple(
            _group(name, tally) for name, tally in sorted(rate.by_group.items(), key=lambda g: words.collation(g[0]))
        ),
    )


def _group(label: str, tally: Tally) -> report.GroupRate:
    return report.GroupRate(label=label, expected=tally.expected, responded=tally.responded, on_time=tally.on_time)


def _by_day(
    points: Sequence[tuple[datetime, int]], campaign: Campaign, as_of: datetime
) -> tuple[tuple[date, int], ...]:
    """The number responded at the end of each day from publication to the as-of day."""
    assert campaign.published_at is not None
    day, last = words.local(campaign.published_at).date(), words.local(as_of).date()
    totals = {words.local(moment).date(): total for moment, total in points}
    found, total = [], 0
    while day <= last:
        total = totals.get(day, total)
        found.append((day, total))
        day += timedelta(days=1)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of units beside their standing: by code, or by the number of their invitation."""

    sent: Mapping[str, Submission]
    intakes: Mapping[int, str]
    contacts: Mapping[str, tuple[str, ...]]
    reminded: Mapping[str, Sequence[datetime]]
    reasons: Mapping[int, str]


def _unit(row: progress.Row, known: _Known) -> report.UnitRow:
    standing, submission = row.standing, known.sent.get(row.code)
    exempt = standing.state is State.EXEMPT
    reminded = known.reminded.get(row.code, ())
    return report.UnitRow(
        code=row.code,
        name=row.full_name,
        kind=words.kind(row.kind),
        group=row.group,
        state_label=words.state(standing.state),
        due_at=standing.due_at,
        original_due_at=standing.original_due_at,
        first_sent_at=standing.first_sent_at,
        on_time=standing.on_time_extended if standing.responded else None,
        late_label=words.corrected(row.timing, late=row.correction_late, first_on_time=standing.first_on_time),
        receipt=submission.receipt if submission else "",
        document=known.intakes.get(row.id, ""),
        contacts=known.contacts.get(row.code, ()),
        note=known.reasons.get(row.id, "") if exempt else _("Không phát sinh") if standing.nil else "",
        timing=row.timing,
        reminders=len({words.local(at).date() for at in reminded}),
        reminded_at=max(reminded, default=None),
    )


async def _reminded(campaign_id: int, as_of: datetime) -> dict[str, list[datetime]]:
    """When reminders reached a mail server, by unit code; also those that went in another campaign's mail."""
    went = Message.filter(campaign=campaign_id, kind="reminder", state="sent", settled_at__lte=as_of)
    found: dict[str, list[datetime]] = {}
    for code, at in await went.values_list("unit", "settled_at"):
        found.setdefault(code, []).append(at)
    return found


async def _reasons(campaign_id: int, as_of: datetime) -> dict[int, str]:
    """Why an invitation is off the roster, by its number: the latest reason known then."""
    notes = EventNote.filter(
        event__invitation__campaign_id=campaign_id, event__act=Act.EXEMPT, event__recorded_at__lte=as_of
    )
    return dict(await notes.order_by("event_id").values_list("event__invitation_id", "text"))


async def _intakes(campaign_id: int, as_of: datetime) -> dict[int, str]:
    """The documents of replies that came on paper or through HPnet, by invitation."""
    rows = await Intake.filter(invitation__campaign_id=campaign_id, recorded_at__lte=as_of).order_by("id")
    return {
        row.invitation_id: " ".join(
            part for part in (row.document_number, words.day(row.document_date) if row.document_date else "") if part
        )
        for row in rows
    }


async def _contacts(campaign_id: int) -> dict[str, tuple[str, ...]]:
    """One line a contact, by unit code."""
    rows = (
        await Contact.filter(unit__invitations__campaign_id=campaign_id, active=True)
        .order_by("id")
        .values_list("unit__code", "name", "phone", "email")
    )
    found: dict[str, list[str]] = {}
    for code, *parts in rows:
        found.setdefault(code, []).append(", ".join(part for part in parts if part))
    return {code: tuple(lines) for code, lines in found.items()}


async def _messages(campaign_id: int, as_of: datetime, names: Mapping[str, str]) -> tuple[report.MessageRow, ...]:
    """Every attempt at sending by then, in order of time."""
    rows = (
        await Attempt.filter(message__campaign=campaign_id, at__lte=as_of)
        .order_by("at", "id")
        .select_related("message")
    )
    return tuple(
        report.MessageRow(
            at=row.at,
            unit=names.get(row.message.unit, row.message.unit),
            kind_label=_(MESSAGE_KINDS[row.message.kind]),
            address=row.message.to_address,
            subject=row.message.subject,
            outcome_label=_(OUTCOMES[row.outcome]),
            reply=f"{row.reply_code or ''} {row.reply_text}".strip(),
        )
        for row in rows
    )
