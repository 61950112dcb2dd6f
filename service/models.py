"""What the service keeps. Every foreign key is RESTRICT: nothing vanishes because something else did.

Times are Instant (UTC in the database). Secrets are hashes. Names and texts of people stand here, in
events and audit records only their ids.
"""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from reminders.fields import Instant

RESTRICT = OnDelete.RESTRICT


class Unit(Model):
    """A commune-level body, known by its official 5-digit code (a string: it may begin with 0)."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=10, unique=True)
    name = fields.CharField(max_length=200)
    full_name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=20)
    group = fields.CharField(max_length=200)
    parent = fields.CharField(max_length=10, default="")
    tile_col = fields.IntField(null=True)
    tile_row = fields.IntField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    folded = fields.CharField(max_length=200)
    active = fields.BooleanField(default=True)


class Contact(Model):
    """A person or mailbox of a unit. `email` is normalised, empty when only a telephone is known."""

    id = fields.IntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "service.Unit", related_name="contacts", on_delete=RESTRICT
    )
    unit_id: int
    role = fields.CharField(max_length=20)  # official, leader
    name = fields.CharField(max_length=200, default="")
    position = fields.CharField(max_length=200, default="")
    email = fields.CharField(max_length=254, default="")
    phone = fields.CharField(max_length=40, default="")
    active = fields.BooleanField(default=True)

    class Meta:
        unique_together = (("unit", "role", "email", "name"),)


class Staff(Model):
    id = fields.IntField(primary_key=True)
    username = fields.CharField(max_length=100, unique=True)
    name = fields.CharField(max_length=200)
    position = fields.CharField(max_length=200, default="")
    phone = fields.CharField(max_length=40, default="")
    email = fields.CharField(max_length=254, default="")
    role = fields.CharField(max_length=20)  # viewer, staff, administrator
    password_hash = fields.CharField(max_length=200, default="")
    active = fields.BooleanField(default=True)
    created_at = Instant()


class Digest(Model):
    """The morning digest of a staff member who asked for it once, `wanted` while they do.

    `day` is the last day for which it was decided whether there was anything to tell, `until` the moment up to which
    that one told: the next begins there.
    """

    id = fields.IntField(primary_key=True)
    staff: fields.OneToOneRelation[Staff] = fields.OneToOneField(
        "service.Staff", related_name="digest", on_delete=RESTRICT
    )
    staff_id: int
    wanted = fields.BooleanField()
    day = fields.DateField(null=True)
    until = Instant()


class StaffSession(Model):
    """A log-in. The cookie's token is stored only as its hash."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="sessions", on_delete=RESTRICT
    )
    staff_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(null=True)


class SetupLink(Model):
    """A one-time link by which a new staff member chooses a password."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="setup_links", on_delete=RESTRICT
    )
    staff_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = Instant()
    used_at = Instant(null=True)


class ApiToken(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=100)
    role = fields.CharField(max_length=20)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    revoked_at = Instant(null=True)


class Attempts(Model):
    """How often something guarded was tried in a window (log-in by name and by address)."""

    key = fields.CharField(max_length=120, primary_key=True)
    count = fields.IntField()
    until = Instant()


class CalendarDay(Model):
    """A public holiday or make-up working day, with where it is from and how sure it is."""

    date = fields.DateField(primary_key=True)
    kind = fields.CharField(max_length=10)  # nghi, lam_bu
    name = fields.CharField(max_length=200)
    source = fields.CharField(max_length=200)
    status = fields.CharField(max_length=20)  # quyet_dinh, du_kien, can_xac_minh


class CalendarChange(Model):
    """What one change did to the calendar, so that it can be told and undone.

    `changes`: day (ISO), or "hours" for the office hours -> [before, after], null where there was nothing; a day is
    an object of the columns of CalendarDay. `touched`: ids of the campaigns that ran then and would have come out
    otherwise. `undoes` is the change that this one took back.
    """

    id = fields.IntField(primary_key=True)
    at = Instant()
    by = fields.CharField(max_length=60)
    reason = fields.CharField(max_length=500)
    changes: dict[str, list[Any]] = fields.JSONField()
    touched: list[int] = fields.JSONField()
    undoes = fields.IntField(null=True, unique=True)


class OfficeHours(Model):
    """The office hours in force, one row with id 1 at most, none: those of reminders.calendar.Office."""

    id = fields.IntField(primary_key=True, generated=False)
    hours = fields.CharField(max_length=40)


class StoredFile(Model):
    """A file on disk, found by the SHA-256 of its content, `name` is what its sender called it."""

    id = fields.IntField(primary_key=True)
    sha256 = fields.CharField(max_length=64, db_index=True)
    name = fields.CharField(max_length=255)
    size = fields.IntField()
    content_type = fields.CharField(max_length=100)
    created_at = Instant()


class FormVersion(Model):
    """An imported workbook: its cells as read (forms.xlsform.Cells), from which the form is built."""

    id = fields.IntField(primary_key=True)
    form_id = fields.CharField(max_length=200)
    version = fields.CharField(max_length=100)
    title = fields.CharField(max_length=500)
    questions = fields.IntField()
    cells: dict[str, list[list[str]]] = fields.JSONField()
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="form_versions", on_delete=RESTRICT
    )
    file_id: int
    created_at = Instant()

    class Meta:
        unique_together = (("form_id", "version"),)


class FormFile(Model):
    """A CSV file that came with a form's workbook, which calls it by `name`."""

    id = fields.IntField(primary_key=True)
    form: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="files", on_delete=RESTRICT
    )
    form_id: int
    name = fields.CharField(max_length=200)
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="form_files", on_delete=RESTRICT
    )
    file_id: int

    class Meta:
        unique_together = (("form", "name"),)


class Trial(Model):
    """A form version as a staff member tries it out in place of a unit, nobody's report and gone after a day."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="trials", on_delete=RESTRICT
    )
    staff_id: int
    form: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="trials", on_delete=RESTRICT
    )
    form_id: int
    unit = fields.CharField(max_length=10)
    version = fields.IntField(default=0)
    answers: dict[str, str | list[str]] = fields.JSONField()
    updated_at = Instant()

    class Meta:
        unique_together = (("staff", "form"),)


class Campaign(Model):
    """A survey round. Due is `due_at` (fixed) or `due_days` of `due_kind` after publication or opening.

    `due_explained` says how it was counted at publication (reminders.deadlines, as JSON); None for a fixed one.
    `roster` is the choice made before publication: unit codes, or None for all units. `reminders` is the plan's
    steps as JSON. `illustrative` marks made-up figures wherever they show.
    """

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=500)
    form: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="campaigns", on_delete=RESTRICT
    )
    form_id: int
    letter_number = fields.CharField(max_length=100, default="")
    letter_date = fields.DateField(null=True)
    letter_subject = fields.CharField(max_length=500, default="")
    letter_file: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="letters", null=True, on_delete=RESTRICT
    )
    letter_file_id: int | None
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="campaigns", null=True, on_delete=RESTRICT
    )
    staff_id: int | None
    period_from = fields.DateField(null=True)
    period_to = fields.DateField(null=True)
    opens_at = Instant(null=True)
    closes_at = Instant(null=True)
    due_at = Instant(null=True)
    due_days = fields.DecimalField(max_digits=6, decimal_places=1, null=True)
    due_kind = fields.CharField(max_length=20, default="")  # day, working_day; empty: due_at is fixed
    due_explained: dict[str, object] | None = fields.JSONField(null=True)
    roster: list[str] | None = fields.JSONField(null=True)
    reminders: list[dict[str, object]] = fields.JSONField()
    allow_nil = fields.BooleanField(default=False)
    signoff = fields.BooleanField(default=False)
    illustrative = fields.BooleanField(default=False)
    created_at = Instant()
    published_at = Instant(null=True)


class PlanChange(Model):
    """One change of a campaign's reminder plan: the steps before and after, as JSON (reminders.steps)."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="plan_changes", on_delete=RESTRICT
    )
    campaign_id: int
    number = fields.IntField()
    at = Instant()
    by = fields.CharField(max_length=60)
    before: list[dict[str, object]] = fields.JSONField()
    after: list[dict[str, object]] = fields.JSONField()

    class Meta:
        unique_together = (("campaign", "number"),)


class MailText(Model):
    """One version of a mail's text as the office wrote it (reminders.texts), never changed afterwards.

    `name` says which text, `number` counts its versions from 1. The one `in_force` is the newest. `subject` and `text`
    are empty where the office went back to the text that ships.
    """

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=60)
    number = fields.IntField()
    in_force = fields.BooleanField(default=True)
    subject = fields.CharField(max_length=400, default="")
    text = fields.TextField(default="")
    at = Instant()
    by = fields.CharField(max_length=60)

    class Meta:
        unique_together = (("name", "number"),)


class Invitation(Model):
    """One unit in one campaign, with the unit's names of the day of publication.

    `state`, `due_at` and `first_sent_at` repeat what the events say, written in the same transaction. `due_at` is the
    due time in force: with extensions, and while a report is handed back that of its correction. `original_due_at`
    never changes.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="invitations", on_delete=RESTRICT
    )
    campaign_id: int
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "service.Unit", related_name="invitations", on_delete=RESTRICT
    )
    unit_id: int
    code = fields.CharField(max_length=10)
    name = fields.CharField(max_length=200)
    full_name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=20)
    group = fields.CharField(max_length=200)
    parent = fields.CharField(max_length=10)
    state = fields.CharField(max_length=20)
    nil = fields.BooleanField(default=False)
    original_due_at = Instant()
    due_at = Instant()
    due_round = fields.IntField(default=0)
    first_sent_at = Instant(null=True)
    events_count = fields.IntField(default=0)

    class Meta:
        unique_together = (("campaign", "code"),)


class Approval(Model):
    """Whether a reminder that needs a person's word may go to one unit, asked once a step, occurrence and due round.

    `approver` is the staff member who is asked, None where nobody is named: then any may answer. `state` is waiting,
    approved, refused (with a reason), lapsed when nobody had answered by `until`, void when nothing was to be sent any
    more (the unit answered, the due time or the plan changed). `planned_for` is the step's moment.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="approvals", on_delete=RESTRICT
    )
    invitation_id: int
    step = fields.CharField(max_length=40)
    occurrence = fields.IntField()
    due_round = fields.IntField()
    approver = fields.IntField(null=True)
    state = fields.CharField(max_length=10, default="waiting")
    planned_for = Instant()
    asked_at = Instant()
    until = Instant()
    decided_at = Instant(null=True)
    decided_by = fields.CharField(max_length=60, default="")
    reason = fields.CharField(max_length=1000, default="")

    class Meta:
        unique_together = (("invitation", "step", "occurrence", "due_round"),)
        indexes = (("state",),)


class Event(Model):
    """One act in an invitation's life, never changed. `note` and `data` hold no personal text."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="events", on_delete=RESTRICT
    )
    invitation_id: int
    seq = fields.IntField()
    act = fields.CharField(max_length=20)
    to = fields.CharField(max_length=20)
    actor = fields.CharField(max_length=20)
    actor_ref = fields.CharField(max_length=60, default="")
    at = Instant()
    recorded_at = Instant()
    nil = fields.BooleanField(default=False)
    due_at = Instant(null=True)

    class Meta:
        unique_together = (("invitation", "seq"),)


class EventNote(Model):
    """The reason or remark given with an event: free text, so that it can be erased without the event."""

    id = fields.IntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField(
        "service.Event", related_name="note", on_delete=RESTRICT
    )
    event_id: int
    text = fields.TextField()


class UnitRequest(Model):
    """What a unit asks of staff in a campaign: a later due time, or its report opened again.

    `kind` is one of flow.unitrequests.KINDS. `open` is true while it waits for an answer and null afterwards, so that
    the database allows one open request of a kind. `outcome`: granted (by the act itself), refused with an `answer`,
    withdrawn, or lapsed when there is nothing left to grant.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="requests", on_delete=RESTRICT
    )
    invitation_id: int
    kind = fields.CharField(max_length=20)
    reason = fields.TextField()
    wished_at = Instant(null=True)
    asked_at = Instant()
    asked_by = fields.CharField(max_length=60)
    open = fields.BooleanField(null=True, default=True)
    outcome = fields.CharField(max_length=20, default="")
    answered_at = Instant(null=True)
    answered_by = fields.CharField(max_length=60, default="")
    answer = fields.TextField(default="")

    class Meta:
        unique_together = (("invitation", "kind", "open"),)


class Call(Model):
    """A telephone call to a unit about a campaign, kept as history: taken back or corrected, never changed.

    `outcome` is one of flow.calls.OUTCOMES. `number` is the telephone that was called, `promised_on` the day by which
    the unit said it would send. `corrects` is the call in whose place this one stands. `request` is that of the page
    it came from: pressed twice, it is one call.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="calls", on_delete=RESTRICT
    )
    invitation_id: int
    at = Instant()
    by = fields.CharField(max_length=60)
    number = fields.CharField(max_length=40, default="")
    outcome = fields.CharField(max_length=20)
    promised_on = fields.DateField(null=True)
    note = fields.TextField(default="")
    corrects = fields.IntField(null=True)
    undone_at = Instant(null=True)
    undone_by = fields.CharField(max_length=60, default="")
    request = fields.CharField(max_length=40, unique=True)


class Hook(Model):
    """What the department's own gateway is told (a webhook), from the transaction of the act until it was taken.

    `key` says what it is about and is unique for ever, `number` goes out as webhook-id. `kind` is one of
    flow.hooks.KINDS. `event` is the act that is told, None for a reminder, which has `step` and `due_round`.
    `body` is the JSON as sent, the same at every attempt; "" until it is first made ready. `state`: waiting, sending,
    sent, failed, dropped; `why` is the code of the reason. `tried_at`: the first attempt, from which giving up counts.
    """

    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=200, unique=True)
    number = fields.CharField(max_length=40, unique=True)
    kind = fields.CharField(max_length=30)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="hooks", on_delete=RESTRICT
    )
    invitation_id: int
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "service.Event", related_name="hooks", null=True, on_delete=RESTRICT
    )
    event_id: int | None
    step = fields.CharField(max_length=40, default="")
    due_round = fields.IntField(default=0)
    state = fields.CharField(max_length=10, default="waiting")
    why = fields.CharField(max_length=60, default="")
    attempt = fields.IntField(default=0)
    body = fields.TextField(default="")
    not_before = Instant()
    expires_at = Instant(null=True)
    tried_at = Instant(null=True)
    lease_until = Instant(null=True)
    created_at = Instant()
    settled_at = Instant(null=True)

    class Meta:
        indexes = (("state", "not_before"),)


class HookAttempt(Model):
    """One try at telling the gateway, with its answer.

    `outcome`: those of gateway.Answer, lost (the process ended in the middle), or not_ready (its body could not be
    made).
    """

    id = fields.IntField(primary_key=True)
    hook: fields.ForeignKeyRelation[Hook] = fields.ForeignKeyField(
        "service.Hook", related_name="attempts", on_delete=RESTRICT
    )
    hook_id: int
    number = fields.IntField()
    at = Instant()
    outcome = fields.CharField(max_length=20)
    status = fields.IntField(null=True)
    words = fields.CharField(max_length=300, default="")


class ContactLink(Model):
    """One contact's way in for one invitation. The token is derived (service/security.py), never stored."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="links", on_delete=RESTRICT
    )
    invitation_id: int
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "service.Contact", related_name="links", null=True, on_delete=RESTRICT
    )
    contact_id: int | None
    address = fields.CharField(max_length=254, default="")
    generation = fields.IntField(default=1)
    created_at = Instant()


class UnitSession(Model):
    """A unit's browser that came in by a personal link, it sees that unit only."""

    id = fields.IntField(primary_key=True)
    link: fields.ForeignKeyRelation[ContactLink] = fields.ForeignKeyField(
        "service.ContactLink", related_name="sessions", on_delete=RESTRICT
    )
    link_id: int
    generation = fields.IntField()
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(null=True)


class EntryCode(Model):
    """A one-time code that somebody asked for at the public page, for an address as they typed it, registered or not.

    The code itself is derived (service/security.py), never stored. `token_hash` is that of the cookie of the browser
    that asked: the code counts in no other. `tries` are the wrong ones, `used_at` is when the right code was typed,
    `ended_at` when a newer code took its place or the browser left. Gone a day after it expired.
    """

    id = fields.IntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "service.Unit", related_name="codes", on_delete=RESTRICT
    )
    unit_id: int
    address = fields.CharField(max_length=254)
    created_at = Instant()
    expires_at = Instant()
    tries = fields.IntField(default=0)
    used_at = Instant(null=True)
    ended_at = Instant(null=True)

    class Meta:
        indexes = (("unit_id", "address"), ("expires_at",))


class Draft(Model):
    """Work in progress: raw text by question key (forms.answers.Raw), invalid text included.

    `form` is the version the keys are of: the campaign may have moved on to another (flow.carrying).
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.OneToOneRelation[Invitation] = fields.OneToOneField(
        "service.Invitation", related_name="draft", on_delete=RESTRICT
    )
    invitation_id: int
    version = fields.IntField(default=0)
    answers: dict[str, str | list[str]] = fields.JSONField()
    updated_at = Instant()
    updated_by = fields.CharField(max_length=60, default="")
    form: fields.ForeignKeyNullableRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="drafts", null=True, on_delete=RESTRICT
    )
    form_id: int | None


class DraftRevision(Model):
    """What one save changed: question key -> [before, after], null where the key was absent.

    The keys are of the version `form`.
    """

    id = fields.IntField(primary_key=True)
    draft: fields.ForeignKeyRelation[Draft] = fields.ForeignKeyField(
        "service.Draft", related_name="revisions", on_delete=RESTRICT
    )
    draft_id: int
    version = fields.IntField()
    changes: dict[str, list[str | list[str] | None]] = fields.JSONField()
    at = Instant()
    by = fields.CharField(max_length=60)
    form: fields.ForeignKeyNullableRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="revisions", null=True, on_delete=RESTRICT
    )
    form_id: int | None

    class Meta:
        unique_together = (("draft", "version"),)


class FormMove(Model):
    """A published campaign went over from one version of its form to another, and why."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="moves", on_delete=RESTRICT
    )
    campaign_id: int
    old: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="moves_from", on_delete=RESTRICT
    )
    old_id: int
    new: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="moves_to", on_delete=RESTRICT
    )
    new_id: int
    reason = fields.CharField(max_length=1000)
    at = Instant()
    by = fields.CharField(max_length=60)


class LeftOver(Model):
    """An answer of a draft that had no place in the version it was carried to (forms.carry.Left).

    `key` is of the version `form`, `label` says question and row in words of then. Settled, never deleted: `outcome`
    is "dismissed" by a person or "restored" into the draft, "" while it waits.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="left_over", on_delete=RESTRICT
    )
    invitation_id: int
    form: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="left_over", on_delete=RESTRICT
    )
    form_id: int
    key = fields.CharField(max_length=2000)
    kind = fields.CharField(max_length=20, default="")  # forms.schema.Kind, empty for a repeat's row ids
    code = fields.CharField(max_length=20)
    label = fields.TextField()
    shown = fields.TextField()
    value: dict[str, str] | list[str] = fields.JSONField()  # a text as {"text": …}
    at = Instant()
    by = fields.CharField(max_length=60)
    settled_at = Instant(null=True)
    settled_by = fields.CharField(max_length=60, default="")
    outcome = fields.CharField(max_length=20, default="")

    class Meta:
        indexes = (("invitation_id",),)


class Attachment(Model):
    """A file given to a file question, the draft holds its id as text."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="attachments", on_delete=RESTRICT
    )
    invitation_id: int
    key = fields.CharField(max_length=500)
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="attachments", on_delete=RESTRICT
    )
    file_id: int
    created_at = Instant()


class Submission(Model):
    """What was sent, numbered within the invitation and never overwritten.

    `submitted_at` is when it took effect, `recorded_at` when it was written down: they differ where staff type in a
    reply that came on paper. `receipt` is the number people quote. `hash` is SHA-256 over the canonical JSON of the
    answers with the invitation, the number and the time. A key of one principal may be used once (idempotency).
    `form` is the version that was filled in, and stays it when the campaign moves on to another.
    Where the leader signed off: `asked_at` and `asked_by` say when and by whom (a principal's ref) it was handed in for
    approval.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="submissions", on_delete=RESTRICT
    )
    invitation_id: int
    number = fields.IntField()
    receipt = fields.CharField(max_length=40, unique=True)
    submitted_at = Instant()
    recorded_at = Instant()
    answers: dict[str, object] = fields.JSONField()
    nil_reason = fields.TextField(default="")
    hash = fields.CharField(max_length=64)
    actor = fields.CharField(max_length=20)
    actor_ref = fields.CharField(max_length=60)
    principal = fields.CharField(max_length=60)
    idempotency_key = fields.CharField(max_length=200)
    body_hash = fields.CharField(max_length=64)
    form: fields.ForeignKeyNullableRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="submissions", null=True, on_delete=RESTRICT
    )
    form_id: int | None
    asked_at = Instant(null=True)
    asked_by = fields.CharField(max_length=60, default="")

    class Meta:
        unique_together = (("invitation", "number"), ("principal", "invitation", "idempotency_key"))


class SignedReport(Model):
    """A sent report as the unit's own document: its number and date there and the scan of what was signed.

    Never changed, the latest of a submission counts and holds all that is known.
    """

    id = fields.IntField(primary_key=True)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "service.Submission", related_name="signed", on_delete=RESTRICT
    )
    submission_id: int
    number = fields.CharField(max_length=100, default="")
    date = fields.DateField(null=True)
    scan: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="signed_reports", null=True, on_delete=RESTRICT
    )
    scan_id: int | None
    at = Instant()
    by = fields.CharField(max_length=60)


class Intake(Model):
    """A reply that came on paper or through HPnet, recorded in one step."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="intakes", on_delete=RESTRICT
    )
    invitation_id: int
    channel = fields.CharField(max_length=20)  # paper, hpnet
    document_number = fields.CharField(max_length=100)
    document_date = fields.DateField(null=True)
    received_at = Instant()
    recorded_at = Instant()
    scan: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="intakes", null=True, on_delete=RESTRICT
    )
    scan_id: int | None
    recorded_by = fields.CharField(max_length=60)


class AuditRecord(Model):
    """One change, chained to the one before by hash. Holds ids, never names or texts."""

    seq = fields.IntField(primary_key=True, generated=False)
    at = Instant()
    actor = fields.CharField(max_length=60)
    action = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=120)
    data: dict[str, object] = fields.JSONField()
    previous = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)


class ExportRecord(Model):
    """An export that was made: of when, by whom, and the hash of the file."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="exports", on_delete=RESTRICT
    )
    campaign_id: int
    format = fields.CharField(max_length=10)
    as_of = Instant()
    made_at = Instant()
    made_by = fields.CharField(max_length=60)
    highest_event = fields.IntField()
    sha256 = fields.CharField(max_length=64)
