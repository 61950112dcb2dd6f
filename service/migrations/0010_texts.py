from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0009_digest")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MailText",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=60)),
                ("number", fields.IntField()),
                ("in_force", fields.BooleanField(default=True)),
                ("subject", fields.CharField(default="", max_length=400)),
                ("text", fields.TextField(default="", unique=False)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "mailtext",
                "app": "service",
                "unique_together": (("name", "number"),),
                "pk_attr": "id",
                "table_description": "One version of a mail's text as the office wrote it (reminders.texts), never changed afterwards.",
            },
            bases=["Model"],
        ),
    ]
