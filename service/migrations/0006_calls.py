from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0005_plans")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Call",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "invitation",
                    fields.ForeignKeyField(
                        "service.Invitation",
                        source_field="invitation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="calls",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
                ("number", fields.CharField(default="", max_length=40)),
                ("outcome", fields.CharField(max_length=20)),
                ("promised_on", fields.DateField(null=True)),
                ("note", fields.TextField(default="", unique=False)),
                ("corrects", fields.IntField(null=True)),
                ("undone_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("undone_by", fields.CharField(default="", max_length=60)),
                ("request", fields.CharField(unique=True, max_length=40)),
            ],
            options={
                "table": "call",
                "app": "service",
                "pk_attr": "id",
                "table_description": "A telephone call to a unit about a campaign, kept as history: taken back or corrected, never changed.",
            },
            bases=["Model"],
        ),
    ]
