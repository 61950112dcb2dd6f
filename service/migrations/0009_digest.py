from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0008_approvals")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Digest",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "staff",
                    fields.OneToOneField(
                        "service.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="digest",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("wanted", fields.BooleanField()),
                ("day", fields.DateField(null=True)),
                ("until", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "digest",
                "app": "service",
                "pk_attr": "id",
                "table_description": "The morning digest of a staff member who asked for it once, `wanted` while they do.",
            },
            bases=["Model"],
        ),
    ]
