from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("reminders", "0003_what_came_back")]

    initial = False

    operations = [
        ops.AddField(model_name="Message", name="version", field=fields.IntField(default=0)),
        ops.AddField(model_name="Message", name="calendar", field=fields.TextField(default="", unique=False)),
    ]
