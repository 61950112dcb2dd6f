from tortoise import fields, migrations

from reminders.added import AddFilled


class Migration(migrations.Migration):
    dependencies = [("reminders", "0003_what_came_back")]

    initial = False

    operations = [
        AddFilled(model_name="Message", name="version", field=fields.IntField(default=0)),
        AddFilled(model_name="Message", name="calendar", field=fields.TextField(default="", unique=False)),
    ]
