"""Where a campaign is kept: SQLAlchemy tables in one SQLite file (WAL), or in a database named by URL.

The calls are the truth, each committed before it is used; interviews, turns and verdicts can be had again from
them. Rows are only added, or their state moved on; nothing that was paid for is ever overwritten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.schema import CreateTable

from interrogate.errors import StoreError
from interrogate.records import Json

SCHEMA_VERSION = 1
FILE_NAME = "campaign.db"

_METADATA = MetaData()


def _key(name: str, kind: type[String | Integer]) -> Column[Any]:
    return Column(name, kind, primary_key=True)


meta = Table("meta", _METADATA, _key("schema_version", Integer))
campaigns = Table(
    "campaigns",
    _METADATA,
    _key("campaign", String),
    Column("choices", JSON, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("version", String, nullable=False),
    Column("begun", String, nullable=False),
)
bodies = Table(
    "bodies",
    _METADATA,
    _key("campaign", String),
    _key("kind", String),  # transcript, accusation, strategy, context, rater
    _key("digest", String),
    Column("body", JSON, nullable=False),
)
interviews = Table(
    "interviews",
    _METADATA,
    _key("campaign", String),
    _key("interview", String),
    Column("subject", String, nullable=False),
    Column("transcript", String, nullable=False),
    Column("accusation", String, nullable=False),
    Column("strategy", String, nullable=False),
    Column("cell", JSON, nullable=False),
    Column("rung", String),
    Column("epoch", Integer, nullable=False),
    Column("parent", String),
    Column("turn", Integer),
    Column("arm", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("state", String, nullable=False),  # owed, complete, failed
    Column("reason", String),
    Column("detail", Text),
    Column("ending", String),
    Column("skipped", JSON),
    Column("context", String),
)
calls = Table(
    "calls",
    _METADATA,
    _key("campaign", String),
    _key("interview", String),
    _key("turn", Integer),  # from 1
    _key("role", String),  # subject, interviewer, judge:RATER
    _key("attempt", Integer),
    Column("model", String, nullable=False),
    Column("request", JSON, nullable=False),
    Column("reply", JSON),
    Column("fault", String),
    Column("detail", Text),
    Column("cost_usd", Float),
    Column("at", String, nullable=False),
)
turns = Table(
    "turns",
    _METADATA,
    _key("campaign", String),
    _key("interview", String),
    _key("turn", Integer),
    Column("body", JSON, nullable=False),
)
verdicts = Table(
    "verdicts",
    _METADATA,
    _key("campaign", String),
    _key("interview", String),
    _key("turn", Integer),
    _key("rater", String),
    _key("draw", Integer),
    Column("label", String),
    Column("body", JSON, nullable=False),
)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """One campaign's rows. Writing goes through one thread; reading is for anybody.

    Raises StoreError, naming the place, where it cannot be opened or written, or is of another version.
    """

    def __init__(self, url: str | URL, campaign: str) -> None:
        self.campaign = campaign
        self._engine = _engine(url)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            with _translated(self._engine, DatabaseError, "is no store, or cannot be opened"):
                _prepare(self._engine)
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        self._writer.shutdown()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing ---

    async def add(self, table: Table, *rows: Json) -> int:
        """The rows, committed when this returns; one whose key is there already is left as it is.

        Gives how many were added.
        """
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writer, self.add_now, table, rows))

    def add_now(self, table: Table, rows: Iterable[Json]) -> int:
        """The same for the counting side, which is not asynchronous."""
        listed = [{"campaign": self.campaign, **row} for row in rows]
        return self._commit(table, listed, renew=False) if listed else 0

    async def replace(self, table: Table, row: Json) -> None:
        """The row, in place of the one with its key where there is one."""
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writer, self.replace_now, table, row))

    def replace_now(self, table: Table, *rows: Json) -> None:
        """The same for the counting side: all the rows, or none."""
        self._commit(table, [{"campaign": self.campaign, **row} for row in rows], renew=True)

    def _commit(self, table: Table, rows: Sequence[Json], *, renew: bool) -> int:
        with _translated(self._engine, OperationalError, "cannot be written"), self._engine.begin() as connection:
            return _insert(connection, table, rows, renew=renew)

    # --- reading ---

    def rows(self, table: Table, **where: Any) -> Sequence[RowMapping]:
        """The campaign's rows of a table with the given values, in key order."""
        query = select(table).where(
            table.c.campaign == self.campaign, *(table.c[name] == value for name, value in where.items())
        )
        with self._engine.connect() as connection:
            return connection.execute(query.order_by(*table.primary_key.columns)).mappings().all()

    def bodies(self, kind: str) -> dict[str, Any]:
        """The kept values of a kind, by digest."""
        return {row["digest"]: row["body"] for row in self.rows(bodies, kind=kind)}

    def choices(self) -> Json | None:
        """What the campaign was begun with; None where it was not begun."""
        found = self.rows(campaigns)
        return dict(found[0]["choices"]) if found else None


def sqlite_url(directory: Path) -> URL:
    return URL.create("sqlite", database=str(directory / FILE_NAME))


def open_directory(directory: Path) -> Store:
    """The store of a campaign that was begun.

    Raises StoreError where there is none in the directory, or it is newer than this program.
    """
    nothing = StoreError(f"{directory}: no campaign here; name a directory that `interrogate run` made")
    if not (directory / FILE_NAME).is_file():
        raise nothing
    store = Store(sqlite_url(directory), directory_campaign())
    if store.choices() is None:
        store.close()
        raise nothing
    return store


def directory_campaign() -> str:
    """The key of the one campaign that a directory's own file holds."""
    return "this"


def _engine(url: str | URL) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_settings)
    return engine


def _sqlite_settings(connection: Any, _: object) -> None:
    for setting in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {setting}")


def _place(engine: Engine) -> str:
    """The file, or the address without its password."""
    sqlite = engine.dialect.name == "sqlite"
    return str(engine.url.database) if sqlite else engine.url.render_as_string(hide_password=True)


@contextmanager
def _translated(engine: Engine, kind: type[DatabaseError], what: str) -> Iterator[None]:
    """SQLAlchemy's error in our words."""
    try:
        yield
    except kind as error:
        raise StoreError(
            f"{_place(engine)}: {what} ({error.orig}); mend or move what is there, or name another place"
        ) from error


def _prepare(engine: Engine) -> None:
    """Makes the tables where they are missing; two processes may do so at once."""
    if inspect(engine).has_table(meta.name):
        _check_version(engine)
    with engine.begin() as connection:
        for table in _METADATA.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
        _insert(connection, meta, [{"schema_version": SCHEMA_VERSION}], renew=False)


def _check_version(engine: Engine) -> None:
    with engine.connect() as connection:
        found = connection.execute(select(meta.c.schema_version)).scalars().all()
    if others := set(found) - {SCHEMA_VERSION}:
        raise StoreError(
            f"{_place(engine)} has schema {max(others)}, this program reads {SCHEMA_VERSION}; "
            "use the version that wrote it"
        )


def _insert(connection: Connection, table: Table, rows: Sequence[Json], *, renew: bool) -> int:
    """Writes the rows and gives how many were written; `renew` says what becomes of one whose key is there."""
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    written = 0
    for row in rows:
        statement = insert(table).values(row)
        if renew:
            statement = statement.on_conflict_do_update(index_elements=table.primary_key.columns, set_=row)
        else:
            statement = statement.on_conflict_do_nothing()
        written += connection.execute(statement).rowcount
    return written
