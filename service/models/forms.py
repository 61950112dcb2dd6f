"""Files as they were handed in, forms and their versions, and trials of them."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.staff import Staff


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
