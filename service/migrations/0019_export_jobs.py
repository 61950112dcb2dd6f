from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0018_reviews")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ExportJob",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "service.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="export_jobs",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("format", fields.CharField(max_length=10)),
                ("codes", fields.BooleanField(default=False)),
                ("as_of", Instant(auto_now=False, auto_now_add=False)),
                ("asked_at", Instant(auto_now=False, auto_now_add=False)),
                ("asked_by", fields.CharField(max_length=60)),
                ("state", fields.CharField(default="waiting", max_length=10)),
                ("stage", fields.CharField(default="", max_length=10)),
                ("done", fields.IntField(default=0)),
                ("total", fields.IntField(default=0)),
                ("attempt", fields.IntField(default=0)),
                ("lease_until", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("why", fields.CharField(default="", max_length=40)),
                ("name", fields.CharField(default="", max_length=100)),
                ("size", fields.BigIntField(default=0)),
                ("sha256", fields.CharField(default="", max_length=64)),
                ("keep_until", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "exportjob",
                "app": "service",
                "indexes": [Index(fields=["state"])],
                "pk_attr": "id",
                "table_description": "An export that is made beside the requests: who asked for what, how far it is, and for a time the file.",
            },
            bases=["Model"],
        ),
    ]
