from typing import Any

from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


def _id() -> tuple[str, Any]:
    return "id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)


def _to(model: str, name: str, related: str, **other: Any) -> Any:
    return fields.ForeignKeyField(
        f"service.{model}",
        source_field=f"{name}_id",
        db_constraint=True,
        to_field="id",
        related_name=related,
        on_delete=OnDelete.RESTRICT,
        **other,
    )


def _at(**other: Any) -> Instant:
    return Instant(auto_now=False, auto_now_add=False, **other)


def _options(table: str, about: str, **other: Any) -> dict[str, Any]:
    return {"table": table, "app": "service", "pk_attr": "id", "table_description": about, **other}


class Migration(migrations.Migration):
    dependencies = [("service", "0019_export_jobs")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Unit",
            name="staff",
            field=_to("Staff", "staff", "units", null=True),
        ),
        ops.CreateModel(
            name="BulkAct",
            fields=[
                _id(),
                ("campaign", _to("Campaign", "campaign", "bulk_acts")),
                ("act", fields.CharField(max_length=20)),
                ("codes", fields.JSONField()),
                ("before", fields.JSONField()),
                ("to", _to("Staff", "to", "bulk_acts", null=True)),
                ("at", _at()),
                ("by", fields.CharField(max_length=60)),
                ("request", fields.CharField(unique=True, max_length=60)),
                ("undone_at", _at(null=True)),
                ("undone_by", fields.CharField(default="", max_length=60)),
            ],
            options=_options(
                "bulkact",
                "One press on many units of a campaign. What it did to each are the events recorded at `at`.",
            ),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SavedView",
            fields=[
                _id(),
                ("staff", _to("Staff", "staff", "views")),
                ("name", fields.CharField(max_length=100)),
                ("query", fields.CharField(max_length=2000)),
                ("shared", fields.BooleanField(default=False)),
                ("created_at", _at()),
            ],
            options=_options(
                "savedview",
                "Filters and order of the table of units under a name, `query` is that part of an address.",
                unique_together=(("staff", "name"),),
            ),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReadingLink",
            fields=[
                _id(),
                ("campaign", _to("Campaign", "campaign", "reading_links")),
                ("name", fields.CharField(max_length=100)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", _at()),
                ("created_by", fields.CharField(max_length=60)),
                ("expires_at", _at()),
                ("revoked_at", _at(null=True)),
            ],
            options=_options(
                "readinglink",
                "A campaign's page for whoever holds the link, to read only, until it expires or is revoked.",
            ),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReadingDay",
            fields=[
                _id(),
                ("link", _to("ReadingLink", "link", "days")),
                ("day", fields.DateField()),
                ("count", fields.IntField()),
                ("last_at", _at()),
            ],
            options=_options(
                "readingday",
                "How often a reading link was opened on one day, and when last.",
                unique_together=(("link", "day"),),
            ),
            bases=["Model"],
        ),
    ]
