from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from reminders.added import AddFilled
from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Pace",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ("free_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminders_pace",
                "app": "reminders",
                "pk_attr": "name",
                "table_description": "How fast the mail server is given messages, by all processes together: see reminders/pace.py.",
            },
            bases=["Model"],
        ),
        AddFilled(
            model_name="Message",
            name="batch",
            field=fields.CharField(default="", max_length=60),
        ),
        ops.AddIndex(model_name="Message", index=Index(fields=["batch"])),
    ]
