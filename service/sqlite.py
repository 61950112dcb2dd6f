"""SQLite for Tortoise, with transactions that take the write lock at once.

Stock Tortoise begins deferred transactions: two that read and then write fail with "database is
locked" at once, whatever the timeout. BEGIN IMMEDIATE waits its turn instead. Named as the engine
of the connection (see service/database.py).

Each statement goes to the driver's thread and back (0.05 ms of CPU on an idle machine, more on a busy one). A
transaction sends together what nobody waits for: BEGIN goes with its first statement, writes given to `later` with the
next one or with COMMIT. What an index answers in microseconds is asked where it is wanted (`at_once`).
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite import client as base
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

SERIALIZED = sqlite3.threadsafety == 3  # SQLite as Debian and python.org build it: threads may share a connection


class Connection(aiosqlite.Connection):
    """The driver's connection. `ahead` are statements that wait to go with the next one."""

    ahead: list[Callable[[], object]]

    def __init__(self, path: str) -> None:
        connect = partial(sqlite3.connect, path, isolation_level=None, check_same_thread=not SERIALIZED)
        super().__init__(connect, iter_chunk_size=64)
        self.ahead = []

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        execute: Callable[..., Awaitable[Any]] = super()._execute
        ahead, self.ahead = self.ahead, []
        if not ahead:
            return await execute(fn, *args, **kwargs)
        done = 0

        def together() -> Any:
            nonlocal done
            for statement in ahead:
                statement()
                done += 1
            return fn(*args, **kwargs)

        try:
            return await execute(together)
        except sqlite3.Error:
            if not done:  # BEGIN was refused: nothing may go without it
                self.ahead = ahead
            raise

    def at_once(self, query: str, values: Sequence[object]) -> list[sqlite3.Row] | None:
        """The rows of a query, asked in this thread; None where it has to wait its turn. Raises OperationalError.

        For reads of a few rows by an index only: in WAL mode no writer makes a reader wait.
        """
        if self.ahead or not SERIALIZED:
            return None
        try:
            return self._conn.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class Transaction(base.SqliteTransactionWrapper):
    _connection: Connection

    async def begin(self) -> None:
        self._connection.ahead = [partial(self._connection._conn.execute, "BEGIN IMMEDIATE")]

    def at_once(self, query: str, values: Sequence[object]) -> list[sqlite3.Row] | None:
        """See Connection.at_once."""
        return None if self._lock.locked() else self._connection.at_once(query, values)

    def later(self, query: str, values: Sequence[object]) -> None:
        """A write that goes with the next statement or with COMMIT, and fails there when it fails."""
        self._connection.ahead.append(partial(self._connection._conn.execute, query, values))

    async def commit(self) -> None:
        """Raises OperationalError or IntegrityError; then nothing was written."""
        try:
            await super().commit()
        except sqlite3.Error as error:
            await self.rollback()
            raise (IntegrityError if isinstance(error, sqlite3.IntegrityError) else OperationalError)(error) from error

    async def rollback(self) -> None:
        self._connection.ahead = []
        await super().rollback()

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))


class Snapshot(Transaction):
    """Reads that see one moment. It takes no write lock: other processes go on writing meanwhile."""

    async def begin(self) -> None:
        self._connection.ahead = [partial(self._connection._conn.execute, "BEGIN")]


class Context(base.SqliteTransactionContext):
    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._trxlock.release()
            raise
        await self.connection.begin()
        self.token = get_connections().set(self.connection_name, self.connection)
        connection: TransactionalDBClient = self.connection
        return connection


class Client(base.SqliteClient):
    _connection: Connection | None

    async def create_connection(self, with_db: bool) -> None:
        if self._connection:
            return
        # Tried plainly first: the thread of an aiosqlite connection that could not open its file may outlive the
        # event loop and print a traceback.
        try:
            (await asyncio.to_thread(sqlite3.connect, self.filename, check_same_thread=False)).close()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        connection = Connection(self.filename)
        await connection
        self._connection = connection
        connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await (await connection.execute(f"PRAGMA {pragma}={value}")).close()
        await self._post_connect()

    def at_once(self, query: str, values: Sequence[object]) -> list[sqlite3.Row] | None:
        """See Connection.at_once. While a transaction is open or a statement is under way, None."""
        return None if self._connection is None or self._lock.locked() else self._connection.at_once(query, values)

    def _in_transaction(self) -> Any:
        return Context(Transaction(self), self._lock)

    def snapshot(self) -> Any:
        return Context(Snapshot(self), self._lock)


client_class = Client
