"""Rows by equal columns: the commonest queries, without writing their SQL anew each time.

Tortoise builds the text of a query at every call, which takes longer (0.3 ms) than SQLite takes to answer it. The
text depends on the model and the names of the columns only, so it is kept.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from tortoise import connections
from tortoise.models import Model

from service import database

M = TypeVar("M", bound=Model)


async def one(model: type[M], *, lock: bool = False, **equal: object) -> M | None:
    """The row whose fields equal the values given; None when there is none.

    `equal` names fields of the model (foreign keys as `x_id`) that together are unique; no value may be None. With
    `lock` the row is held to the end of the transaction; on SQLite BEGIN IMMEDIATE holds the database already.
    """
    sql = _sql(model, tuple(equal), database.is_postgres(), lock=lock)
    found = await _all(model, sql, equal)
    return found[0] if found else None


async def every(model: type[M], order: str, **equal: object) -> list[M]:
    """The rows whose fields equal the values given, by the field `order`, ascending."""
    return await _all(model, _sql(model, tuple(equal), database.is_postgres(), order=order), equal)


async def _all(model: type[M], sql: str, equal: Mapping[str, object]) -> list[M]:
    columns = model._meta.fields_map
    values = [columns[name].to_db_value(value, model) for name, value in equal.items()]
    _count, rows = await connections.get("default").execute_query(sql, values)
    return [model._init_from_db(**dict(found)) for found in rows]


async def row(sql: str, *values: object) -> Mapping[str, Any] | None:
    """The first row of a query written by hand, its values as the driver gives them. `?1`, `?2` stand for `values`."""
    if database.is_postgres():
        sql = sql.replace("?", "$")
    _count, rows = await connections.get("default").execute_query(sql, list(values))
    return dict(rows[0]) if rows else None


@cache
def _sql(model: type[Model], names: tuple[str, ...], postgres: bool, lock: bool = False, order: str = "") -> str:
    meta = model._meta
    columns = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    mark = "${}" if postgres else "?{}"
    wanted = " AND ".join(
        f'"{meta.fields_db_projection[name]}" = {mark.format(place)}' for place, name in enumerate(names, 1)
    )
    tail = f' ORDER BY "{meta.fields_db_projection[order]}"' if order else " LIMIT 1"
    locking = " FOR UPDATE" if postgres and lock else ""
    return f'SELECT {columns} FROM "{meta.db_table}" WHERE {wanted}{tail}{locking}'  # noqa: S608 - names of ours
