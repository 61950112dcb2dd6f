"""The one field for moments in time."""

from datetime import UTC, datetime
from typing import Any

from tortoise import Model, fields


class Instant(fields.DatetimeField[datetime]):
    """An aware moment, kept in UTC. A naive one is a ValueError.

    Tortoise writes aware datetimes to SQLite as text with their own offset and compares them as
    text, so that a filter in +07:00 against rows in UTC is wrong; and it takes naive ones for UTC.
    """

    def to_python_value(self, value: Any) -> datetime | None:
        # SQLite's text is ours and in UTC; the library's parser takes twenty times as long, and lists have hundreds.
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        self._refuse_naive(value)
        return value if isinstance(value, datetime) else super().to_python_value(value)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        self._refuse_naive(value)
        if not isinstance(value, datetime):  # a moment is ours to write; the rest may be a model's or a query's
            value = super().to_db_value(value, instance)
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    def _refuse_naive(self, value: object) -> None:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{self.model_field_name}: a moment needs its time zone")
