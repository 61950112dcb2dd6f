from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0010_texts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SignedReport",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "submission",
                    fields.ForeignKeyField(
                        "service.Submission",
                        source_field="submission_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="signed",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.CharField(default="", max_length=100)),
                ("date", fields.DateField(null=True)),
                (
                    "scan",
                    fields.ForeignKeyField(
                        "service.StoredFile",
                        source_field="scan_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="signed_reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "signedreport",
                "app": "service",
                "pk_attr": "id",
                "table_description": "A sent report as the unit's own document: its number and date there and the scan of what was signed.",
            },
            bases=["Model"],
        ),
    ]
