from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0006_calls")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Hook",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=200)),
                ("number", fields.CharField(unique=True, max_length=40)),
                ("kind", fields.CharField(max_length=30)),
                (
                    "invitation",
                    fields.ForeignKeyField(
                        "service.Invitation",
                        source_field="invitation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="hooks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "service.Event",
                        source_field="event_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="hooks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("step", fields.CharField(default="", max_length=40)),
                ("due_round", fields.IntField(default=0)),
                ("state", fields.CharField(default="waiting", max_length=10)),
                ("why", fields.CharField(default="", max_length=60)),
                ("attempt", fields.IntField(default=0)),
                ("body", fields.TextField(default="", unique=False)),
                ("not_before", Instant(auto_now=False, auto_now_add=False)),
                ("expires_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("tried_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("lease_until", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
                ("settled_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "hook",
                "app": "service",
                "indexes": [Index(fields=["state", "not_before"])],
                "pk_attr": "id",
                "table_description": "What the department's own gateway is told (a webhook), from the transaction of the act until it was taken.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HookAttempt",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "hook",
                    fields.ForeignKeyField(
                        "service.Hook",
                        source_field="hook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attempts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(max_length=20)),
                ("status", fields.IntField(null=True)),
                ("words", fields.CharField(default="", max_length=300)),
            ],
            options={
                "table": "hookattempt",
                "app": "service",
                "pk_attr": "id",
                "table_description": "One try at telling the gateway, with its answer.",
            },
            bases=["Model"],
        ),
    ]
