import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.fields import Instant


def _to(model: str, name: str, related_name: str, *, null: bool = False) -> fields.ForeignKeyField:
    return fields.ForeignKeyField(
        f"service.{model}",
        source_field=f"{name}_id",
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
    )


# Until now a campaign had one version, so what was written in it is of that one.
FILL = [
    """
    UPDATE "draft" SET "form_id" = (
        SELECT c."form_id" FROM "invitation" i JOIN "campaign" c ON c."id" = i."campaign_id"
        WHERE i."id" = "draft"."invitation_id")
    """,
    """
    UPDATE "draftrevision" SET "form_id" = (
        SELECT d."form_id" FROM "draft" d WHERE d."id" = "draftrevision"."draft_id")
    """,
    """
    UPDATE "submission" SET "form_id" = (
        SELECT c."form_id" FROM "invitation" i JOIN "campaign" c ON c."id" = i."campaign_id"
        WHERE i."id" = "submission"."invitation_id")
    """,
]


class Migration(migrations.Migration):
    dependencies = [("service", "0003_authoring")]

    operations = [
        ops.CreateModel(
            name="FormMove",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("campaign", _to("Campaign", "campaign", "moves")),
                ("old", _to("FormVersion", "old", "moves_from")),
                ("new", _to("FormVersion", "new", "moves_to")),
                ("reason", fields.CharField(max_length=1000)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "formmove",
                "app": "service",
                "pk_attr": "id",
                "table_description": "A published campaign went over from one version of its form to another, and why.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LeftOver",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("invitation", _to("Invitation", "invitation", "left_over")),
                ("form", _to("FormVersion", "form", "left_over")),
                ("key", fields.CharField(max_length=2000)),
                ("kind", fields.CharField(default="", max_length=20)),
                ("code", fields.CharField(max_length=20)),
                ("label", fields.TextField(unique=False)),
                ("shown", fields.TextField(unique=False)),
                ("value", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
                ("settled_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("settled_by", fields.CharField(default="", max_length=60)),
                ("outcome", fields.CharField(default="", max_length=20)),
            ],
            options={
                "table": "leftover",
                "app": "service",
                "indexes": [Index(fields=["invitation_id"])],
                "pk_attr": "id",
                "table_description": "An answer of a draft that had no place in the version it was carried to (forms.carry.Left).",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="Draft", name="form", field=_to("FormVersion", "form", "drafts", null=True)),
        ops.AddField(model_name="DraftRevision", name="form", field=_to("FormVersion", "form", "revisions", null=True)),
        ops.AddField(model_name="Submission", name="form", field=_to("FormVersion", "form", "submissions", null=True)),
        ops.RunSQL(FILL),
    ]
