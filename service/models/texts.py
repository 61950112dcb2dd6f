"""The words of mails and the template of the report, in versions."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.forms import StoredFile


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


class ReportTemplate(Model):
    """A Word template of the office's report, checked when it came and never changed, at most one is `in_force`."""

    id = fields.IntField(primary_key=True)
    number = fields.IntField(unique=True)
    in_force = fields.BooleanField(default=False)
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="report_templates", on_delete=RESTRICT
    )
    file_id: int
    at = Instant()
    by = fields.CharField(max_length=60)
