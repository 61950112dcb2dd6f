"""Rows by equal columns: the commonest statements, without writing their SQL anew each time.

Tortoise builds the text of a statement at every call, which takes longer (0.3 ms) than SQLite takes to answer it. The
text depends on the model and the names of the columns only, so it is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from tortoise.connection import get_connection
from tortoise.models import Model

from service import database, sqlite

M = TypeVar("M", bound=Model)
Row = Any  # sqlite3.Row or asyncpg.Record: values in the order asked for, names by dict()


async def one(model: type[M], *, lock: bool = False, **equal: object) -> M | None:
    """The row whose fields equal the values given; None when there is none.

    `equal` names fields of the model (foreign keys as `x_id`) that together are unique; no value may be None. With
    `lock` the row is held to the end of the transaction; on SQLite BEGIN IMMEDIATE holds the database already.
    """
    rows = await _rows(_select(model, tuple(equal), database.is_postgres(), lock=lock), _values(model, equal))
    return _made(model, rows[0]) if rows else None


async def every(model: type[M], order: str, **equal: object) -> list[M]:
    """The rows whose fields equal the values given, by the field `order`, ascending."""
    sql = _select(model, tuple(equal), database.is_postgres(), order=order)
    rows = (await get_connection("default").execute_query(sql, _values(model, equal)))[1]
    return [_made(model, row) for row in rows]


async def joined(model: type[M], other: type[Model], relation: str, *, lock: bool = False, **equal: object) -> M | None:
    """As `one`, with the row of `other` that the foreign key `relation` (never null) points to, which stays free."""
    sql = _joined(model, other, relation, tuple(equal), database.is_postgres(), lock)
    rows = await _rows(sql, _values(model, equal))
    if not rows:
        return None
    values = iter(tuple(rows[0]))
    found = _made(model, values)
    setattr(found, relation, _made(other, values))
    return found


async def row(sql: str, *values: object) -> Mapping[str, Any] | None:
    """The first row of a query written by hand, its values as the driver gives them. `?1`, `?2` stand for `values`."""
    rows = await _rows(sql.replace("?", "$") if database.is_postgres() else sql, values)
    return dict(rows[0]) if rows else None


async def rows(sql: str, *values: object) -> Sequence[Row]:
    """All rows of a query written by hand, as `row`."""
    return await _rows(sql.replace("?", "$") if database.is_postgres() else sql, list(values))


async def update(row: Model, **values: object) -> None:
    """Set fields of a row, in the object and, by the end of the transaction, in the database."""
    for name, value in values.items():
        setattr(row, name, value)
    await _written(_update(type(row), tuple(values), database.is_postgres()), [*_values(type(row), values), row.pk])


async def insert(model: type[Model], **values: object) -> None:
    """A new row whose id nobody needs, there by the end of the transaction. All fields but the id are named."""
    await _written(_insert(model, tuple(values), database.is_postgres()), _values(model, values))


async def insert_all(model: type[Model], rows: Sequence[Mapping[str, object]]) -> None:
    """New rows whose ids nobody needs, all with the same fields: as `insert`, in one statement. Fields left out take
    the database's default, which is null."""
    if rows:
        sql = _insert(model, tuple(rows[0]), database.is_postgres())
        await get_connection("default").execute_many(sql, [_values(model, row) for row in rows])


async def _written(sql: str, values: list[object]) -> None:
    connection = get_connection("default")
    if isinstance(connection, sqlite.Transaction):
        connection.later(sql, values)
    else:
        await connection.execute_query(sql, values)


def _values(model: type[Model], named: Mapping[str, object]) -> list[object]:
    columns = model._meta.fields_map
    return [columns[name].to_db_value(value, model) for name, value in named.items()]


async def _rows(sql: str, values: Sequence[object]) -> Sequence[Row]:
    """The few rows that an index finds."""
    connection = get_connection("default")
    if isinstance(connection, sqlite.Client | sqlite.Transaction):
        found = connection.at_once(sql, values)
        if found is not None:
            return found
    rows: Sequence[Row] = (await connection.execute_query(sql, list(values)))[1]
    return rows


def _made(model: type[M], values: Iterable[object]) -> M:
    """An object of the first values, in the order of `_columns`."""
    return model._init_from_db(**dict(zip(model._meta.fields_db_projection.values(), values, strict=False)))


@cache
def _select(model: type[Model], names: tuple[str, ...], postgres: bool, lock: bool = False, order: str = "") -> str:
    meta = model._meta
    tail = f' ORDER BY "{meta.fields_db_projection[order]}"' if order else " LIMIT 1"
    locking = " FOR UPDATE" if postgres and lock else ""
    wanted = " AND ".join(_equations(model, names, postgres))
    return f'SELECT {_columns(model)} FROM "{meta.db_table}" WHERE {wanted}{tail}{locking}'  # noqa: S608 - names of ours


@cache
def _joined(
    model: type[Model], other: type[Model], relation: str, names: tuple[str, ...], postgres: bool, lock: bool
) -> str:
    own, target = model._meta.db_table, other._meta.db_table
    key, primary = model._meta.fields_db_projection[f"{relation}_id"], other._meta.db_pk_column
    wanted = " AND ".join(f'"{own}".{equation}' for equation in _equations(model, names, postgres))
    locking = f' FOR UPDATE OF "{own}"' if postgres and lock else ""
    return (
        f'SELECT {_columns(model)}, {_columns(other)} FROM "{own}" '  # noqa: S608 - names of ours
        f'JOIN "{target}" ON "{target}"."{primary}" = "{own}"."{key}" WHERE {wanted} LIMIT 1{locking}'
    )


@cache
def _update(model: type[Model], names: tuple[str, ...], postgres: bool) -> str:
    given = ", ".join(_equations(model, names, postgres))
    (same,) = _equations(model, (model._meta.pk_attr,), postgres, after=len(names))
    return f'UPDATE "{model._meta.db_table}" SET {given} WHERE {same}'  # noqa: S608 - names of ours


@cache
def _insert(model: type[Model], names: tuple[str, ...], postgres: bool) -> str:
    columns = ", ".join(f'"{model._meta.fields_db_projection[name]}"' for name in names)
    marks = ", ".join(_mark(place, postgres) for place in range(1, len(names) + 1))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608 - names of ours


def _columns(model: type[Model]) -> str:
    table = model._meta.db_table
    return ", ".join(f'"{table}"."{column}"' for column in model._meta.fields_db_projection.values())


def _equations(model: type[Model], names: Iterable[str], postgres: bool, after: int = 0) -> list[str]:
    """`"column" = mark`, the marks numbered on after those that come before."""
    columns = model._meta.fields_db_projection
    return [f'"{columns[name]}" = {_mark(place, postgres)}' for place, name in enumerate(names, after + 1)]


def _mark(place: int, postgres: bool) -> str:
    return f"${place}" if postgres else f"?{place}"
