"""The outbox and its record, and what came back. No foreign key leads out of this room.

Message keeps what it needs from service as plain values: `ref`, `campaign`, `unit`, `contact`.
"""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from reminders.fields import Instant


class Message(Model):
    """One mail to one address, from the moment it is owed until it is settled.

    key: unique for ever; who enqueues the same key twice sends one mail.
    kind: invitation, reminder, receipt, notice, digest, code, export.
    batch: those that one press of "send now" queued share it.
    carried_by: the message in whose mail this one's words last went, for a mailbox gets one reminder a
        day (turns.py); it then has that one's subject and text, and ends as that one does. None: its own.
    subject, text: as sent, with `{link}` in place of the personal link; empty until a `template` is
        composed, which happens when the message is claimed. version: that of the template, 0 the one
        that ships. calendar: the calendar file that went along. attachment: the Desk's name of a file that goes along.
    message_id: the Message-ID header, the same for every attempt.
    state: waiting, sending, sent, failed, cancelled, dropped; `why` is the code of the reason.
    not_before: earliest moment of the next attempt. expires_at: after it the message has no meaning.
    tried_at: giving up counts from it: the first attempt that reached the server, moved on by the time
        it was held. lease_until: while sending.
    """

    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=400, unique=True)
    kind = fields.CharField(max_length=20)
    ref = fields.CharField(max_length=100)
    campaign = fields.IntField(null=True)
    unit = fields.CharField(max_length=20, default="")
    contact = fields.IntField(null=True)
    step = fields.CharField(max_length=40, default="")
    batch = fields.CharField(max_length=60, default="")
    carried_by = fields.IntField(null=True)
    occurrence = fields.IntField(default=0)
    due_round = fields.IntField(default=0)
    to_address = fields.CharField(max_length=254)
    to_name = fields.CharField(max_length=200, default="")
    template = fields.CharField(max_length=60, default="")
    subject = fields.CharField(max_length=400, default="")
    text = fields.TextField(default="")
    version = fields.IntField(default=0)
    calendar = fields.TextField(default="")
    attachment = fields.CharField(max_length=100, default="")
    message_id = fields.CharField(max_length=320, unique=True)
    state = fields.CharField(max_length=10, default="waiting")
    why = fields.CharField(max_length=60, default="")
    attempt = fields.IntField(default=0)
    not_before = Instant()
    expires_at = Instant(null=True)
    tried_at = Instant(null=True)
    lease_until = Instant(null=True)
    created_at = Instant()
    settled_at = Instant(null=True)

    attempts: fields.ReverseRelation["Attempt"]

    class Meta:
        table = "reminders_message"
        app = "reminders"
        indexes = (("state", "not_before"), ("campaign", "unit"), ("to_address",), ("batch",), ("carried_by",))


class Attempt(Model):
    """One try at sending a message, with the server's own words.

    outcome: sent, transient, ambiguous (the server may have taken it), permanent, lost (the process
    that was sending it never said how it ended).
    """

    id = fields.IntField(primary_key=True)
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "reminders.Message", related_name="attempts", on_delete=OnDelete.RESTRICT
    )
    message_id: int
    number = fields.IntField()
    at = Instant()
    outcome = fields.CharField(max_length=20)
    reply_code = fields.IntField(null=True)
    reply_text = fields.TextField(default="")

    class Meta:
        table = "reminders_attempt"
        app = "reminders"


class Tick(Model):
    """The right to plan, held by one process at a time and won by a conditional update."""

    name = fields.CharField(max_length=40, primary_key=True)
    holder = fields.CharField(max_length=100, default="")
    lease_until = Instant()
    finished_at = Instant(null=True)

    class Meta:
        table = "reminders_tick"
        app = "reminders"


class Turn(Model):
    """Which reminder a mailbox got on its last day with one, `day` in ISO. Whoever claims for it locks its row."""

    address = fields.CharField(max_length=254, primary_key=True)
    day = fields.CharField(max_length=10, default="")
    message = fields.IntField(null=True)

    class Meta:
        table = "reminders_turn"
        app = "reminders"


class Pace(Model):
    """How fast the mail server is given messages, by all processes together: see reminders/pace.py."""

    name = fields.CharField(max_length=40, primary_key=True)
    free_at = Instant()

    class Meta:
        table = "reminders_pace"
        app = "reminders"


class Received(Model):
    """A mail that came in about one of ours: a report that it could not be delivered, or somebody's answer.

    key: the mailbox and the mail's place in it; it is taken in once. kind: bounce (for good), delay (a report that
    may pass), reply, automatic. message: the one of ours it is about. by: how that was found: id (it named our
    Message-ID) or address (its sender's is one we wrote to, which anybody can write). status: such as 5.1.1.
    text: without quotes and personal links, at most inbound.LONGEST.
    """

    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=400, unique=True)
    kind = fields.CharField(max_length=20)
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "reminders.Message", related_name="received", on_delete=OnDelete.RESTRICT
    )
    message_id: int
    by = fields.CharField(max_length=10)
    campaign = fields.IntField(null=True)
    unit = fields.CharField(max_length=20, default="")
    from_address = fields.CharField(max_length=254, default="")
    from_name = fields.CharField(max_length=200, default="")
    subject = fields.CharField(max_length=400, default="")
    text = fields.TextField(default="")
    status = fields.CharField(max_length=20, default="")
    sent_at = Instant(null=True)
    received_at = Instant()

    class Meta:
        table = "reminders_received"
        app = "reminders"
        indexes = (("campaign", "unit"),)


class DeadAddress(Model):
    """An address whose mail server said that nobody is there. Nothing is sent to it until somebody says otherwise.

    status, words: what the report said. cleared_at: when a person put it back in use.
    """

    id = fields.IntField(primary_key=True)
    address = fields.CharField(max_length=254, unique=True)
    status = fields.CharField(max_length=20)
    words = fields.CharField(max_length=500, default="")
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "reminders.Message", related_name="killed", on_delete=OnDelete.RESTRICT
    )
    message_id: int
    since = Instant()
    cleared_at = Instant(null=True)

    class Meta:
        table = "reminders_dead_address"
        app = "reminders"


class InboxPlace(Model):
    """How far a mailbox was read (imap.Place), when last, and what was wrong then ("" when nothing was)."""

    name = fields.CharField(max_length=300, primary_key=True)
    validity = fields.BigIntField(default=0)
    uid = fields.BigIntField(default=0)
    checked_at = Instant()
    problem = fields.CharField(max_length=300, default="")

    class Meta:
        table = "reminders_inbox_place"
        app = "reminders"
