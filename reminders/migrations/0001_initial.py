from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Message",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=400)),
                ("kind", fields.CharField(max_length=20)),
                ("ref", fields.CharField(max_length=100)),
                ("campaign", fields.IntField(null=True)),
                ("unit", fields.CharField(default="", max_length=20)),
                ("contact", fields.IntField(null=True)),
                ("step", fields.CharField(default="", max_length=40)),
                ("occurrence", fields.IntField(default=0)),
                ("due_round", fields.IntField(default=0)),
                ("to_address", fields.CharField(max_length=254)),
                ("to_name", fields.CharField(default="", max_length=200)),
                ("template", fields.CharField(default="", max_length=60)),
                ("subject", fields.CharField(default="", max_length=400)),
                ("text", fields.TextField(default="", unique=False)),
                ("message_id", fields.CharField(unique=True, max_length=320)),
                ("state", fields.CharField(default="waiting", max_length=10)),
                ("why", fields.CharField(default="", max_length=60)),
                ("attempt", fields.IntField(default=0)),
                ("not_before", Instant(auto_now=False, auto_now_add=False)),
                ("expires_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("tried_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("lease_until", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
                ("settled_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminders_message",
                "app": "reminders",
                "indexes": [
                    Index(fields=["state", "not_before"]),
                    Index(fields=["campaign", "unit"]),
                    Index(fields=["to_address"]),
                ],
                "pk_attr": "id",
                "table_description": "One mail to one address, from the moment it is owed until it is settled.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Attempt",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "reminders.Message",
                        source_field="message_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attempts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(max_length=20)),
                ("reply_code", fields.IntField(null=True)),
                ("reply_text", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "reminders_attempt",
                "app": "reminders",
                "pk_attr": "id",
                "table_description": "One try at sending a message, with the server's own words.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Tick",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ("holder", fields.CharField(default="", max_length=100)),
                ("lease_until", Instant(auto_now=False, auto_now_add=False)),
                ("finished_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminders_tick",
                "app": "reminders",
                "pk_attr": "name",
                "table_description": "The right to plan, held by one process at a time and won by a conditional update.",
            },
            bases=["Model"],
        ),
    ]
