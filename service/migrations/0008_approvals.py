from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0007_webhook")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Approval",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "invitation",
                    fields.ForeignKeyField(
                        "service.Invitation",
                        source_field="invitation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="approvals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("step", fields.CharField(max_length=40)),
                ("occurrence", fields.IntField()),
                ("due_round", fields.IntField()),
                ("approver", fields.IntField(null=True)),
                ("state", fields.CharField(default="waiting", max_length=10)),
                ("planned_for", Instant(auto_now=False, auto_now_add=False)),
                ("asked_at", Instant(auto_now=False, auto_now_add=False)),
                ("until", Instant(auto_now=False, auto_now_add=False)),
                ("decided_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("decided_by", fields.CharField(default="", max_length=60)),
                ("reason", fields.CharField(default="", max_length=1000)),
            ],
            options={
                "table": "approval",
                "app": "service",
                "unique_together": (("invitation", "step", "occurrence", "due_round"),),
                "indexes": [Index(fields=["state"])],
                "pk_attr": "id",
                "table_description": "Whether a reminder that needs a person's word may go to one unit, asked once a step, occurrence and due round.",
            },
            bases=["Model"],
        ),
    ]
