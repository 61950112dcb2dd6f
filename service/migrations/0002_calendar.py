import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CalendarChange",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=60)),
                ("reason", fields.CharField(max_length=500)),
                ("changes", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("touched", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("undoes", fields.IntField(null=True, unique=True)),
            ],
            options={
                "table": "calendarchange",
                "app": "service",
                "pk_attr": "id",
                "table_description": "What one change did to the calendar, so that it can be told and undone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OfficeHours",
            fields=[
                ("id", fields.IntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("hours", fields.CharField(max_length=40)),
            ],
            options={
                "table": "officehours",
                "app": "service",
                "pk_attr": "id",
                "table_description": "The office hours in force, one row with id 1 at most, none: those of reminders.calendar.Office.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Campaign",
            name="due_explained",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
    ]
