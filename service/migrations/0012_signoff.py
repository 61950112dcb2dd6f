from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from reminders.added import AddFilled
from reminders.fields import Instant


class Migration(migrations.Migration):
    dependencies = [("service", "0011_signed_reports")]

    initial = False

    operations = [
        AddFilled(model_name="Campaign", name="signoff", field=fields.BooleanField(default=False)),
        ops.AddField(
            model_name="Submission", name="asked_at", field=Instant(null=True, auto_now=False, auto_now_add=False)
        ),
        AddFilled(model_name="Submission", name="asked_by", field=fields.CharField(default="", max_length=60)),
    ]
