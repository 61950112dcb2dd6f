"""PostgreSQL for Tortoise, with transactions that let go when they could not begin.

When BEGIN fails (the server was restarted, the request was cancelled) stock Tortoise keeps the pool's connection for
ever and goes on using it in that task: five such failures stop the process, one stops a worker. Named as the engine
of the connection (see service/database.py).
"""

from types import TracebackType
from typing import Any

from tortoise.backends.asyncpg import client as base
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError


class Context(TransactionContextPooled):
    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self.client._parent._pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await self._release()
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.client._finalized:
                return
            if kind is None:
                await self.client.commit()
            elif kind is not TransactionManagementError:
                await self.client.rollback()
        finally:
            get_connections().reset(self.token)
            await self._release()

    async def _release(self) -> None:
        if self.client._parent._pool:
            await self.client._parent._pool.release(self.client._connection)


class Client(base.AsyncpgDBClient):
    def _in_transaction(self) -> Any:
        return Context(base.TransactionWrapper(self), self._pool_init_lock)


client_class = Client
