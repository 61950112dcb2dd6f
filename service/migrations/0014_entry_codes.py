from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0013_unit_requests")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EntryCode",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "service.Unit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="codes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("address", fields.CharField(max_length=254)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
                ("expires_at", Instant(auto_now=False, auto_now_add=False)),
                ("tries", fields.IntField(default=0)),
                ("used_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "entrycode",
                "app": "service",
                "indexes": [Index(fields=["unit_id", "address"]), Index(fields=["expires_at"])],
                "pk_attr": "id",
                "table_description": "A one-time code that somebody asked for at the public page, for an address as they typed it, registered or not.",
            },
            bases=["Model"],
        ),
    ]
