from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0014_entry_codes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ReportTemplate",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", fields.IntField(unique=True)),
                ("in_force", fields.BooleanField(default=False)),
                (
                    "file",
                    fields.ForeignKeyField(
                        "service.StoredFile",
                        source_field="file_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="report_templates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "reporttemplate",
                "app": "service",
                "pk_attr": "id",
                "table_description": "A Word template of the office's report, checked when it came and never changed, at most one is `in_force`.",
            },
            bases=["Model"],
        ),
    ]
