import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("outbox_db")]


async def test_the_migrations_say_what_the_models_say() -> None:
    app = {"models": ["reminders.models"], "migrations": "reminders.migrations", "default_connection": "default"}
    assert Tortoise.apps is not None
    assert await MigrationAutodetector(Tortoise.apps, {"reminders": app}).changes() == []
