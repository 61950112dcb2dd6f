from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0012_signoff")]

    initial = False

    operations = [
        ops.CreateModel(
            name="UnitRequest",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "invitation",
                    fields.ForeignKeyField(
                        "service.Invitation",
                        source_field="invitation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=20)),
                ("reason", fields.TextField(unique=False)),
                ("wished_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("asked_at", Instant(auto_now=False, auto_now_add=False)),
                ("asked_by", fields.CharField(max_length=60)),
                ("open", fields.BooleanField(null=True, default=True)),
                ("outcome", fields.CharField(default="", max_length=20)),
                ("answered_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("answered_by", fields.CharField(default="", max_length=60)),
                ("answer", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "unitrequest",
                "app": "service",
                "unique_together": (("invitation", "kind", "open"),),
                "pk_attr": "id",
                "table_description": "What a unit asks of staff in a campaign: a later due time, or its report opened again.",
            },
            bases=["Model"],
        ),
    ]
