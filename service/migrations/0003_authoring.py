import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from reminders.fields import Instant


def _to(model: str, name: str, related_name: str) -> fields.ForeignKeyField:
    return fields.ForeignKeyField(
        f"service.{model}",
        source_field=f"{name}_id",
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("service", "0002_calendar")]

    operations = [
        ops.CreateModel(
            name="FormFile",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("form", _to("FormVersion", "form", "files")),
                ("name", fields.CharField(max_length=200)),
                ("file", _to("StoredFile", "file", "form_files")),
            ],
            options={
                "table": "formfile",
                "app": "service",
                "unique_together": (("form", "name"),),
                "pk_attr": "id",
                "table_description": "A CSV file that came with a form's workbook, which calls it by `name`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Trial",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("staff", _to("Staff", "staff", "trials")),
                ("form", _to("FormVersion", "form", "trials")),
                ("unit", fields.CharField(max_length=10)),
                ("version", fields.IntField(default=0)),
                ("answers", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("updated_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "trial",
                "app": "service",
                "unique_together": (("staff", "form"),),
                "pk_attr": "id",
                "table_description": "A form version as a staff member tries it out in place of a unit, nobody's report and gone after a day.",
            },
            bases=["Model"],
        ),
    ]
