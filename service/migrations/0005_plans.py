import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0004_versions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PlanChange",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "service.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="plan_changes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
                ("before", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("after", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
            ],
            options={
                "table": "planchange",
                "app": "service",
                "unique_together": (("campaign", "number"),),
                "pk_attr": "id",
                "table_description": "One change of a campaign's reminder plan: the steps before and after, as JSON (reminders.steps).",
            },
            bases=["Model"],
        ),
    ]
