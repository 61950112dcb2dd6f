from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0022_ledger")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Series",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("title", fields.CharField(max_length=400)),
                ("every", fields.CharField(max_length=10)),
                ("due_days", fields.DecimalField(max_digits=6, decimal_places=1)),
                ("due_kind", fields.CharField(max_length=20)),
                ("close_days", fields.IntField(null=True)),
                ("ahead", fields.IntField()),
                ("state", fields.CharField(default="active", max_length=10)),
                ("automatic", fields.BooleanField(default=False)),
                ("approved_by", fields.CharField(default="", max_length=60)),
                ("approved_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
                ("created_by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "series",
                "app": "service",
                "pk_attr": "id",
                "table_description": "A survey that comes back every month, quarter, half year or year, each round made from the last.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Round",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "series",
                    fields.ForeignKeyField(
                        "service.Series",
                        source_field="series_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="rounds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "campaign",
                    fields.OneToOneField(
                        "service.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="round",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("period_from", fields.DateField()),
                ("period_to", fields.DateField()),
                ("prepared_at", Instant(auto_now=False, auto_now_add=False)),
                ("tried_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "round",
                "app": "service",
                "unique_together": (("series", "period_to"),),
                "pk_attr": "id",
                "table_description": "A campaign as the round of a series for one period.",
            },
            bases=["Model"],
        ),
    ]
