"""The words of mails, in versions."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant


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
