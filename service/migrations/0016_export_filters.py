from tortoise import fields, migrations

from reminders.added import AddFilled


class Migration(migrations.Migration):
    dependencies = [("service", "0015_report_templates")]

    initial = False

    operations = [
        AddFilled(model_name="ExportRecord", name="filters", field=fields.CharField(default="", max_length=60)),
    ]
