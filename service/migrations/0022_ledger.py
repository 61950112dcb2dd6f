from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0021_export_schedules")]

    initial = False

    operations = [
        ops.CreateModel(
            name="KeptApart",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("numbers", fields.JSONField()),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
                ("undone_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("undone_by", fields.CharField(default="", max_length=60)),
            ],
            options={
                "table": "keptapart",
                "app": "service",
                "pk_attr": "id",
                "table_description": "Recommendations that look alike and of which a person said that they are not the same.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Recommendation",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", fields.IntField(unique=True)),
                (
                    "invitation",
                    fields.ForeignKeyField(
                        "service.Invitation",
                        source_field="invitation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="recommendations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("repeat", fields.CharField(max_length=500)),
                ("row", fields.CharField(max_length=500)),
                (
                    "submission",
                    fields.ForeignKeyField(
                        "service.Submission",
                        source_field="submission_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="recommendations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("field", fields.CharField(default="", max_length=500)),
                ("authority", fields.CharField(default="", max_length=500)),
                ("matter", fields.TextField(unique=False)),
                ("proposal", fields.TextField(default="", unique=False)),
                ("others", fields.JSONField()),
                ("folded", fields.TextField(unique=False)),
                ("withdrawn_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("lead", fields.IntField()),
                ("into", fields.IntField(null=True)),
                ("state", fields.CharField(default="open", max_length=20)),
                ("level", fields.CharField(default="", max_length=20)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "service.Staff",
                        source_field="staff_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="recommendations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("due_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("due_explained", fields.JSONField(null=True)),
                ("replies", fields.IntField(default=0)),
                ("answered_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "recommendation",
                "app": "service",
                "unique_together": (("invitation", "repeat", "row"),),
                "indexes": [Index(fields=["lead"]), Index(fields=["state"])],
                "pk_attr": "id",
                "table_description": "One row of an accepted report, numbered in the ledger and known by the row's stable id.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RecommendationAct",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "recommendation",
                    fields.ForeignKeyField(
                        "service.Recommendation",
                        source_field="recommendation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="acts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("act", fields.CharField(max_length=20)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
                ("data", fields.JSONField()),
                ("note", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "recommendationact",
                "app": "service",
                "indexes": [Index(fields=["recommendation_id"])],
                "pk_attr": "id",
                "table_description": "One thing that happened to a recommendation (flow.ledger.ACTS), as its history tells it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RecommendationReply",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "recommendation",
                    fields.ForeignKeyField(
                        "service.Recommendation",
                        source_field="recommendation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("text", fields.TextField(unique=False)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "recommendationreply",
                "app": "service",
                "unique_together": (("recommendation", "number"),),
                "pk_attr": "id",
                "table_description": "One version of the answer to a recommendation and those merged into it, never changed. The latest counts.",
            },
            bases=["Model"],
        ),
    ]
