from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0020_monitoring")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ExportSchedule",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "service.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="export_schedules",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("format", fields.CharField(max_length=10)),
                ("codes", fields.BooleanField(default=False)),
                ("every", fields.CharField(max_length=4)),
                ("at", fields.CharField(max_length=5)),
                ("recipients", fields.JSONField()),
                ("day", fields.DateField()),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
                ("created_by", fields.CharField(max_length=60)),
                ("ended_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "exportschedule",
                "app": "service",
                "pk_attr": "id",
                "table_description": "An export that is mailed to staff again and again while its campaign is open, until it is `ended_at`.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ExportJob",
            name="schedule",
            field=fields.ForeignKeyField(
                "service.ExportSchedule",
                source_field="schedule_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="jobs",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
