"""Tortoise's migrations in a third of their time.

Before every operation Tortoise copies all models, and after it builds all their queries: with n tables n times n of
both. Hardly an operation looks at the copy, and none of ours asks a model for rows.
"""

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


class _Apps(StateApps):
    """Models to make tables of. Their queries are not built: an operation that reads rows brings its SQL."""

    def _build_initial_querysets(self) -> None:
        """Nothing to do."""


class _State(State):
    def clone(self) -> State:
        return _Copy({key: model.clone() for key, model in self.models.items()}, self.apps)


class _Copy(State):
    """A state as it was before an operation; its models are built when the operation looks at them."""

    def __init__(self, models: dict[tuple[str, str], ModelState], origin: StateApps) -> None:
        self.models = models
        self._origin = origin

    def __getattr__(self, name: str) -> StateApps:
        if name != "apps":
            raise AttributeError(name)
        self.apps = self._origin.clone(self.models)
        return self.apps


class Executor(MigrationExecutor):
    """Applies what is not applied yet."""

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        found = await super()._project_state(applied, upto=upto)
        apps = _Apps(found.apps._default_connections, found.apps._connections)
        apps.apps = found.apps.apps
        return _State(found.models, apps)
