"""SQLite for Tortoise, with transactions that take the write lock at once.

Stock Tortoise begins deferred transactions: two that read and then write fail with "database is
locked" at once, whatever the timeout. BEGIN IMMEDIATE waits its turn instead. Named as the engine
of the connection (see service/database.py).
"""

import asyncio
import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.sqlite import client as base
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class Transaction(base.SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class Context(base.SqliteTransactionContext):
    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            # Also when cancelled: the BEGIN may still run in the driver's thread.
            if self.connection._connection is not None:
                await asyncio.shield(self.connection._connection.rollback())
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        connection: TransactionalDBClient = self.connection
        return connection


class Client(base.SqliteClient):
    async def create_connection(self, with_db: bool) -> None:
        # Tried plainly first: the thread of an aiosqlite connection that could not open its file may outlive the
        # event loop and print a traceback.
        try:
            (await asyncio.to_thread(sqlite3.connect, self.filename, check_same_thread=False)).close()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        await super().create_connection(with_db)

    def _in_transaction(self) -> Any:
        return Context(Transaction(self), self._lock)


client_class = Client
