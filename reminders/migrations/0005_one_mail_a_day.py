from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("reminders", "0004_texts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Turn",
            fields=[
                ("address", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=254)),
                ("day", fields.CharField(default="", max_length=10)),
                ("message", fields.IntField(null=True)),
            ],
            options={
                "table": "reminders_turn",
                "app": "reminders",
                "pk_attr": "address",
                "table_description": "Which reminder a mailbox got on its last day with one, `day` in ISO. Whoever claims for it locks its row.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Message",
            name="carried_by",
            field=fields.IntField(null=True),
        ),
        ops.AddIndex(model_name="Message", index=Index(fields=["carried_by"])),
    ]
