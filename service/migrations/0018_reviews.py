from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0017_refresh_addresses")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ReviewClaim",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "invitation",
                    fields.OneToOneField(
                        "service.Invitation",
                        source_field="invitation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claim",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "service.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("open", fields.BooleanField(default=True)),
            ],
            options={
                "table": "reviewclaim",
                "app": "service",
                "pk_attr": "id",
                "table_description": "Who took a unit's report for review last, and when, `open` while they are at it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Remark",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "service.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="remarks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.IntField()),
                ("key", fields.CharField(max_length=2000)),
                ("label", fields.TextField(unique=False)),
                ("text", fields.TextField(unique=False)),
            ],
            options={
                "table": "remark",
                "app": "service",
                "unique_together": (("event", "place"),),
                "pk_attr": "id",
                "table_description": "What a return asks a unit to correct in one answer. The event's note holds the whole of it as it was mailed.",
            },
            bases=["Model"],
        ),
    ]
