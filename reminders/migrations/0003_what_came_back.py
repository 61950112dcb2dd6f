from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


def message(related_name: str) -> tuple[str, fields.Field]:
    return (
        "message",
        fields.ForeignKeyField(
            "reminders.Message",
            source_field="message_id",
            db_constraint=True,
            to_field="id",
            related_name=related_name,
            on_delete=OnDelete.RESTRICT,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("reminders", "0002_batches_and_pace")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Received",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=400)),
                ("kind", fields.CharField(max_length=20)),
                message("received"),
                ("by", fields.CharField(max_length=10)),
                ("campaign", fields.IntField(null=True)),
                ("unit", fields.CharField(default="", max_length=20)),
                ("from_address", fields.CharField(default="", max_length=254)),
                ("from_name", fields.CharField(default="", max_length=200)),
                ("subject", fields.CharField(default="", max_length=400)),
                ("text", fields.TextField(default="", unique=False)),
                ("status", fields.CharField(default="", max_length=20)),
                ("sent_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("received_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminders_received",
                "app": "reminders",
                "indexes": [Index(fields=["campaign", "unit"])],
                "pk_attr": "id",
                "table_description": "A mail that came in about one of ours: a report that it could not be delivered, or somebody's answer.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DeadAddress",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("address", fields.CharField(unique=True, max_length=254)),
                ("status", fields.CharField(max_length=20)),
                ("words", fields.CharField(default="", max_length=500)),
                message("killed"),
                ("since", Instant(auto_now=False, auto_now_add=False)),
                ("cleared_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminders_dead_address",
                "app": "reminders",
                "pk_attr": "id",
                "table_description": "An address whose mail server said that nobody is there. Nothing is sent to it until somebody says otherwise.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InboxPlace",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=300)),
                ("validity", fields.BigIntField(default=0)),
                ("uid", fields.BigIntField(default=0)),
                ("checked_at", Instant(auto_now=False, auto_now_add=False)),
                ("problem", fields.CharField(default="", max_length=300)),
            ],
            options={
                "table": "reminders_inbox_place",
                "app": "reminders",
                "pk_attr": "name",
                "table_description": 'How far a mailbox was read (imap.Place), when last, and what was wrong then ("" when nothing was).',
            },
            bases=["Model"],
        ),
    ]
