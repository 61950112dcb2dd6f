from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0016_export_filters")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RefreshAddress",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "service.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refresh_addresses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("codes", fields.BooleanField(default=False)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
                ("created_by", fields.CharField(max_length=60)),
                ("used_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refreshaddress",
                "app": "service",
                "pk_attr": "id",
                "table_description": "A campaign's tables at an address that a workbook refreshes from, by a token of its own that reads nothing else.",
            },
            bases=["Model"],
        ),
    ]
