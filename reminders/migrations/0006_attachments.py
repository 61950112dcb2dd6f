from tortoise import fields, migrations

from reminders.added import AddFilled


class Migration(migrations.Migration):
    dependencies = [("reminders", "0005_one_mail_a_day")]

    initial = False

    operations = [
        AddFilled(model_name="Message", name="attachment", field=fields.CharField(default="", max_length=100)),
    ]
