"""Adding a column to a table that has rows."""

from tortoise.migrations.operations import AddField
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class AddFilled(AddField):
    """AddField for a column that is never null: the rows that stand get the field's default.

    Tortoise writes NOT NULL without a DEFAULT, which SQLite and PostgreSQL refuse as soon as there is a row. The
    DEFAULT stays in the database; nothing relies on it, for every insert names all columns.
    """

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        field = new_state.apps.get_model(f"{app_label}.{self.model_name}")._meta.fields_map[self.name]
        unset, field.db_default = field.db_default, field.default
        try:
            await super().database_forward(app_label, old_state, new_state, state_editor)
        finally:
            field.db_default = unset
